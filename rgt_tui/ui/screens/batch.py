"""Several terminate checklists at once: who is ready, what all of them lose, and one approval.

It never opens a line for a waiver: what has to be waived is approved alone, in its own checklist.
Like every question it takes all keys itself; Cancel has the focus, Enter in the field does nothing,
a paste is refused. Leaving it before the end takes back everything that was not sent.
"""

from typing import Final

from rgt_tui.domain.units import PodId
from rgt_tui.guard.batch import Batch, Stage
from rgt_tui.guard.events import Cancelled
from rgt_tui.panes import Scene
from rgt_tui.ui.screens.approving import Approving, Focus
from rgt_tui.ui.screens.desk import Desk
from rgt_tui.ui.widgets.batch import batch_lines, pod_facts, pod_lines, stage_lines
from rgt_tui.ui.widgets.lines import EMPTY, Line, Piece


class BatchScreen(Approving):
    """Shows the checklists of the marked Pods until it is left."""

    def __init__(self, desk: Desk, pods: tuple[PodId, ...]) -> None:
        super().__init__(desk)
        self._pods: Final = pods
        self._at = 0
        self._is_open = False

    @property
    def pod(self) -> PodId | None:
        """The Pod whose lines are shown; bound when this was opened."""
        return self._pods[self._at]

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

    @property
    def is_open(self) -> bool:
        """Whether there is a field."""
        return self._is_open

    @property
    def is_early(self) -> bool:
        """Whether nothing was approved yet."""
        return self._stage is Stage.GATHERING

    @property
    def is_counting(self) -> bool:
        """Whether it was approved, and the rest can still be taken back."""
        return self._stage in (Stage.COUNTING, Stage.WORKING)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self._stage.is_over

    def withdraw(self, why: str) -> None:
        """Takes back what was not sent; the batch says of each that nothing was."""
        if not self._stage.is_over:
            self.desk.tell_batch(Cancelled(why=why))

    def press_in_list(self, key: str) -> None:
        """A key outside of the field."""
        if key == "6":
            self._open()
        else:
            super().press_in_list(key)

    def move(self, step: int) -> None:
        """Another Pod; a field that was open is left, and what was typed is forgotten."""
        self._at = max(0, min(self._at + step, len(self._pods) - 1))
        self._close_field()

    def _close_field(self) -> None:
        self._is_open = False
        self.fresh_field(Focus.CANCEL)

    def _open(self) -> None:
        batch, scene = self._batch, self.desk.now_shown
        why = self.why_not(scene) or (
            "the Pods are read" if batch is None else batch.joint_of(scene.checklists).why_not
        )
        if why is not None:
            self._said = why
            return
        self._is_open = True
        self.hide_facts()
        self.fresh_field(Focus.FIELD)

    def confirm(self) -> None:
        """Hands on what was typed."""
        self.desk.tell_batch(self.approval())

    def heading(self) -> str:
        """What would be deleted."""
        batch, count = self._batch, len(self._pods)
        if batch is None:
            return f"TERMINATE: {count} marked Pods are read"
        can_go = len(batch.joint_of(self.desk.now_shown.checklists).members)
        return f"TERMINATE {can_go} of {count} marked Pods"

    def body(self, scene: Scene, width: int, room: int) -> list[Line]:
        """All Pods, the lines of the selected one, and the approval."""
        if not self.is_early:
            self._close_field()
            self.hide_facts()
        batch = self._batch
        if batch is None:
            return [(Piece("opening: the Pods are read"),)]
        checklist = scene.checklists.get(self._pods[self._at])
        if self._is_detail and checklist is not None:
            head, facts = pod_facts(batch, checklist, scene.now, width)
            return self.scrolled(head, facts, room)
        asking = self._asking(batch, scene, width)
        rows = batch_lines(batch, scene.checklists, self._at, width)
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
        label = f"type: {batch.joint_of(scene.checklists).challenge.text}"
        return self.form(label, "Terminate", batch.said or self.why_not(scene) or "", width)

    def hints(self) -> list[tuple[str, str]]:
        """The keys of this moment."""
        if self.is_over:
            return [("Esc", "close")]
        if self.is_counting:
            return [("u Esc", "take back what was not sent")]
        if self._is_detail:
            return [("j k", "scroll"), ("d Esc", "back")]
        if self._is_open:
            return [("Tab", "next"), ("up down", "leave the field"), ("Esc", "nothing is sent")]
        return [
            ("Esc", "leave: nothing is sent"),
            ("6", "approve those that are ready"),
            ("j k", "Pod"),
            ("d", "facts"),
            ("r", "look again"),
            ("E", "write mode"),
        ]
