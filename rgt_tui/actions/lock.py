"""Locks a Pod against stop and restart, or unlocks it."""

from types import MappingProxyType

from rgt_tui.actions import Action, Confirm, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Patch, Request
from rgt_tui.panes import Block, Cell, Line, Scene, Tone


def request(pod: Pod, *, locked: bool) -> Request:
    """What would be sent."""
    return Patch(
        doing=f"{'lock' if locked else 'unlock'} {pod.label}",
        pod=pod.id,
        name=pod.label,
        start=pod.start,
        changes=MappingProxyType({"locked": locked}),
    )


def _blocks(pod: Pod) -> tuple[Block, ...]:
    lines: list[Line] = []
    if pod.locked:
        lines.append((Cell("  Unlocked, it can be stopped and restarted by anybody with a key."),))
        lines.append(
            (Cell("  This console deletes no locked Pod: unlocking is a step of its own."),)
        )
    else:
        lines.append((Cell("  Locked, the service refuses to stop and restart it."),))
        lines.append((Cell("  It does not keep others from deleting it,", Tone.WARN),))
        lines.append((Cell("  nor the service from ending it at a balance of $0.", Tone.WARN),))
    return (Block("What it means", tuple(lines)),)


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is not None and pod.locked is None:
        return "the service did not say whether it is locked"
    if pod is not None and pod.cluster is not None:
        return "it belongs to a cluster, which is changed as a whole"
    return None


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("lock needs a Pod")
    word = "Unlock" if pod.locked else "Lock"
    asked = request(pod, locked=not pod.locked)
    return Confirm(
        title=f"{word.upper()} {pod.label}  {pod.id}",
        blocks=_blocks(pod),
        button=word,
        request=lambda typed: asked,
    )


ACTION = Action(
    name="lock",
    key="K",
    title="lock",
    tooltip="Lock the Pod against stop and restart, or unlock it.",
    writes=True,
    why_not=_why_not,
    run=_run,
)
