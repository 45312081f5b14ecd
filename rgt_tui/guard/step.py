"""One step of a terminate checklist: (checklist, event) to checklist. Pure, and by the table alone.

An event is first translated into signals, each to one line or to the list; the table then says
where each leads. A signal the table does not know in that state is refused and the state stays.
After every event the list is brought in line with its lines, and an approval that was given on
other evidence than there is now falls.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, assert_never

from rgt_tui.guard.challenge import Challenge
from rgt_tui.guard.checklist import (
    APPROVAL_S,
    FENCE_S,
    FRESH_S,
    UNDO_S,
    Approval,
    Checklist,
    Dossier,
    Policy,
)
from rgt_tui.guard.events import (
    Cancelled,
    Ending,
    Event,
    Fenced,
    FenceFailed,
    Gathered,
    Joined,
    Looking,
    PodVanished,
    Resolved,
    Seen,
    Sent,
    TerminalLost,
    Ticked,
    Typed,
    Waived,
)
from rgt_tui.guard.items import PROVEN, REASON_LEAST, Exhibit, Found, Item, Line, Waiver
from rgt_tui.guard.table import TABLE, Mark, Phase, Signal, State, Table

_FOUND: Final = {
    Found.PROVED: Signal.PROVED,
    Found.REFUTED: Signal.REFUTED,
    Found.UNSEEN: Signal.UNSEEN,
}
_SEEN: Final = {
    Seen.GONE: Signal.SEEN_GONE,
    Seen.PRESENT: Signal.SEEN_PRESENT,
    Seen.UNCLEAR: Signal.UNCLEAR,
}
_REST_ON_FILES: Final = (Item.BLAST, Item.DURABLE, Item.LOADS, Item.QUIET)
_REST_ON_MOUNTS: Final = (Item.BLAST, Item.DURABLE)
_AT_THE_FENCE: Final = (Item.IDENTITY, Item.BLAST, Item.DURABLE, Item.QUIET)
"""The lines that are looked at anew after the approval."""


def open_checklist(
    dossier: Dossier, now: float, *, seed: int, policy: Policy | None = None, table: Table = TABLE
) -> Checklist:
    """A new checklist from what is known so far.

    Args:
        dossier: the first facts; they say which Pod it is about, for good.
        now: on the guard's clock.
        seed: changes the words of the challenge.
        policy: what may be waived.
        table: the transitions; another one is for tests.
    """
    empty = Checklist(dossier=dossier, opened_at=now, now=now, seed=seed, policy=policy or Policy())
    return step(empty, Gathered(dossier=dossier, now=now), table=table)


def step(checklist: Checklist, event: Event, *, table: Table = TABLE) -> Checklist:
    """The checklist after one event."""
    if checklist.phase.is_over:
        return checklist
    if not isinstance(event, Looking | Gathered | Ticked):
        # What was said last stands until somebody acts again.
        checklist = replace(checklist, said="")
    return _settled(_apply(checklist, event, table), table)


def _apply(checklist: Checklist, event: Event, table: Table) -> Checklist:
    match event:
        case Looking(item=item):
            return _to_line(checklist, item, Signal.LOOK, table)
        case Gathered(dossier=dossier, now=now):
            return _gathered(_ticked(checklist, now, table), dossier, table)
        case Ticked(now=now):
            return _ticked(checklist, now, table)
        case Waived():
            return _waived(checklist, event, table)
        case Typed():
            return _typed(checklist, event, table)
        case Joined():
            return _joined(checklist, event, table)
        case Fenced():
            return _fenced(checklist, event, table)
        case _:
            signal, said = _signal_of(event)
            return _to_list(checklist, signal, table, said=said)


def _signal_of(event: Ending) -> tuple[Signal, str]:
    """What an event without evidence means for the list, and what to say of it."""
    match event:
        case FenceFailed(why=why):
            return Signal.FENCE_FAILED, why
        case Cancelled(why=why):
            return Signal.CANCEL, why
        case TerminalLost():
            return Signal.TERMINAL_LOST, "the terminal was lost; nothing was sent"
        case PodVanished():
            return Signal.VANISHED, "the Pod is gone or no longer visible, without our doing"
        case Sent():
            return Signal.SEND, ""
        case Resolved(seen=seen, said=said):
            return _SEEN[seen], said
        case _:
            assert_never(event)


def _settled(checklist: Checklist, table: Table) -> Checklist:
    """The list in line with its lines; an approval of other evidence falls."""
    if checklist.phase.is_approved and (
        checklist.approval is None or checklist.approval.digest != checklist.digest
    ):
        said = checklist.said or "something changed after the approval; approve again"
        checklist = _to_list(checklist, Signal.NEWER, table, said=said)
    signal = Signal.COMPLETE if checklist.is_complete else Signal.INCOMPLETE
    moved = _to_list(checklist, signal, table, said=checklist.said)
    if moved.phase in (Phase.GATHERING, Phase.READY):
        return replace(moved, approval=None, joint=None, fenced_at=None)
    return moved


def _gathered(checklist: Checklist, dossier: Dossier, table: Table) -> Checklist:
    if checklist.phase not in (
        Phase.GATHERING,
        Phase.READY,
        Phase.COUNTING,
        Phase.FENCING,
        Phase.PERMITTED,
    ):
        return checklist
    old, new = checklist.dossier.binding, dossier.binding
    if (new.account, new.pod) != (old.account, old.pod):
        said = "these facts are about another Pod or account"
        return _to_list(checklist, Signal.CANCEL, table, said=said)
    stale: tuple[Item, ...] = ()
    if not new.incarnation.is_same(old.incarnation):
        stale, checklist = PROVEN, _without_exhibits(checklist)
    elif new.manifest != old.manifest:
        stale = _REST_ON_FILES
    elif new.mounts != old.mounts:
        stale = _REST_ON_MOUNTS
    for item in stale:
        checklist = _to_line(checklist, item, Signal.NEWER, table)
    checklist = replace(checklist, dossier=dossier)
    for exhibit in dossier.exhibits:
        checklist = _arrived(checklist, exhibit, table)
    return checklist


def _arrived(checklist: Checklist, exhibit: Exhibit, table: Table) -> Checklist:
    """One line after new evidence; older evidence than there is changes nothing."""
    if exhibit.item is Item.APPROVAL or not exhibit.is_live(checklist.now):
        return checklist
    line = checklist.by_item[exhibit.item]
    known = line.exhibit
    if known is not None and exhibit.at < known.at:
        return checklist
    is_other = known is not None and known.digest != exhibit.digest
    signals = (Signal.NEWER,) if is_other else ()
    for signal in (*signals, Signal.LOOK, _FOUND[exhibit.found]):
        moved = _moved(table, "line", line.mark, signal)
        if moved is None:
            return checklist
        line = _marked(line, moved)
    return _with_line(checklist, replace(line, exhibit=exhibit))


def _ticked(checklist: Checklist, now: float, table: Table) -> Checklist:
    went_back = now < checklist.now
    checklist = replace(checklist, now=now)
    for line in checklist.lines:
        if line.exhibit is not None and (went_back or not line.exhibit.is_live(now)):
            checklist = _to_line(checklist, line.item, Signal.EXPIRED, table)
    approval = checklist.approval
    if approval is None:
        return checklist
    fenced_at = checklist.fenced_at
    if went_back or not now - approval.at <= APPROVAL_S:
        said = "the approval has expired; approve again"
        return _to_list(checklist, Signal.EXPIRED, table, said=said)
    if fenced_at is not None and not now - fenced_at <= FENCE_S:
        said = "the last look is too old; approve again"
        return _to_list(checklist, Signal.EXPIRED, table, said=said)
    if checklist.phase is Phase.COUNTING and now - approval.at >= UNDO_S:
        return _to_list(checklist, Signal.WINDOW_OVER, table)
    return checklist


def _waived(checklist: Checklist, event: Waived, table: Table) -> Checklist:
    reason, line = event.reason.strip(), checklist.by_item.get(event.item)
    refusal = checklist.why_not_waivable(event.item)
    if not event.can_write:
        refusal = "write mode is locked: E unlocks it for 10 minutes"
    elif len(reason) < REASON_LEAST:
        refusal = refusal or f"a reason takes at least {REASON_LEAST} characters"
    elif any(waiver.reason.casefold() == reason.casefold() for waiver in checklist.waivers):
        refusal = refusal or "that reason was given already; each line needs its own"
    if refusal is not None or line is None or line.exhibit is None:
        return replace(checklist, said=refusal or "there is nothing to waive yet")
    moved = _moved(table, "line", line.mark, Signal.WAIVE)
    if moved is None:
        return replace(checklist, said="this line cannot be waived now")
    waiver = Waiver(
        item=event.item,
        reason=reason,
        exhibit=line.exhibit.digest,
        is_blind=line.exhibit.found is Found.UNSEEN,
    )
    return _with_line(checklist, replace(_marked(line, moved), waiver=waiver))


def _typed(checklist: Checklist, event: Typed, table: Table) -> Checklist:
    checklist = _ticked(checklist, event.now, table)
    refusal = _why_not_typed(checklist, event, event.now, checklist.challenge)
    if refusal is not None:
        return replace(checklist, said=refusal)
    approval = Approval(text=event.text, at=event.now, digest="")
    return _approved(checklist, approval, table)


def _joined(checklist: Checklist, event: Joined, table: Table) -> Checklist:
    checklist = _ticked(checklist, event.now, table)
    joint = event.joint
    refusal = _why_not_typed(checklist, event, event.at, joint.challenge)
    refusal = refusal or checklist.why_not_in(joint)
    if refusal is None and not 0 <= event.now - event.at <= APPROVAL_S:
        refusal = "the approval has expired; approve again"
    if refusal is not None or checklist.phase is not Phase.READY:
        return replace(checklist, said=refusal or "it was approved already")
    approval = Approval(text=event.text, at=event.at, digest="", turn=event.now)
    return _approved(replace(checklist, joint=joint), approval, table)


def _why_not_typed(
    checklist: Checklist, event: Typed | Joined, at: float, challenge: Challenge
) -> str | None:
    if not checklist.is_complete:
        return "a line is still in the way"
    return challenge.why_not(event, at - checklist.opened_at, checklist.view_s)


def _approved(checklist: Checklist, approval: Approval, table: Table) -> Checklist:
    moved = _to_list(checklist, Signal.TYPED, table)
    if moved.phase is checklist.phase:
        return checklist
    return replace(moved, approval=replace(approval, digest=moved.digest))


def _fenced(checklist: Checklist, event: Fenced, table: Table) -> Checklist:
    checklist = _ticked(checklist, event.now, table)
    if checklist.phase is not Phase.FENCING:
        return replace(checklist, said="nobody asked for the last look")
    missing = next((it for it in _AT_THE_FENCE if not _is_new(checklist, event, it)), None)
    looked = _gathered(checklist, event.dossier, table)
    if missing is not None:
        said = f"{missing}: it could not be looked at once more"
        return _to_list(looked, Signal.FENCE_FAILED, table, said=said)
    if not looked.is_complete or looked.digest != checklist.digest:
        said = f"the last look shows something else{_difference(checklist, looked)}"
        return _to_list(looked, Signal.FENCE_FAILED, table, said=said)
    return replace(_to_list(looked, Signal.FENCED, table), fenced_at=event.now)


def _is_new(checklist: Checklist, event: Fenced, item: Item) -> bool:
    """Whether the last look holds evidence on a line that was taken after the undo window."""
    exhibit, approval = event.dossier.of(item), checklist.approval
    if exhibit is None or approval is None or not exhibit.is_live(event.now):
        return False
    oldest = FRESH_S if item is Item.IDENTITY else FENCE_S
    since = max(approval.at + UNDO_S, approval.turn)
    return since <= exhibit.at and event.now - exhibit.at <= oldest


def _difference(before: Checklist, after: Checklist) -> str:
    for item in PROVEN:
        old, new = before.line(item), after.line(item)
        if (old.mark, old.exhibit and old.exhibit.digest) != (
            new.mark,
            new.exhibit and new.exhibit.digest,
        ):
            return f": {new.item}, {new.why}"
    return ""


def _to_line(checklist: Checklist, item: Item, signal: Signal, table: Table) -> Checklist:
    line = checklist.by_item.get(item)
    moved = None if line is None else _moved(table, "line", line.mark, signal)
    if line is None or moved is None:
        return checklist
    return _with_line(checklist, _marked(line, moved))


def _to_list(checklist: Checklist, signal: Signal, table: Table, *, said: str = "") -> Checklist:
    moved = _moved(table, "list", checklist.phase, signal)
    if not isinstance(moved, Phase):
        return checklist
    return replace(checklist, phase=moved, said=said or checklist.said)


def _moved(table: Table, part: str, state: State, signal: Signal) -> State | None:
    """Where the table leads; None when it knows no such move."""
    return table[part].get(state, {}).get(signal)


def _marked(line: Line, mark: State) -> Line:
    """The line in another state; outside of waived no waiver stays."""
    assert isinstance(mark, Mark)  # noqa: S101  # the table's part "line" holds nothing else
    return replace(line, mark=mark, waiver=line.waiver if mark is Mark.WAIVED else None)


def _with_line(checklist: Checklist, line: Line) -> Checklist:
    lines: Iterable[Line] = (line if it.item is line.item else it for it in checklist.lines)
    return replace(checklist, lines=tuple(lines))


def _without_exhibits(checklist: Checklist) -> Checklist:
    lines = (replace(line, exhibit=None, waiver=None) for line in checklist.lines)
    return replace(checklist, lines=tuple(lines))
