"""Begins the selected job again, once it has ended; a pull goes on where it was."""

from rgt_tui.actions import Action, Aim, Begin, Outcome, selected_job
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    return None if any(not job.is_open for job in scene.jobs) else "no job has ended"


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    job = selected_job(scene, aim)
    if isinstance(job, str):
        return job
    if job.is_open:
        return "this job still runs; X cancels it"
    if any(other.is_open and other.order == job.order for other in scene.jobs):
        return "it runs again already"
    return Begin(job.order)


ACTION = Action(
    name="repeat_job",
    key="B",
    title="begin again",
    tooltip="Begin the selected job again, once it has ended; a pull goes on where it was.",
    needs_pod=False,
    pane="jobs",
    why_not=_why_not,
    aimed=_aimed,
)
