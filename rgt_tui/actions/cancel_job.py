"""Cancels the selected job."""

from rgt_tui.actions import Action, Aim, CancelJob, Outcome, selected_job
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    return None if any(job.is_open for job in scene.jobs) else "no job runs"


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    job = selected_job(scene, aim)
    if isinstance(job, str):
        return job
    if not job.is_open:
        return "this job has ended; D takes it off the list"
    return CancelJob(job.number)


ACTION = Action(
    name="cancel_job",
    key="X",
    title="cancel job",
    tooltip="End the selected job; a pull goes on there when it is asked for again.",
    needs_pod=False,
    pane="jobs",
    why_not=_why_not,
    aimed=_aimed,
)
