"""A list to pick one thing from. Picking shows or asks; nothing is changed by it."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult

from rgt_tui.actions import Outcome, Pick
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.screens.confirm import Asking
from rgt_tui.ui.screens.desk import Desk
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.boxes import Space, framed
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import Line, Piece, spread, wrap
from rgt_tui.ui.widgets.status import hint_line


class PickScreen(Asking):
    """Shows choices until one is picked or the list is left."""

    def __init__(
        self, desk: Desk, pick: Pick, pod: Pod | None, picked: Callable[[Outcome], None]
    ) -> None:
        super().__init__(desk)
        self._pick, self._pod, self._picked = pick, pod, picked
        self._at = 0
        self._page, self._hints = Canvas("page"), Canvas("hints")

    @property
    def pod(self) -> PodId | None:
        """The Pod it was opened for."""
        return self._pod.id if self._pod is not None else None

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """It has no help of its own: everything is on the screen."""
        return ()

    @property
    def subject(self) -> str:
        """What the help calls this."""
        return "a list"

    def compose(self) -> ComposeResult:
        """The page over its hints."""
        yield self._page
        yield self._hints

    def press(self, event: events.Key) -> None:
        """Moves or picks."""
        choices = self._pick.choices
        if event.key in ("j", "down", "tab", "k", "up", "shift+tab"):
            step = 1 if event.key in ("j", "down", "tab") else -1
            self._at = (self._at + step) % len(choices)
        elif event.key.isdigit() and 1 <= int(event.key) <= len(choices):
            self._at = int(event.key) - 1
        elif event.key == "enter":
            self._take()
            return
        elif event.key in ("q", "h"):
            self.cancel()
            return
        self.show_soon()

    def pasted(self) -> None:
        """A paste picks nothing."""

    def _take(self) -> None:
        choice = self._pick.choices[self._at]
        if choice.outcome is None or choice.why_not:
            self.desk.say(f"{choice.title}: {choice.why_not}")
            self.show_soon()
            return
        self.cancel()
        self._picked(choice.outcome)

    def show(self, scene: Scene) -> None:
        """Paints the list; the line under the cursor says why it cannot be picked."""
        size = self._page.size
        width = max(1, size.width - 4)
        rows = [row for at in range(len(self._pick.choices)) for row in self._lines(at, width)]
        title: Line = (Piece(self._pick.title, Ink.TITLE),)
        space = Space(width=size.width, height=size.height, glyphs=self.desk.glyphs)
        self._page.paint(framed(rows, title, (), space))
        hints = [("Enter", "show"), ("j k", "move"), ("Esc", "back")]
        self._hints.paint([hint_line(hints, self._hints.size.width)])

    def _lines(self, at: int, width: int) -> list[Line]:
        choice = self._pick.choices[at]
        is_here = at == self._at
        tone = Tone.DIM if choice.why_not else Tone.PLAIN
        mark = Piece(">" if is_here else " ", Ink.SELECTED if is_here else Tone.PLAIN)
        head = spread(
            (mark, Piece(f" {at + 1} "), Piece(choice.title, tone)),
            (Piece(choice.note, Tone.WARN),),
            width,
        )
        if not choice.why_not:
            return [head]
        return [head, *wrap((Piece("     "), Piece(choice.why_not, Tone.DIM)), width)]
