"""The one widget that paints: it holds lines, and repaints only those that changed."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from rgt_tui.ui.styles import INK_CLASSES
from rgt_tui.ui.widgets.lines import EMPTY, Line


class Canvas(Widget):
    """Paints lines made elsewhere. Text reaches the terminal as segments, never as markup."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(INK_CLASSES)

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.lines: tuple[Line, ...] = ()
        self.is_drawn = False
        self._inks: dict[str, Style] = {}

    def paint(self, lines: Sequence[Line]) -> tuple[int, ...]:
        """Shows `lines` from the top; gives the numbers of the lines that had to be repainted."""
        before, after = self.lines, tuple(lines)
        self.lines = after
        longer = range(max(len(before), len(after)))
        changed = tuple(y for y in longer if _line(before, y) != _line(after, y))
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))
        return changed

    def render_line(self, y: int) -> Strip:
        """One line, cut or filled to the width of the widget."""
        self.is_drawn = bool(self.lines)
        segments = [Segment(text, self._ink(ink)) for text, ink in _line(self.lines, y)]
        return Strip(segments).simplify().adjust_cell_length(self.size.width, self._ink("plain"))

    def notify_style_update(self) -> None:
        """Forgets the inks of the old stylesheet or theme."""
        super().notify_style_update()
        self._inks.clear()

    def _ink(self, ink: str) -> Style:
        if ink not in self._inks:
            self._inks[ink] = self.get_component_rich_style(f"ink--{ink}")
        return self._inks[ink]


def _line(lines: tuple[Line, ...], y: int) -> Line:
    return lines[y] if y < len(lines) else EMPTY
