"""Opens the terminate checklist of a Pod or network volume. It looks; a person has to approve."""

from rgt_tui.actions import Action, Aim, Examine, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene

_VOLUME = "nv:"
"""How the rows of network volumes are called in their pane."""


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is not None and pod.id in scene.account.gone:
        return "it is gone already"
    return None


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    if pod is not None:
        return Examine()
    if aim is not None and aim.pane == "volumes" and aim.key.startswith(_VOLUME):
        return Examine(volume=aim.key.removeprefix(_VOLUME))
    return "no Pod and no network volume is selected"


ACTION = Action(
    name="terminate",
    key="ctrl+d",
    title="terminate",
    tooltip="The checklist: what would be lost, is it safe, was it proven; then delete the Pod.",
    needs_pod=False,
    why_not=_why_not,
    aimed=_aimed,
)
