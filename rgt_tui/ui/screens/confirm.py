"""Questions before something is changed. They look like nothing else, and cannot be hit blindly.

A question takes every key itself, so that no key of the console works while it is open. It hears
nothing but Esc until its first picture has been up, and no key has come, for a moment: keys typed
before it came, or held down, were meant for something else. Cancel has the focus; Enter in the field does nothing; a paste is
refused; the button is two Tabs away from the field. Where nothing changes at RunPod, as with a pull, the button comes next after the
field, and Enter in the field goes there.
"""

from abc import abstractmethod
from enum import StrEnum
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer

from rgt_tui.actions import Confirm
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Block, Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.screens.desk import Desk, Shown
from rgt_tui.ui.screens.typed import TypedText
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.boxes import Space, framed
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit_line, pieces, wrap
from rgt_tui.ui.widgets.status import hint_line

DEAF_S: Final = 0.7
"""How long a question hears nothing after its first picture."""
SMALLEST: Final = (60, 15)
"""Columns and rows below which nothing is confirmed: the text would not be seen."""


class Focus(StrEnum):
    """Where Enter goes."""

    START = "start"
    """Cancel, before anything was pressed."""
    FIELD = "field"
    CANCEL = "cancel"
    BUTTON = "button"


class Asking(Shown):
    """A screen that takes every key itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.is_awake = False
        self._waking: Timer | None = None

    def show_now(self) -> None:
        """Paints; the first picture starts the time after which keys are heard."""
        super().show_now()
        if self._has_shown and self._waking is None:
            self._waking = self.set_timer(DEAF_S, self._wake)

    def _wake(self) -> None:
        self.is_awake = True
        self.show_soon()

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Whether the event ends here; only drawing anew and suspending go on."""
        if isinstance(event, events.Paste):
            if self.is_awake:
                self.pasted()
            return True
        if event.key in ("ctrl+l", "ctrl+z"):
            return False
        if event.key in ("escape", "ctrl+c"):
            self.cancel()
        elif self.is_awake:
            self.press(event)
        elif self._waking is not None:
            self._waking.reset()
        return True

    def cancel(self) -> None:
        """Closes the question; nothing is sent."""
        if self.is_current:
            self.dismiss(None)

    @abstractmethod
    def press(self, event: events.Key) -> None:
        """A key, once keys are heard."""

    @abstractmethod
    def pasted(self) -> None:
        """A paste, which is refused."""


