"""The question before the console is left while jobs run. Pure."""

from rgt_tui.actions import Confirm, Leave
from rgt_tui.panes import Block, Cell, Scene, Tone


def leaving(scene: Scene) -> Confirm | None:
    """What to ask before leaving; None when nothing runs."""
    jobs = [job for job in scene.jobs if job.is_open]
    if not jobs:
        return None
    lines = tuple(
        (Cell(f"job {job.number}  ", Tone.ACCENT), Cell(f"{job.order.name}: {job.order.what}"))
        for job in jobs
    )
    what = "job runs" if len(jobs) == 1 else "jobs run"
    told = (
        (Cell("They end with the console. What was proven so far is kept.", Tone.WARN),),
        (Cell("A pull goes on where it stopped when it is asked for again."),),
    )
    return Confirm(
        title=f"Quit while {len(jobs)} {what}?",
        blocks=(Block("Running", lines), Block("What quitting does", told)),
        button="Quit",
        request=lambda typed: Leave(),
        writes=False,
    )
