"""Stops a Pod, after a short checklist of what that loses and costs."""

from decimal import Decimal
from typing import Final

from rgt_tui.actions import Action, Outcome, question
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.rates import HOURS_A_MONTH, NETWORK_VOLUME_FIRST_TB, VOLUME_DISK_STOPPED
from rgt_tui.domain.request import Act, Request, Verb
from rgt_tui.domain.units import GIB, show_bytes, show_duration, show_usd
from rgt_tui.domain.volume import MountKind
from rgt_tui.facts import gpu_name, root_store, stores, workspace_store
from rgt_tui.panes import Block, Cell, Line, Scene, Tone
from rgt_tui.probes.nvidia_smi import GpuReport

COPY_SPEED: Final = 200 * 1000 * 1000
"""Bytes a second to a network volume: the lower figure of RunPod's documentation (200-400 MB/s)."""
NAMED: Final = 3
"""Largest files and folders that are named."""
_DAY: Final = Decimal(24)


def request(pod: Pod) -> Request:
    """What would be sent."""
    return Act(verb=Verb.STOP, pod=pod.id, name=pod.label, start=pod.start)


def consequences(scene: Scene, pod: Pod) -> tuple[Block, ...]:
    """What is lost, what stays, what it costs, what may go wrong, and what else could be done."""
    return (
        Block("1 Lost at once", _lost(scene, pod)),
        Block("2 Stays", _stays(scene, pod)),
        Block("3 Costs", _costs(pod)),
        Block("4 Risk", _risk(scene, pod)),
        Block("5 Instead", _instead(scene, pod)),
    )


def _lost(scene: Scene, pod: Pod) -> tuple[Line, ...]:
    found = stores(pod, scene.account)
    root = root_store(found)
    used = show_bytes(root.used_bytes) if root is not None else "?"
    lines: list[Line] = [
        (
            Cell(f"  / container disk: {used} used, wiped", Tone.BAD),
            Cell("; what the image brought comes back, your changes do not"),
        )
    ]
    lines += [
        (Cell(f"  {store.path} {store.label}: {show_bytes(store.used_bytes)}, wiped", Tone.BAD),)
        for store in found
        if not store.survives_stop and store is not root and store.kind is not MountKind.SHM
    ]
    lines += _written(scene, pod)
    report = scene.account.about(pod.id).value(GpuReport)
    seen = "not seen" if report is None else f"{len(report.processes)} on its GPUs"
    lines.append((Cell(f"  processes ({seen}); {_sessions(scene, pod)}"),))
    back = f"the {len(pod.env_names)} variables of the Pod come back" if pod.env_names else ""
    lines.append((Cell(f"  what was exported in shells{f'; {back}' if back else ''}"),))
    lines.append((Cell("  its SSH port: the next start has another"),))
    return tuple(lines)


def _written(scene: Scene, pod: Pod) -> list[Line]:
    """What was written to the container disk since the container started, largest first."""
    from rgt_tui.probes.largest import LargestReport  # the first frame can spare it

    report = scene.account.about(pod.id).value(LargestReport)
    use = next((u for u in report.mounts if u.mount == "/"), None) if report is not None else None
    if use is None:
        words = "  changed files on it were not listed yet: M measures them"
        return [(Cell(words, Tone.UNKNOWN),)]
    at_least = "" if use.is_whole else "at least "
    since = "on it, the image's own included" if use.includes_image else "since the start"
    files = "" if use.files is None else f" in {use.files} files"
    said = f"  changed {since}: {at_least}{show_bytes(use.total_bytes)}{files}"
    largest = sorted((*use.large_files, *use.folders), key=lambda found: -found.size_bytes)
    named = [f"    {show_bytes(found.size_bytes):>6}  {found.path}" for found in largest[:NAMED]]
    return [(Cell(said, Tone.WARN),), *((Cell(name),) for name in named)]


def _sessions(scene: Scene, pod: Pod) -> str:
    """The tmux and screen sessions that end with it."""
    from rgt_tui.probes.sessions import SessionReport  # the first frame can spare it

    report = scene.account.about(pod.id).value(SessionReport)
    if report is None:
        return "tmux sessions (not seen)"
    names = [f"{found.program} {found.name}" for found in report.sessions]
    return ", ".join(names) if names else "no tmux or screen session runs"


