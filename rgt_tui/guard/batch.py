"""Several Pods that a person wants to terminate: one checklist each, and one approval for those ready.

The batch decides nothing about a Pod: each checklist guards itself, to its own last look and permit.
It says whose turn it is. The next turn comes when the Pod before is seen to be gone; at the first
thing that is not as expected it stops, and every Pod that was not sent yet is kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.guard.checklist import APPROVAL_S, UNDO_S, Checklist
from rgt_tui.guard.events import Cancelled, Event, Joined, TerminalLost, Ticked, Typed
from rgt_tui.guard.joint import LEAST, MOST, Joint, Member
from rgt_tui.guard.table import Phase

Checklists = Mapping[PodId, Checklist]
_SENT: Final = (Phase.SENT, Phase.UNKNOWN)


class Stage(StrEnum):
    """How far the batch is.

    GATHERING: evidence comes in; the text may be typed once two Pods are ready.
    COUNTING: approved; nothing is sent before the window is over.
    WORKING: one Pod after the other. DONE: all that were approved are gone.
    STOPPED: something was not as expected. CANCELLED: left with nothing more sent.
    """

    GATHERING = "gathering"
    COUNTING = "counting"
    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of it."""
        return self in (Stage.DONE, Stage.STOPPED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The marked Pods and how far they are. Only `after` makes one from another.

    Attributes:
        pods: as they were marked; nothing joins later.
        seed: of the text to type.
        opened_at, now: on the guard's clock.
        stage: how far it is.
        joint: the Pods that were approved, as they were then; None before.
        typed: the approval; None before.
        turn: how many of them are gone.
        begun: how many of them had their turn.
        said: why the last event changed nothing, or how it ended.
    """

    pods: tuple[PodId, ...]
    seed: int
    opened_at: float
    now: float
    stage: Stage = Stage.GATHERING
    joint: Joint | None = None
    typed: Typed | None = None
    turn: int = 0
    begun: int = 0
    said: str = ""

    @property
    def undo_left_s(self) -> float | None:
        """Seconds in which it can still be taken back; None outside the window."""
        if self.stage is not Stage.COUNTING or self.typed is None:
            return None
        return max(0.0, self.typed.now + UNDO_S - self.now)

    def joint_of(self, checklists: Checklists) -> Joint:
        """What an approval would cover now: the Pods that are ready and of which nothing is waived."""
        if self.joint is not None:
            return self.joint
        ready = (checklists.get(pod) for pod in self.pods)
        members = tuple(it.member for it in ready if it is not None and why_apart(it) is None)
        return Joint(members=members, seed=self.seed)

    def due(self, checklists: Checklists) -> tuple[tuple[PodId, Event], ...]:
        """What the checklists are to be told now."""
        if self.stage.is_over:
            open_ones = [it for it in self.pods if _can_be_cancelled(checklists.get(it))]
            return tuple(
                (pod, Cancelled(why=f"{self.said}; nothing was sent")) for pod in open_ones
            )
        joint, typed = self.joint, self.typed
        if self.stage is not Stage.WORKING or joint is None or typed is None:
            return ()
        if self.begun > self.turn:
            return ()
        joined = Joined(
            joint=joint,
            text=typed.text,
            keys=typed.keys,
            at=typed.now,
            now=self.now,
            can_write=typed.can_write,
        )
        return ((joint.members[self.turn].pod, joined),)


def why_apart(checklist: Checklist) -> str | None:
    """Why a Pod cannot share an approval just now; None when it can."""
    if checklist.waivers:
        return "what was waived is approved alone"
    if checklist.phase is not Phase.READY:
        return f"it is {checklist.phase}"
    if not checklist.dossier.loss.is_complete:
        return "what it loses was not listed whole"
    return None


def why_no_batch(pods: tuple[PodId, ...]) -> str | None:
    """Why no batch of these Pods can be opened; None when one can."""
    if len(set(pods)) != len(pods) or len(pods) < LEAST:
        return f"a batch needs {LEAST} different Pods"
    if len(pods) > MOST:
        return f"{len(pods)} Pods are marked; at most {MOST} go together, so unmark some"
    return None


def after(batch: Batch, event: Event, checklists: Checklists) -> Batch:
    """The batch after one event, by what its checklists are now."""
    if batch.stage.is_over:
        return batch
    match event:
        case Cancelled(why=why):
            return replace(batch, stage=Stage.CANCELLED, said=why)
        case TerminalLost():
            return replace(batch, stage=Stage.CANCELLED, said="the terminal was lost")
        case Typed():
            return _typed(_ticked(batch, event.now, checklists), event, checklists)
        case Ticked(now=now):
            return _ticked(batch, now, checklists)
        case _:
            return batch


def begin_turn(batch: Batch) -> Batch:
    """The batch after the checklist whose turn it is was told so: it is told once."""
    is_due = batch.stage is Stage.WORKING and batch.begun == batch.turn
    return replace(batch, begun=batch.turn + 1) if is_due else batch


def _typed(batch: Batch, event: Typed, checklists: Checklists) -> Batch:
    joint = batch.joint_of(checklists)
    refusal = joint.why_not
    if batch.stage is not Stage.GATHERING:
        refusal = "it was approved already"
    elif refusal is None:
        view_s = max(checklists[it.pod].view_s for it in joint.members)
        refusal = joint.challenge.why_not(event, event.now - batch.opened_at, view_s)
    if refusal is not None:
        return replace(batch, said=refusal)
    return replace(batch, stage=Stage.COUNTING, joint=joint, typed=event, said="")


def _ticked(batch: Batch, now: float, checklists: Checklists) -> Batch:
    went_back, batch = now < batch.now, replace(batch, now=now)
    joint, typed = batch.joint, batch.typed
    if joint is None or typed is None:
        return batch
    waiting = joint.members[batch.begun :]
    changed = next((it for it in waiting if not _is_as_approved(it, checklists[it.pod])), None)
    reason = ""
    if went_back or not now - typed.now <= APPROVAL_S:
        reason = "the approval has expired"
    elif changed is not None:
        reason = f"{_name(checklists[changed.pod])}: something changed after the approval"
    if batch.stage is Stage.COUNTING:
        if reason:
            said = f"{reason}; approve again"
            return replace(batch, stage=Stage.GATHERING, joint=None, typed=None, said=said)
        is_over = now - typed.now >= UNDO_S
        return replace(batch, stage=Stage.WORKING) if is_over else batch
    return _worked(batch, joint, checklists, reason)


def _worked(batch: Batch, joint: Joint, checklists: Checklists, reason: str) -> Batch:
    """Whose turn it is; the Pod whose turn it was is judged by its own checklist."""
    if batch.begun > batch.turn:
        checklist = checklists[joint.members[batch.turn].pod]
        if checklist.phase is Phase.GONE:
            batch = replace(batch, turn=batch.turn + 1)
        elif not (checklist.phase.is_approved or checklist.phase is Phase.SENT):
            reason = f"{_name(checklist)} is {checklist.phase}: {checklist.said}"
    if batch.turn == len(joint.members):
        return replace(batch, stage=Stage.DONE, said=f"{batch.turn} Pods are gone")
    if not reason:
        return batch
    kept = len(joint.members) - max(batch.begun, batch.turn)
    said = f"stopped after {batch.turn}: {reason.rstrip('. ')}; {kept} not begun are kept"
    return replace(batch, stage=Stage.STOPPED, said=said)


def _is_as_approved(member: Member, checklist: Checklist) -> bool:
    """Whether one that waits for its turn is still what was approved."""
    return checklist.phase is Phase.READY and checklist.member == member


def _name(checklist: Checklist) -> str:
    return checklist.dossier.names.name or checklist.pod


def _can_be_cancelled(checklist: Checklist | None) -> bool:
    return checklist is not None and not (checklist.phase.is_over or checklist.phase in _SENT)
