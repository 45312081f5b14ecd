"""Several terminate checklists in lines: one a Pod, the selected one in full. Pure."""

from collections.abc import Mapping
from typing import Final

from rgt_tui.domain.units import PodId, show_bytes, show_duration
from rgt_tui.guard.batch import Batch, Stage, why_apart
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.items import PROVEN
from rgt_tui.guard.loss import with_works
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.panes import Tone
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.checklist import BADGES as MARK_BADGES
from rgt_tui.ui.widgets.checklist import data_lines, going_on, item_lines, loss_lines
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit, fit_line, wrap

NAME_CELLS: Final = 20
BADGES: Final = {
    Phase.READY: ("[ok]", Tone.GOOD),
    Phase.GATHERING: ("[..]", Tone.PLAIN),
    Phase.SENT: ("[->]", Tone.WARN),
    Phase.GONE: ("[gone]", Tone.GOOD),
    Phase.CANCELLED: ("[kept]", Tone.PLAIN),
}
"""What is in none of these is not as expected."""
_WAITING: Final = (Phase.COUNTING, Phase.FENCING, Phase.PERMITTED)


def batch_lines(
    batch: Batch, checklists: Mapping[PodId, Checklist], selected: int, width: int
) -> list[Line]:
    """What would be done, and each Pod with where it stands."""
    joint = batch.joint_of(checklists)
    size = show_bytes(sum(it.bytes for it in joint.members))
    files = sum(it.files for it in joint.members)
    what = f"{len(joint.members)} of {len(batch.pods)} can go together"
    works = sum(it.works for it in joint.members)
    said = f"{what}; they lose {with_works(f'{files} files, {size}', works)} for good"
    if not joint.members:
        said = f"{what}: d says why of each"
    head = (Piece(said, Tone.BAD if files or works else Tone.PLAIN),)
    note = (Piece("One after the other; it stops at the first that is not as expected.", Tone.DIM),)
    rows = [fit_line(row, width) for row in (head, note)]
    for number, pod in enumerate(batch.pods):
        rows.append(_row(batch, checklists.get(pod), pod, width, is_selected=number == selected))
    return rows


def _row(
    batch: Batch, checklist: Checklist | None, pod: PodId, width: int, *, is_selected: bool
) -> Line:
    mark = Piece(">" if is_selected else " ", Ink.SELECTED if is_selected else Tone.PLAIN)
    if checklist is None:
        return fit_line((mark, BLANK, Piece(f"{pod}  is read")), width)
    done = sum(line.mark.opens for line in checklist.lines)
    badge, tone = BADGES.get(checklist.phase, ("[!!]", Tone.BAD))
    if checklist.phase in _WAITING:
        badge, tone = "[<<]", Tone.WARN
    marks = [line.mark for line in checklist.lines]
    stuck = next((it for it in (Mark.FAILED, Mark.UNSEEN) if it in marks), None)
    if checklist.phase is Phase.GATHERING and stuck is not None:
        badge, tone = MARK_BADGES[stuck]
    name = checklist.dossier.names.name or pod
    count = Piece(f" {done}/{len(checklist.lines)}  ", Tone.DIM)
    said = Piece(_said(batch, checklist), Tone.PLAIN if tone is Tone.GOOD else tone)
    shown = (Piece(f" {fit(name, NAME_CELLS)} "), Piece(fit(badge, 6), tone), count, said)
    return fit_line((mark, *shown), width)


def _said(batch: Batch, checklist: Checklist) -> str:
    if checklist.phase is Phase.GATHERING:
        line = next((it for it in checklist.lines if not it.mark.opens), None)
        return "" if line is None else f"{line.item}: {line.why}"
    if checklist.phase is not Phase.READY:
        return checklist.said or str(checklist.phase)
    loss = checklist.dossier.loss
    apart = why_apart(checklist) if batch.joint is None else None
    return (
        apart
        or f"loses {with_works(f'{loss.files} files, {show_bytes(loss.bytes)}', len(loss.works))}"
    )


def pod_lines(checklist: Checklist, now: float, width: int, room: int) -> list[Line]:
    """The lines of one Pod, with as many raw facts as there is room for."""
    items = [item_lines(checklist, item, selected=False, width=width) for item in PROVEN]
    spare = room - sum(map(len, items))
    rows: list[Line] = []
    for item, lines in zip(PROVEN, items, strict=True):
        facts = data_lines(checklist.line(item).data, now=now, width=width)
        shown = facts[: max(0, min(1, spare))]
        spare -= len(shown)
        rows.extend((*lines, *shown))
    return rows


def pod_facts(
    batch: Batch, checklist: Checklist, now: float, width: int
) -> tuple[list[Line], list[Line]]:
    """A Pod of several and whether it can go with the others; and all there is to say of it."""
    apart = why_apart(checklist) if batch.joint is None else None
    name = checklist.dossier.names.name or checklist.pod
    said = (
        "it can go with the others"
        if apart is None
        else f"it cannot go with them: {_said(batch, checklist)}"
    )
    tone = Tone.PLAIN if apart is None else Tone.WARN
    head = wrap((Piece(f"{name}  {checklist.pod}", Ink.HEAD), BLANK, Piece(said, tone)), width)
    rows: list[Line] = []
    for item in PROVEN:
        rows.extend(item_lines(checklist, item, selected=True, width=width))
        rows.extend(data_lines(checklist.line(item).data, now=now, width=width))
    return [*head, EMPTY], [*rows, EMPTY, *loss_lines(checklist, width)]


def stage_lines(batch: Batch, width: int) -> list[Line]:
    """What is going on once it was approved; empty before."""
    count = len(batch.joint.members) if batch.joint is not None else 0
    said = {
        Stage.COUNTING: (
            f"TERMINATE {count} Pods in {show_duration(batch.undo_left_s)}   u or Esc cancels",
            "Nothing is sent before it ends. Quitting or a lost session cancels it.",
        ),
        Stage.WORKING: (
            f"TERMINATING Pod {min(batch.turn + 1, count)} of {count}   u or Esc keeps the rest",
            "Each is looked at once more; the next follows when the one before is seen to be gone.",
        ),
        Stage.DONE: ("DONE", ""),
        Stage.STOPPED: ("STOPPED", "What was not sent is kept, and its approval is void."),
        Stage.CANCELLED: ("CANCELLED: nothing more is sent", ""),
    }.get(batch.stage)
    return going_on(said, batch.said, width)
