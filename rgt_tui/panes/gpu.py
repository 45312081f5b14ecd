"""The GPUs of every Pod: use, memory, temperature, power, and the processes on them."""

from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Readiness
from rgt_tui.domain.units import show_age, show_bar, show_bytes, show_percent
from rgt_tui.facts import gpu_name, state_of, unreachable_why
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.probes.nvidia_smi import Gpu, GpuReport

HOT_C = 85.0
BAR_CELLS = 10
_UNKNOWN = Cell("?", Tone.UNKNOWN)
_NOTHING = Cell("--", Tone.DIM)

_COLUMNS = (
    Column(title="POD", width=12, rank=0, grows=True),
    Column(title="GPU", width=3, rank=1, align="right"),
    Column(title="MODEL", width=21, rank=2),
    Column(title="USE", width=4, rank=3, align="right"),
    Column(title="BUSY", width=10, rank=8),
    Column(title="MEMORY", width=11, rank=4, align="right"),
    Column(title="TEMP", width=4, rank=6, align="right"),
    Column(title="POWER", width=8, rank=5, align="right"),
    Column(title="PROC", width=4, rank=7, align="right"),
    Column(title="DRIVER", width=11, rank=9),
    Column(title="CUDA", width=5, rank=10),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    pods = sorted(scene.account.pods, key=lambda pod: (_urgency(pod, scene), pod.label, pod.id))
    return tuple(row for pod in pods for row in _rows_of(pod, scene))


def _urgency(pod: Pod, scene: Scene) -> int:
    """Orders Pods: GPUs that are paid for and missing, GPUs seen, not seen, not running, none."""
    if pod.gpu_id is None:
        return 4
    if state_of(pod, scene.account, scene.now) is not Readiness.UP:
        return 3
    report = scene.account.about(pod.id).value(GpuReport)
    if report is None:
        return 2
    return 1 if report.gpus else 0


def _rows_of(pod: Pod, scene: Scene) -> tuple[Row, ...]:
    report = scene.account.about(pod.id).value(GpuReport) if pod.is_running else None
    if report is None or not report.gpus:
        return (_row_without(pod, report, scene),)
    return tuple(_row(pod, gpu, report) for gpu in report.gpus)


def _row(pod: Pod, gpu: Gpu, report: GpuReport) -> Row:
    processes = sum(1 for process in report.processes if process.gpu_uuid == gpu.uuid)
    cells = (
        Cell(pod.label),
        Cell(str(gpu.index)),
        Cell(gpu.name),
        _use(gpu),
        _bar(gpu.util_percent),
        Cell(f"{show_bytes(gpu.memory_used_bytes)}/{show_bytes(gpu.memory_total_bytes)}"),
        _temperature(gpu),
        _power(gpu),
        Cell(str(processes)),
        Cell(report.driver or "?", Tone.DIM),
        Cell(report.cuda or "?", Tone.DIM),
    )
    return Row(f"{pod.id}/{gpu.index}", cells, pod.id)


def _row_without(pod: Pod, report: GpuReport | None, scene: Scene) -> Row:
    """The one row of a Pod whose GPUs are not seen; says in words which case it is."""
    word, tone = _why_none(pod, report, scene)
    use = pod.runtime.gpus[0].util if pod.runtime is not None and pod.runtime.gpus else None
    known = Cell(show_percent(use)) if use is not None else _NOTHING
    rest = (known, _bar(use), _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)
    return Row(
        f"{pod.id}/-", (Cell(pod.label), Cell("-", Tone.DIM), Cell(word, tone), *rest), pod.id
    )


def _why_none(pod: Pod, report: GpuReport | None, scene: Scene) -> tuple[str, Tone]:
    if pod.gpu_id is None and pod.cpu_id is not None:
        return "CPU Pod: no GPU", Tone.DIM
    state = state_of(pod, scene.account, scene.now)
    if state is not Readiness.UP:
        return f"{gpu_name(pod)}: {state}", Tone.DIM
    if report is not None:
        return "NO GPU seen!", Tone.BAD
    if pod.gpu_count == 0:
        return "ZERO GPU!", Tone.BAD
    return f"{gpu_name(pod)}: ?", Tone.UNKNOWN


def _use(gpu: Gpu) -> Cell:
    if gpu.util_percent is None:
        return _UNKNOWN
    idle = gpu.util_percent < 5
    return Cell(show_percent(gpu.util_percent), Tone.WARN if idle else Tone.PLAIN)


def _bar(percent: float | None) -> Cell:
    return Cell(show_bar(percent, BAR_CELLS), Tone.DIM if percent is None else Tone.GOOD)


def _temperature(gpu: Gpu) -> Cell:
    if gpu.temperature_c is None:
        return _UNKNOWN
    hot = gpu.temperature_c >= HOT_C
    return Cell(f"{gpu.temperature_c:.0f}C{'!' if hot else ''}", Tone.BAD if hot else Tone.PLAIN)


def _power(gpu: Gpu) -> Cell:
    if gpu.power_w is None:
        return _UNKNOWN
    limit = "?" if gpu.power_limit_w is None else f"{gpu.power_limit_w:.0f}"
    return Cell(f"{gpu.power_w:.0f}/{limit}W")


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    pod_id, _, index = key.rpartition("/")
    pod = scene.account.pod(pod_id)
    if pod is None:
        return ()
    seen = scene.account.about(pod.id).latest(GpuReport)
    age = show_age(scene.now - seen.at) if seen is not None else "never seen"
    note = f"nvidia-smi {age}"
    report = seen.value if seen is not None else None
    return (Block(f"Processes on {pod.label}", _processes(pod, report, index, scene), note),)


def _processes(pod: Pod, report: GpuReport | None, index: str, scene: Scene) -> tuple[Line, ...]:
    if report is None:
        why = unreachable_why(pod, scene.account.about(pod.id)) or "not examined yet"
        return ((Cell(f"? nvidia-smi was not seen: {why}", Tone.UNKNOWN),),)
    if not report.gpus:
        return ((Cell(report.absent or "nvidia-smi lists no GPU", Tone.BAD),),)
    uuid = next((gpu.uuid for gpu in report.gpus if str(gpu.index) == index), None)
    lines = [
        (
            Cell(f"pid {process.pid:<8}", Tone.ACCENT),
            Cell(f"{show_bytes(process.memory_bytes):>7}  {process.name}"),
        )
        for process in report.processes
        if process.gpu_uuid == uuid
    ]
    if lines:
        return tuple(lines)
    words = "none listed; inside containers nvidia-smi often cannot see processes"
    return ((Cell(words, Tone.DIM),),)


def _empty(scene: Scene) -> str:
    if scene.account.evidence.latest(PodList) is None:
        return "The Pod list has not been read yet, so no GPU is known."
    return "This account has no Pods, so there is no GPU to show."


PANE = Pane(
    name="gpu",
    title="GPU",
    order=4,
    columns=_COLUMNS,
    kinds=(GpuReport,),
    rows=_rows,
    detail=_detail,
    empty=_empty,
)
