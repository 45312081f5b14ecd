"""Measures now what fills the disks of a Pod."""

from rgt_tui.actions import Action, Begin, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is None:
        return None
    if not pod.is_alive:
        return "its container does not live"
    return None if pod.ssh_direct is not None else "RP6: it has no direct SSH"


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    from rgt_tui.domain.job import MeasureOrder  # the first frame can spare it

    if pod is None:
        raise ValueError("measure needs a Pod")
    return Begin(MeasureOrder(pod=pod.id, name=pod.label))


ACTION = Action(
    name="measure",
    key="M",
    title="measure",
    tooltip="Walk its disks now, as a job, and add up what fills them.",
    why_not=_why_not,
    run=_run,
)
