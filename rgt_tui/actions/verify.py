"""Verifies the selected checkpoint on its Pod, as a job."""

from rgt_tui.actions import Action, Aim, Begin, Go, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    from rgt_tui.domain.job import VerifyOrder  # the first frame can spare them
    from rgt_tui.domain.stopped import to_reach
    from rgt_tui.saved_facts import saved_on

    if pod is None:
        return "no Pod runs beside this checkpoint, and without one its bytes cannot be read here"
    if aim is None or aim.pane != "checkpoints":
        return Go("checkpoints", pod.label)
    found = saved_on(pod, scene.account, scene.now)
    chosen = next((one for one in found if aim.key == f"{pod.id}:{one.one.path}"), None)
    if chosen is None:
        return "choose a checkpoint"
    if chosen.seen_at is not None:
        return f"its Pod does not run. {to_reach(pod)}"
    if chosen.by != "ssh":
        return "its Pod does not run: over S3 the header is all that is read"
    if chosen.one.unfinished:
        return f"it is still being written: {chosen.one.unfinished}"
    return Begin(VerifyOrder(pod=pod.id, name=pod.label, checkpoint=chosen.one))


ACTION = Action(
    name="verify",
    key="V",
    title="verify",
    tooltip="Verify the selected checkpoint on its Pod, every byte of it, as a job.",
    needs_pod=False,
    pane="checkpoints",
    aimed=_aimed,
)
