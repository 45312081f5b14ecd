"""What the questions have in common that delete something: evidence on a page, and an approval below.

The approval is typed. Cancel has the focus, Enter in the field does nothing, a paste is refused; the
button is two Tabs away from the field. Leaving, by whatever way, takes back what was not sent: so do
a terminal that became too small to show it and a console that is suspended.
"""

from abc import abstractmethod
from enum import StrEnum
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size

from rgt_tui.clock import steady
from rgt_tui.guard.events import Typed
from rgt_tui.panes import Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.screens.confirm import Asking, button
from rgt_tui.ui.screens.desk import Desk
from rgt_tui.ui.screens.typed import TypedText
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.boxes import Space, framed
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit_line, wrap
from rgt_tui.ui.widgets.status import hint_line

SMALLEST: Final = (60, 18)
"""Columns and rows below which nothing is approved: what is lost would not be seen."""


def is_small(size: Size) -> bool:
    """Whether a terminal of that size cannot show what is lost."""
    return size.width < SMALLEST[0] or size.height < SMALLEST[1]


class Focus(StrEnum):
    """Where Enter goes."""

    FIELD = "field"
    CANCEL = "cancel"
    BUTTON = "button"


_ORDER: Final = (Focus.FIELD, Focus.CANCEL, Focus.BUTTON)


