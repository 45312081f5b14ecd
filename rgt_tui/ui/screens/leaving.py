"""The question before the console is left while jobs run. Pure."""

from rgt_tui.actions import Confirm, Leave
from rgt_tui.domain.checkpoint import Verdict
from rgt_tui.domain.job import Job, JobEnd
from rgt_tui.panes import Block, Cell, Line, Scene, Tone


def leaving(scene: Scene) -> Confirm | None:
    """What to ask before leaving; None when nothing runs."""
    begun = frozenset(job.number for job in scene.jobs if job.is_open)
    return _question(scene, begun) if begun else None


def _question(scene: Scene, begun: frozenset[int]) -> Confirm:
    """What to ask now, where those jobs ran when it was asked first.

    One that has ended since stays in the list and says how; one that was begun since joins it.
    """
    told = [job for job in scene.jobs if job.is_open or job.number in begun]
    still = [job for job in told if job.is_open]
    seen = begun | {job.number for job in told}
    what = "job runs" if len(still) == 1 else "jobs run"
    return Confirm(
        title=f"Quit while {len(still)} {what}?" if still else "Quit? No job runs any more.",
        blocks=(
            Block("Running" if still == told else "Jobs", tuple(map(_line, told))),
            Block("What quitting does", _LOSES if still else _LOSES_NOTHING),
        ),
        button="Quit",
        request=lambda typed: Leave(),
        writes=False,
        follows=lambda later: _question(later, seen),
    )


_LOSES: tuple[Line, ...] = (
    (Cell("They end with the console. What was proven so far is kept.", Tone.WARN),),
    (Cell("A pull goes on where it stopped when it is asked for again."),),
)
_LOSES_NOTHING: tuple[Line, ...] = ((Cell("Nothing is cut off: all of them have ended."),),)


def _line(job: Job) -> Line:
    number = Cell(f"job {job.number}  ", Tone.ACCENT)
    what = Cell(f"{job.order.name}: {job.order.what}")
    if job.end is None:
        return (number, what)
    is_well = job.end is JobEnd.DONE and job.verdict in (None, Verdict.OK)
    tone = Tone.GOOD if is_well else Tone.WARN
    return (number, what, Cell(f"  {job.end}: {job.said}", tone))
