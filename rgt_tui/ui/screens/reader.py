"""A window for reading: blocks on the whole screen, kept up to date while it is open."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from rgt_tui.actions import Aim, Show
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Block, Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.screens.desk import Desk, Shown
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.boxes import Space, framed
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import EMPTY, Line, Piece, fit_line, pieces, wrap
from rgt_tui.ui.widgets.status import hint_line, message

Blocks = Callable[[Scene], tuple[Block, ...]]
_HINTS = (("Esc", "back"), ("j k", "scroll"), ("g G", "top, end"), ("?", "help"))


class Reader(Shown):
    """Shows blocks one under the other, each under its title."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.READER)]

    def __init__(
        self,
        desk: Desk,
        title: str,
        blocks: Blocks,
        pod: PodId | None = None,
        kinds: frozenset[type] = frozenset(),
        aim: Aim | None = None,
    ) -> None:
        super().__init__(desk)
        self._aim = aim
        self._kinds = kinds
        self._title = title
        self._blocks = blocks
        self._pod = pod
        self._heard = desk.echo()
        self._top = 0
        self._page = Canvas("page")
        self._hints = Canvas("hints")

    @property
    def pod(self) -> PodId | None:
        """The Pod that is read about."""
        return self._pod

    @property
    def aim(self) -> Aim | None:
        """The row that is read about."""
        return self._aim

    @property
    def kinds(self) -> frozenset[type]:
        """What the text is made of."""
        return self._kinds

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """The keys for reading."""
        return keys.READER

    @property
    def subject(self) -> str:
        """What the help calls this."""
        return "a reading window"

    async def takes_at_once(self, event: events.Key | events.Paste) -> bool:
        """Whether this key closed the window."""
        closes = isinstance(event, events.Key) and event.key in keys.READER_ENDS
        if closes:
            self.action_close()
        return closes

    def compose(self) -> ComposeResult:
        """The page over its hints."""
        yield self._page
        yield self._hints

    def show(self, scene: Scene) -> None:
        """Paints the part of the text that fits."""
        size = self._page.size
        space = Space(width=size.width, height=size.height, glyphs=self.desk.glyphs)
        lines = self._text(scene, size.width - 4)
        room = max(1, size.height - 2)
        self._top = max(0, min(self._top, len(lines) - room))
        until = min(self._top + room, len(lines))
        note = Piece(f"{self._top + 1}-{until}/{len(lines)}", Tone.DIM)
        reach: Line = (note,) if len(lines) > room else EMPTY
        title: Line = (Piece(self._title, Ink.TITLE),)
        self._page.paint(framed(lines[self._top : until], title, reach, space))
        self._hints.paint([self._hint(self._hints.size.width)])

    def _hint(self, width: int) -> Line:
        """The keys; for a while in their place what was said since this was opened."""
        echo = self.desk.echo()
        if echo is None or echo is self._heard:
            return hint_line(_HINTS, width)
        return fit_line(message(echo), width, self.desk.glyphs.cut)

    def action_scroll(self, lines: int) -> None:
        """Moves the text by lines."""
        self._top += lines
        self.show(self.desk.now_shown)

    def action_page(self, pages: int) -> None:
        """Moves the text by pages, one line of the old page staying in sight."""
        self.action_scroll(pages * max(1, self._page.size.height - 3))

    def action_edge(self, direction: int) -> None:
        """Goes to the top or to the end."""
        self._top = 0 if direction < 0 else 1_000_000
        self.show(self.desk.now_shown)

    def action_close(self) -> None:
        """Back to the panes."""
        if self.is_current:
            self.dismiss(None)

    def _text(self, scene: Scene, width: int) -> list[Line]:
        blocks = self._blocks(scene)
        if not blocks:
            return [(Piece("This is no longer there.", Tone.UNKNOWN),)]
        text: list[Line] = []
        for block in blocks:
            if text:
                text.append(EMPTY)
            note = Piece(f"   {block.note}" if block.note else "", Tone.DIM)
            text.extend(wrap((Piece(block.title, Ink.HEAD), note), width))
            text.extend(row for line in block.lines for row in wrap(pieces(line), width))
        return text


def again(shown: Show) -> Blocks:
    """What an action shows, made anew from each scene while it is read, where it changes at all."""
    return shown.anew or (lambda scene: shown.blocks)