class Approving(Asking):
    """A page of evidence with a field and two buttons below it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._typed = TypedText()
        self._focus_on = Focus.CANCEL
        self._said = ""
        self._is_detail = False
        self._top = 0
        self._page, self._hints = Canvas("page"), Canvas("hints")

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """It has no help of its own: everything is on the screen."""
        return ()

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether there is a field."""

    @property
    @abstractmethod
    def is_early(self) -> bool:
        """Whether nothing was approved yet."""

    @property
    @abstractmethod
    def is_counting(self) -> bool:
        """Whether it was approved, and can still be taken back."""

    @property
    @abstractmethod
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""

    @abstractmethod
    def withdraw(self, why: str) -> None:
        """Takes back what was not sent, where there is any."""

    @abstractmethod
    def confirm(self) -> None:
        """Hands on what was typed."""

    @abstractmethod
    def move(self, step: int) -> None:
        """Another line; a field that was open is left, and what was typed is forgotten."""

    @abstractmethod
    def heading(self) -> str:
        """What would be deleted."""

    @abstractmethod
    def body(self, scene: Scene, width: int, room: int) -> list[Line]:
        """The page, the approval at its end."""

    @abstractmethod
    def hints(self) -> list[tuple[str, str]]:
        """The keys of this moment."""

    def note(self, scene: Scene) -> Line:
        """What stands at the right of the heading."""
        return EMPTY

    def compose(self) -> ComposeResult:
        """The page over its hints."""
        yield self._page
        yield self._hints

    def on_unmount(self) -> None:
        """Whoever leaves, by whatever way, has not approved what was not sent."""
        self.withdraw("the console was left")

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Whether the event ends here; a console that is suspended shows no count."""
        is_suspend = isinstance(event, events.Key) and event.key == "ctrl+z"
        if is_suspend and self.is_counting:
            self.withdraw("the console was suspended")
        return super().takes(event)

    def cancel(self) -> None:
        """One step back: out of the facts, out of the count, or out of the question."""
        if self._is_detail and not self.is_counting:
            self.hide_facts()
            self.show_soon()
            return
        if self.is_counting:
            self.withdraw("taken back")
            self.show_soon()
            return
        self.withdraw("left")
        super().cancel()

    def press(self, event: events.Key) -> None:
        """Moves, types or approves; once approved, a key takes it back or closes what is over."""
        self._said = ""
        if not self.is_early:
            if event.key in ("u", "q") or (event.key == "enter" and self.is_over):
                self.cancel()
        elif self.is_open and self._focus_on is Focus.FIELD:
            self._press_in_field(event)
        else:
            self.press_in_list(event.key)
        self.show_soon()

    def pasted(self) -> None:
        """A paste is refused: what is approved is typed."""
        self._said = "a paste is not taken: type it"
        self.show_soon()

    def press_in_list(self, key: str) -> None:
        """A key outside of the field."""
        if self._is_detail and key in ("tab", "shift+tab", "enter"):
            self.hide_facts()  # nothing is approved behind them
        elif key in ("tab", "shift+tab"):
            self._turn(back=key != "tab")
        elif key == "enter":
            self._enter()
        elif key in ("j", "down", "k", "up"):
            self._step(1 if key in ("j", "down") else -1)
        elif key in ("d", "space"):
            self._is_detail, self._top = not self._is_detail, 0
        elif key == "r":
            self.desk.action_act("refresh")
        elif key == "E":
            self.desk.action_write_mode()
        elif key == "q":
            self.cancel()

    def _step(self, step: int) -> None:
        """Further down in the facts, or another line."""
        if self._is_detail:
            self._top = max(0, self._top + step)
        else:
            self.move(step)

    def hide_facts(self) -> None:
        """Back from all facts to the lines; a field that is open begins at Cancel again."""
        self._is_detail, self._top, self._focus_on = False, 0, Focus.CANCEL

    def scrolled(self, head: list[Line], facts: list[Line], room: int) -> list[Line]:
        """All facts under their heading, from the line on that they were scrolled to."""
        left = max(1, room - len(head))
        self._top = max(0, min(self._top, len(facts) - left))
        return [*head, *facts[self._top : self._top + left]]

    def _press_in_field(self, event: events.Key) -> None:
        if event.key in ("tab", "shift+tab"):
            self._turn(back=event.key != "tab")
        elif event.key == "enter":
            self._said = "Enter does nothing here: Tab goes on"
        elif event.key in ("up", "down"):
            self.move(1 if event.key == "down" else -1)
        else:
            self._typed.press(event)

    def _turn(self, *, back: bool) -> None:
        if self.is_open:
            step = -1 if back else 1
            self._focus_on = _ORDER[(_ORDER.index(self._focus_on) + step) % len(_ORDER)]

    def _enter(self) -> None:
        if not (self.is_open and self._focus_on is Focus.BUTTON):
            self.cancel()
            return
        why = self.why_not(self.desk.now_shown)
        if why is not None:
            self._said = f"nothing was sent: {why}"
            return
        self.confirm()
        self._focus_on = Focus.CANCEL

    def why_not(self, scene: Scene) -> str | None:
        """Why nothing can be approved just now; None when it can."""
        if is_small(self.size):
            return f"the terminal is smaller than {SMALLEST[0]} x {SMALLEST[1]}"
        return scene.why_no_write

    def fresh_field(self, focus: Focus) -> None:
        """Forgets what was typed."""
        self._typed, self._focus_on = TypedText(), focus

    def approval(self) -> Typed:
        """What was typed, as the guard takes it."""
        typed = self._typed
        return Typed(text=typed.text, keys=typed.keys, now=steady(), can_write=True)

    def show(self, scene: Scene) -> None:
        """Paints the page."""
        if self.is_counting and is_small(self.size):
            self.withdraw("the terminal became too small to show it")
        size = self._page.size
        body = self.body(scene, max(1, size.width - 4), max(0, size.height - 2))
        space = Space(width=size.width, height=size.height, glyphs=self.desk.glyphs)
        self._page.paint(framed(body, (Piece(self.heading(), Ink.ALARM),), self.note(scene), space))
        self._hints.paint([hint_line(self.hints(), self._hints.size.width)])

    def form(self, label: str, word: str, said: str, width: int) -> list[Line]:
        """The field under its label, where it is open, and the buttons.

        Args:
            label: what is to be typed.
            word: on the button beside Cancel.
            said: beside the buttons, unless a key has just had an answer.
            width: cells of a line.
        """
        rows: list[Line] = []
        buttons: Line = (button("Cancel", self._focus_on is Focus.CANCEL),)
        if self.is_open:
            rows.extend(wrap((Piece(label),), width))
            rows.append(self._typed.line(is_focused=self._focus_on is Focus.FIELD))
            buttons = (*buttons, BLANK, BLANK, button(word, self._focus_on is Focus.BUTTON))
        rows.append((*buttons, BLANK, BLANK, Piece(self._said or said, Tone.WARN)))
        return [fit_line(row, width, self.desk.glyphs.cut) for row in rows]
