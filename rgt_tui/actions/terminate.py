"""Opens the terminate checklist of a Pod. It looks; nothing is sent before a person approved it."""

from rgt_tui.actions import Action, Examine, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is not None and pod.id in scene.account.gone:
        return "it is gone already"
    return None


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    return Examine()


ACTION = Action(
    name="terminate",
    key="ctrl+d",
    title="terminate",
    tooltip="The checklist: what would be lost, is it safe, was it proven; then delete the Pod.",
    why_not=_why_not,
    run=_run,
)
