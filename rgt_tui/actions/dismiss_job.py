"""Takes the selected job off the list once it has ended."""

from rgt_tui.actions import Action, Aim, DismissJob, Outcome, selected_job
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
    return DismissJob(job.number)


ACTION = Action(
    name="dismiss_job",
    key="D",
    title="dismiss job",
    tooltip="Take the selected job off the list, once it has ended.",
    needs_pod=False,
    pane="jobs",
    why_not=_why_not,
    aimed=_aimed,
)
