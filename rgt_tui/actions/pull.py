"""Shows the checkpoints of a Pod; on one of them, asks where to pull it."""

from rgt_tui.actions import Action, Aim, Go, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    if aim is None or aim.pane != "checkpoints":
        return Go("checkpoints", pod.label if pod is not None else "")
    return "a pull from here is not in this version"


ACTION = Action(
    name="pull",
    key="p",
    title="pull",
    tooltip="The checkpoints of this Pod, newest first; on one of them: pull it here.",
    needs_pod=False,
    pane="checkpoints",
    aimed=_aimed,
)
