"""Several terminate checklists at once: who is ready, what all of them lose, and one approval.

It never opens a line for a waiver: what has to be waived is approved alone, in its own checklist.
Like every question it takes all keys itself; Cancel has the focus, Enter in the field does nothing,
a paste is refused. Leaving it before the end takes back everything that was not sent.
"""

from typing import Final

from textual import events
from textual.app import ComposeResult

from rgt_tui.clock import steady
from rgt_tui.domain.units import PodId
from rgt_tui.guard.batch import Batch, Stage
from rgt_tui.guard.events import Cancelled, Typed
from rgt_tui.panes import Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.screens.checklist import SMALLEST, Focus, is_small
from rgt_tui.ui.screens.confirm import Asking, button
from rgt_tui.ui.screens.desk import Desk
from rgt_tui.ui.screens.typed import TypedText
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.batch import batch_lines, pod_lines, stage_lines
from rgt_tui.ui.widgets.boxes import Space, framed
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit_line, wrap
from rgt_tui.ui.widgets.status import hint_line

_ORDER: Final = (Focus.FIELD, Focus.CANCEL, Focus.BUTTON)


class BatchScreen(Asking):
    """Shows the checklists of the marked Pods until it is left."""

    def __init__(self, desk: Desk, pods: tuple[PodId, ...]) -> None:
        super().__init__(desk)
        self._pods: Final = pods
        self._at = 0
        self._is_open = False
        self._typed = TypedText()
        self._focus_on = Focus.CANCEL
        self._said = ""
        self._page, self._hints = Canvas("page"), Canvas("hints")

    @property
    def pod(self) -> PodId | None:
        """The Pod whose lines are shown; bound when this was opened."""
        return self._pods[self._at]

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """It has no help of its own: everything is on the screen."""
        return ()

    @property
    def subject(self) -> str:
        """What the help calls this."""
        return "several terminate checklists"

    @property
    def _batch(self) -> Batch | None:
        """As it is on the screen; None until the engine has opened this one."""
        batch = self.desk.now_shown.batch
        return batch if batch is not None and batch.pods == self._pods else None

    @property
    def _stage(self) -> Stage:
        batch = self._batch
        return Stage.GATHERING if batch is None else batch.stage

    def compose(self) -> ComposeResult:
        """The page over its hints."""
        yield self._page
        yield self._hints

    def on_unmount(self) -> None:
        """Whoever leaves, by whatever way, has not approved the rest."""
        self._withdraw("the console was left")

    def _withdraw(self, why: str) -> None:
        if not self._stage.is_over:
            self.desk.tell_batch(Cancelled(why=why))

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Whether the event ends here; a console that is suspended shows no count."""
        is_suspend = isinstance(event, events.Key) and event.key == "ctrl+z"
        if is_suspend and self._stage in (Stage.COUNTING, Stage.WORKING):
            self._withdraw("the console was suspended")
        return super().takes(event)

    def cancel(self) -> None:
        """Takes back what was approved; else leaves."""
        if self._stage in (Stage.COUNTING, Stage.WORKING):
            self._withdraw("taken back")
            self.show_soon()
            return
        self._withdraw("left")
        super().cancel()

    def press(self, event: events.Key) -> None:
        """Moves, types or approves."""
        self._said = ""
        if self._stage is not Stage.GATHERING:
            if event.key in ("u", "q") or (event.key == "enter" and self._stage.is_over):
                self.cancel()
        elif self._is_open and self._focus_on is Focus.FIELD:
            self._press_in_field(event)
        else:
            self._press_in_list(event.key)
        self.show_soon()

    def pasted(self) -> None:
        """A paste is refused: what is approved is typed."""
        self._said = "a paste is not taken: type it"
        self.show_soon()

    def _press_in_field(self, event: events.Key) -> None:
        if event.key in ("tab", "shift+tab"):
            self._turn(back=event.key != "tab")
        elif event.key == "enter":
            self._said = "Enter does nothing here: Tab goes on"
        elif event.key in ("up", "down"):
            self._move(1 if event.key == "down" else -1)
        else:
            self._typed.press(event)

    def _press_in_list(self, key: str) -> None:
        if key in ("tab", "shift+tab") and self._is_open:
            self._turn(back=key != "tab")
        elif key == "enter":
            self._enter()
        elif key in ("j", "down", "k", "up"):
            self._move(1 if key in ("j", "down") else -1)
        elif key == "6":
            self._open()
        elif key == "r":
            self.desk.action_act("refresh")
        elif key == "E":
            self.desk.action_write_mode()
        elif key == "q":
            self.cancel()

    def _move(self, step: int) -> None:
        """Another Pod; a field that was open is left, and what was typed is forgotten."""
        self._at = max(0, min(self._at + step, len(self._pods) - 1))
        self._close_field()

    def _close_field(self) -> None:
        self._is_open, self._typed, self._focus_on = False, TypedText(), Focus.CANCEL

    def _open(self) -> None:
        batch, scene = self._batch, self.desk.now_shown
        why = self._why_not(scene) or (
            "the Pods are read" if batch is None else batch.joint_of(scene.checklists).why_not
        )
        if why is not None:
            self._said = why
            return
        self._is_open, self._typed, self._focus_on = True, TypedText(), Focus.FIELD

    def _turn(self, *, back: bool) -> None:
        step = -1 if back else 1
        self._focus_on = _ORDER[(_ORDER.index(self._focus_on) + step) % len(_ORDER)]

    def _enter(self) -> None:
        if not (self._is_open and self._focus_on is Focus.BUTTON):
            self.cancel()
            return
        why = self._why_not(self.desk.now_shown)
        if why is not None:
            self._said = f"nothing was sent: {why}"
            return
        typed = self._typed
        self.desk.tell_batch(Typed(text=typed.text, keys=typed.keys, now=steady(), can_write=True))
        self._focus_on = Focus.CANCEL

    def _why_not(self, scene: Scene) -> str | None:
        if is_small(self.size):
            return f"the terminal is smaller than {SMALLEST[0]} x {SMALLEST[1]}"
        return scene.why_no_write

    def show(self, scene: Scene) -> None:
        """Paints the batch."""
        size = self._page.size
        width, room = max(1, size.width - 4), max(0, size.height - 2)
        batch = self._batch
        if self._stage is not Stage.GATHERING:
            self._close_field()
            if is_small(self.size):
                self._withdraw("the terminal became too small to show it")
        if batch is None:
            body: list[Line] = [(Piece("opening: the Pods are read"),)]
        else:
            body = self._body(batch, scene, width, room)
        title = (Piece(f"TERMINATE {len(self._pods)} Pods", Ink.ALARM),)
        space = Space(width=size.width, height=size.height, glyphs=self.desk.glyphs)
        self._page.paint(framed(body, title, EMPTY, space))
        self._hints.paint([hint_line(self._hints_now(), self._hints.size.width)])

    def _body(self, batch: Batch, scene: Scene, width: int, room: int) -> list[Line]:
        asking = self._asking(batch, scene, width)
        rows = batch_lines(batch, scene.checklists, self._at, width)
        checklist = scene.checklists.get(self._pods[self._at])
        left = max(0, room - len(rows) - len(asking) - 2)
        about = [] if checklist is None else pod_lines(checklist, scene.now, width, left)
        rows = [*rows, EMPTY, *about[:left]]
        rows.extend([EMPTY] * max(0, room - len(rows) - len(asking)))
        return [*rows[: max(0, room - len(asking))], *asking]

    def _asking(self, batch: Batch, scene: Scene, width: int) -> list[Line]:
        """The field and the buttons, or what is going on."""
        late = stage_lines(batch, width)
        if late:
            return late
        rows: list[Line] = []
        if self._is_open:
            text = batch.joint_of(scene.checklists).challenge.text
            rows.extend(wrap((Piece(f"type: {text}"),), width))
            rows.append(self._typed.line(is_focused=self._focus_on is Focus.FIELD))
        cancel = button("Cancel", self._focus_on is Focus.CANCEL)
        other = button("Terminate", self._focus_on is Focus.BUTTON)
        buttons = (cancel, BLANK, BLANK, other) if self._is_open else (cancel,)
        said = self._said or batch.said or self._why_not(scene) or ""
        rows.append((*buttons, BLANK, BLANK, Piece(said, Tone.WARN)))
        return [fit_line(row, width, self.desk.glyphs.cut) for row in rows]

    def _hints_now(self) -> list[tuple[str, str]]:
        if self._stage.is_over:
            return [("Esc", "close")]
        if self._stage is not Stage.GATHERING:
            return [("u Esc", "take back what was not sent")]
        if self._is_open:
            return [("Tab", "next"), ("up down", "leave the field"), ("Esc", "nothing is sent")]
        return [
            ("Esc", "leave: nothing is sent"),
            ("6", "approve those that are ready"),
            ("j k", "Pod"),
            ("r", "look again"),
            ("E", "write mode"),
        ]
