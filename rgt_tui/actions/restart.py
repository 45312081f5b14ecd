"""Restarts a running Pod's container in place."""

from rgt_tui.actions import Action, Outcome, question
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Act, Request, Verb
from rgt_tui.domain.units import show_duration
from rgt_tui.facts import stores, uptime_s
from rgt_tui.panes import Block, Cell, Line, Scene, Tone
from rgt_tui.probes.nvidia_smi import GpuReport


def request(pod: Pod) -> Request:
    """What would be sent."""
    return Act(verb=Verb.RESTART, pod=pod.id, name=pod.label, start=pod.start)


def consequences(scene: Scene, pod: Pod) -> tuple[Block, ...]:
    """What restarting means: it is taken to wipe the container disk, as stopping does."""
    lines: list[Line] = [
        (Cell("  Every process ends: training, tmux sessions, transfers.", Tone.WARN),),
        (Cell(f"  {_working(scene, pod)}"),),
        (Cell("  / (container disk) counts as lost: the container is made anew.", Tone.WARN),),
    ]
    lines += [
        (Cell(f"  {store.path} ({store.label}) stays."),)
        for store in stores(pod, scene.account)
        if store.survives_stop
    ]
    lines.append((Cell("  The host and its GPUs stay; billing goes on without a pause."),))
    return (Block("What restarting means", tuple(lines)),)


def _working(scene: Scene, pod: Pod) -> str:
    report = scene.account.about(pod.id).value(GpuReport)
    up = f"It has been up {show_duration(uptime_s(pod))}"
    if report is None:
        return f"{up}; whether its GPUs work was not seen."
    return f"{up}; {len(report.processes)} process(es) seen on its GPUs."


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is None or Verb.RESTART.value in pod.actions:
        return None
    if pod.locked:
        return "it is locked: unlock it first"
    return f"not possible while it is {pod.status}"


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("restart needs a Pod")
    return question(pod, "Restart", consequences(scene, pod), request)


ACTION = Action(
    name="restart",
    key="r",
    title="restart",
    tooltip="Restart the container in place: all processes end, the container disk counts as lost.",
    writes=True,
    why_not=_why_not,
    run=_run,
)
