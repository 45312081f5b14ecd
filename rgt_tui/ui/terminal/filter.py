"""The last door before the terminal: no control character passes, and under NO_COLOR no colour.

Text from outside is cleaned where it comes in; this is the second check, over every widget's
finished lines, because Textual strips only BEL, BS, VT, FF and CR (`rich/control.py`) and lets
ESC, C1 and bidirectional overrides through from every widget tried (Textual 8.2.8).

Under NO_COLOR Textual 8.2.8 sends greyscale truecolour, and its own `NoColor` filter still
sends `39;49`. Here the colours are taken off every style, so only attributes remain.
"""

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter


class PrintableLines(LineFilter):
    """Drops what is not printable, keeping each segment's width."""

    def __init__(self, *, colourless: bool = False) -> None:
        super().__init__()
        self._colourless = colourless

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with printable text, harmless links, and colours only if wanted."""
        if not self._colourless and all(map(_is_harmless, segments)):
            return segments
        return [
            Segment(
                text if text.isprintable() else printable(text),
                _style(style, self._colourless) if style is not None else None,
            )
            for text, style, control in segments
            if not control
        ]


class FilteredApp(App[int]):
    """An app whose every line passes `PrintableLines`."""

    def __init__(self, **options: object) -> None:
        self._printable_lines: PrintableLines | None = None
        super().__init__(**options)  # type: ignore[arg-type]  # handed on as it came

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters and ours last; under NO_COLOR ours alone.

        Textual's others turn attributes (dim) into colours and colours into greys: both are
        of no use to a terminal that is to get neither.
        """
        if self._printable_lines is None:
            self._printable_lines = PrintableLines(colourless=self.no_color)
        ours = self._printable_lines
        return [ours] if self.no_color else [*super().get_line_filters(), ours]


@lru_cache(maxsize=4096)
def printable(text: str) -> str:
    """`text` without control and format characters, in as many cells as before."""
    width = cell_len(text)
    kept = "".join(_shown(c) for c in text)
    return kept if cell_len(kept) == width else set_cell_size(kept, width)


def _shown(character: str) -> str:
    return character if character.isprintable() else " " * cell_len(character)


def _is_harmless(segment: Segment) -> bool:
    text, style, control = segment
    return text.isprintable() and not control and (style is None or not style.link)


@lru_cache(maxsize=4096)
def _style(style: Style, colourless: bool) -> Style:
    link = style.link
    if link and not (link.isascii() and link.isprintable()):
        style = style.update_link(None)
    if colourless and (style.color is not None or style.bgcolor is not None):
        return style.without_color
    return style