def _stays(scene: Scene, pod: Pod) -> tuple[Line, ...]:
    stay = [
        (Cell(f"  {s.path} {s.label}: {show_bytes(s.used_bytes)} of {show_bytes(s.size_bytes)}"),)
        for s in stores(pod, scene.account)
        if s.survives_stop
    ]
    return tuple(stay) or ((Cell("  nothing: this Pod has no disk that survives", Tone.BAD),),)


def _costs(pod: Pod) -> tuple[Line, ...]:
    now = f"  now ${show_usd(pod.cost_per_hour)}/h"
    day = stopped_per_day(pod)
    if pod.volume_disk is None:
        return ((Cell(f"{now}, stopped $0: it has no volume disk"),),)
    if day is None:
        return ((Cell(f"{now}, stopped ?: the size of its volume disk is unknown"),),)
    twice = f"; stopped ${show_usd(day)}/day for the volume disk, twice its running price"
    return ((Cell(f"{now}{twice}", Tone.WARN),),)


def stopped_per_day(pod: Pod) -> Decimal | None:
    """USD a day for the volume disk once stopped; None when it has none or its size is unknown."""
    if pod.volume_disk is None or pod.volume_disk.size_gb is None:
        return None
    return pod.volume_disk.size_gb * VOLUME_DISK_STOPPED / HOURS_A_MONTH * _DAY


def _risk(scene: Scene, pod: Pod) -> tuple[Line, ...]:
    from rgt_tui.volume_facts import stock_in  # the first frame can spare it

    if pod.gpu_id is None:
        return ((Cell("  the host may have no free CPUs when it is to start again"),),)
    level = stock_in(pod.data_center, scene.account).get(pod.gpu_id)
    where = pod.data_center or "its data center"
    stock = "is not known now" if level is None else f"is {level} now"
    return (
        (Cell(f"  stock of {gpu_name(pod)} in {where} {stock}; its host alone counts"),),
        (Cell(f"  {gpu_name(pod)} goes to whoever asks next: a later start may be refused,"),),
        (Cell("  or come up with 0 GPUs; the volume disk is bound to this host", Tone.WARN),),
    )


def _instead(scene: Scene, pod: Pod) -> tuple[Line, ...]:
    if pod.network_mounts:
        return (
            (Cell("  its work can live on the network volume: terminating it then loses no more"),),
            (Cell("  than stopping, and a new Pod can start on any host of that data center"),),
        )
    day = stopped_per_day(pod)
    store = workspace_store(stores(pod, scene.account))
    if day is None or store is None:
        return ((Cell("  pull what is worth keeping, then terminate: nothing bills any more"),),)
    return _break_even(pod, day, store.used_bytes)


def _break_even(pod: Pod, day: Decimal, used: int | None) -> tuple[Line, ...]:
    lines: list[Line] = [
        (Cell("  copy to a network volume and terminate: no double price, any host can start"),)
    ]
    if used is None or pod.cost_per_hour is None:
        lines.append(
            (Cell("  break-even ?: what is used, or its price, is unknown", Tone.UNKNOWN),)
        )
        return tuple(lines)
    gigabytes = max(Decimal(10), Decimal(used) / GIB)
    there = gigabytes * NETWORK_VOLUME_FIRST_TB / HOURS_A_MONTH * _DAY
    seconds = used / COPY_SPEED
    cost = pod.cost_per_hour * Decimal(seconds) / 3600
    saved = day - there
    if saved <= 0:
        lines.append((Cell("  it never pays: the volume disk is as small as its content"),))
    else:
        text = (
            f"  copying {show_bytes(used)} takes about {show_duration(seconds)}, ${show_usd(cost)};"
        )
        after = f" saves ${show_usd(saved)}/day: pays after {cost / saved:.1f} days"
        lines.append((Cell(text + after, Tone.ACCENT),))
    return tuple(lines)


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is not None and pod.is_stopped:
        return "it is stopped already"
    if pod is None or Verb.STOP.value in pod.actions:
        return None
    if pod.locked:
        return "it is locked: unlock it first"
    return f"not possible while it is {pod.status}"


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("stop needs a Pod")
    return question(pod, "Stop", consequences(scene, pod), request, word="stop")


ACTION = Action(
    name="stop",
    key="ctrl+x",
    title="stop",
    tooltip="What stopping loses and costs, then stop: the container disk is wiped.",
    writes=True,
    why_not=_why_not,
    run=_run,
)
