"""Starts a stopped Pod."""

from rgt_tui.actions import Action, Confirm, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Act, Request, Verb
from rgt_tui.facts import gpu_name
from rgt_tui.panes import Block, Cell, Line, Scene, Tone


def request(pod: Pod) -> Request:
    """What would be sent."""
    return Act(verb=Verb.START, pod=pod.id, name=pod.label, start=pod.start)


def consequences(scene: Scene, pod: Pod) -> tuple[Block, ...]:
    """What starting means (RunPod documentation, pods/troubleshooting: zero GPU Pods, 2026-08-20)."""
    lines: list[Line] = [
        (Cell(f"  {gpu_name(pod)} bills by the second until the Pod is stopped."),),
        (Cell("  The container is new: its disk starts as the image has it."),),
    ]
    if pod.gpu_id is not None:
        lines += [
            (Cell("  The Pod is bound to its host. If that has no free GPU:", Tone.WARN),),
            (Cell("    - start is refused and it stays stopped, or"),),
            (Cell("    - it comes up with 0 GPUs, which is good for rescuing files only."),),
            (Cell("  Then try again later, or launch the same on another host."),),
        ]
    if pod.volume_disk is not None:
        lines.append((Cell(f"  {pod.volume_disk.path} (volume disk) is as it was left."),))
    for mount in pod.network_mounts:
        lines.append(
            (Cell(f"  {mount.path} (network volume {mount.volume_id}) is mounted again."),)
        )
    return (Block("What starting means", tuple(lines)),)


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is None or Verb.START.value in pod.actions:
        return None
    return "it is not stopped" if pod.is_running else f"not possible while it is {pod.status}"


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("start needs a Pod")
    asked = request(pod)
    return Confirm(
        title=f"START {pod.label}  {pod.id}",
        blocks=consequences(scene, pod),
        button="Start",
        request=lambda typed: asked,
    )


ACTION = Action(
    name="start",
    key="u",
    title="start",
    tooltip="Start a stopped Pod; it may be refused, or come back without a GPU.",
    writes=True,
    why_not=_why_not,
    run=_run,
)