class ConfirmScreen(Asking):
    """Asks whether one request may leave."""

    def __init__(self, desk: Desk, question: Confirm, pod: Pod | None) -> None:
        super().__init__(desk)
        self._question = question
        self._bound = pod
        self._typed = TypedText(question.field.text if question.field is not None else "")
        self._focus_on = Focus.START
        self._said = ""
        self._top = 0
        self._page, self._hints = Canvas("page"), Canvas("hints")

    @property
    def pod(self) -> PodId | None:
        """The Pod that was selected when this was opened; it never changes."""
        return self._bound.id if self._bound is not None else None

    @property
    def kinds(self) -> frozenset[type]:
        """What the question is made of."""
        return self._question.kinds

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """It has no help of its own: everything is on the screen."""
        return ()

    @property
    def subject(self) -> str:
        """What the help calls this."""
        return "a question"

    def compose(self) -> ComposeResult:
        """The page over its hints."""
        yield self._page
        yield self._hints

    def show(self, scene: Scene) -> None:
        """Paints the question, as it is by now."""
        if self._question.follows is not None:
            self._question = self._question.follows(scene)
        size = self._page.size
        width = max(1, size.width - 4)
        ask = self._asking(scene, width)
        text = _wrapped(self._question.blocks, width)
        room = max(0, size.height - 2 - len(ask))
        self._top = max(0, min(self._top, len(text) - room))
        part = text[self._top : self._top + room]
        filled = [*part, *[EMPTY] * (room - len(part)), *ask]
        below = len(text) - room - self._top
        words = f"j: {below} more lines" if below > 0 else "k: back up" if self._top else ""
        note: Line = (Piece(words, Tone.WARN),) if words else EMPTY
        space = Space(width=size.width, height=size.height, glyphs=self.desk.glyphs)
        title: Line = (Piece(self._question.title, Ink.ALARM),)
        self._page.paint(framed(filled, title, note, space))
        is_sent = "nothing is sent" if self._question.writes else "nothing is done"
        hints = [("Tab", self._next_is), ("Esc", f"cancel: {is_sent}")]
        self._hints.paint([hint_line(hints, self._hints.size.width)])

    def press(self, event: events.Key) -> None:
        """Moves the focus, types, scrolls, or confirms."""
        self._said = ""
        is_typing = self._focus_on is Focus.FIELD
        if event.key in ("tab", "shift+tab"):
            self._focus_on = self._next(back=event.key != "tab")
        elif event.key == "enter":
            self._enter()
        elif event.key in ("up", "down") or (not is_typing and event.key in ("j", "k")):
            self._top += 1 if event.key in ("down", "j") else -1
        elif is_typing:
            self._typed.press(event)
        elif self._question.turn is not None and event.key in "123456789":
            self._question = self._question.turn(self.desk.now_shown, int(event.key))
        elif event.key == "q":
            self.cancel()
        self.show_soon()

    def pasted(self) -> None:
        """A paste is refused: what is confirmed is typed."""
        self._said = "a paste is not taken: type it"
        self.show_soon()

    def _next(self, *, back: bool) -> Focus:
        if self._question.field is None:
            return Focus.CANCEL if self._focus_on is Focus.BUTTON else Focus.BUTTON
        order = (Focus.FIELD, Focus.CANCEL, Focus.BUTTON)
        if not self._question.writes:
            order = (Focus.FIELD, Focus.BUTTON, Focus.CANCEL)
        if self._focus_on is Focus.START:
            return Focus.FIELD
        step = -1 if back else 1
        return order[(order.index(self._focus_on) + step) % len(order)]

    @property
    def _next_is(self) -> str:
        """Where Tab leads to, in the words of the screen."""
        words = {Focus.FIELD: "to the field", Focus.CANCEL: "to Cancel"}
        return words.get(self._next(back=False), f"to {self._question.button}")

    def _enter(self) -> None:
        match self._focus_on:
            case Focus.FIELD if not self._question.writes:
                self._focus_on = Focus.BUTTON
            case Focus.FIELD:
                self._said = "Enter does nothing here: Tab goes on"
            case Focus.BUTTON:
                self._confirm()
            case _:
                self.cancel()

    def _confirm(self) -> None:
        scene = self.desk.now_shown
        request = self._question.request(self._typed.text)
        why = self._why_not(scene)
        if why is None and isinstance(request, str):
            why = request
        if why is not None or isinstance(request, str):
            did = "sent" if self._question.writes else "done"
            self._said = f"nothing was {did}: {why}"
            if self._question.field is not None and not self._question.writes:
                self._focus_on = Focus.FIELD
            return
        field = self._question.field
        kept = "(not kept)" if field is not None and field.is_private else self._typed.text
        how = f"typed: {kept}" if field is not None else "button"
        self.desk.perform(request, how)
        self.cancel()

    def _why_not(self, scene: Scene) -> str | None:
        if self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]:
            return f"the terminal is smaller than {SMALLEST[0]} x {SMALLEST[1]}"
        if self._bound is not None:
            now = scene.account.pod(self._bound.id)
            if now is None or self._bound.id in scene.account.gone:
                return "the Pod is gone"
            if now.start != self._bound.start:
                return "the Pod was started anew since this was opened"
        return scene.why_no_write if self._question.writes else None

    def _asking(self, scene: Scene, width: int) -> list[Line]:
        """The field, the buttons, and what stands in the way."""
        rows: list[Line] = [EMPTY]
        if self._question.field is not None:
            label = Piece(f"{self._question.field.label}: ")
            text = self._typed.line(
                is_focused=self._focus_on is Focus.FIELD, hides=self._question.field.hides
            )
            rows.extend((*wrap((label,), width), text))
        cancel = button("Cancel", self._focus_on in (Focus.START, Focus.CANCEL))
        other = button(self._question.button, self._focus_on is Focus.BUTTON)
        rows.append((cancel, BLANK, BLANK, other))
        said = self._said or self._why_not(scene) or ""
        rows.append(fit_line((Piece(said, Tone.WARN),), width, self.desk.glyphs.cut))
        return rows


def button(word: str, is_focused: bool) -> Piece:
    """A button; the one with the focus shows it without colour too."""
    return Piece(f">[ {word} ]<", Ink.SELECTED) if is_focused else Piece(f" [ {word} ] ")


def _wrapped(blocks: tuple[Block, ...], width: int) -> list[Line]:
    rows: list[Line] = []
    for block in blocks:
        if rows:
            rows.append(EMPTY)
        note = Piece(f"   {block.note}" if block.note else "", Tone.DIM)
        rows.extend(wrap((Piece(block.title, Ink.HEAD), note), width))
        rows.extend(row for line in block.lines for row in wrap(pieces(line), width))
    return rows
