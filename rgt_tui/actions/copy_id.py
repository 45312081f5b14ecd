"""Copies the Pod's id."""

from rgt_tui.actions import Action, Copy, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("copy_id needs a Pod")
    return Copy(pod.id)


ACTION = Action(
    name="copy_id",
    key="c",
    title="copy id",
    tooltip="Copy the Pod's id to the clipboard of your own machine (OSC 52).",
    run=_run,
)
