"""The GPUs of every Pod: whether they work, what they draw, and the processes on them."""

from typing import Any

from rgt_tui.courses import Idling, idling, remembered, spark
from rgt_tui.domain.evidence import Reading, Sample
from rgt_tui.domain.idle import GpuIdle
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Readiness
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import (
    show_age,
    show_bar,
    show_bytes,
    show_duration,
    show_percent,
)
from rgt_tui.facts import gpu_name, road_note, state_of, unreachable_why
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.probes.cuda import CudaReport
from rgt_tui.probes.gpu_health import GpuHealth, GpuHealthReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuProcess, GpuReport
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.probes.rocm_smi import AmdGpu, AmdReport

HOT_C = 85.0
BAR_CELLS = 10
COURSE_CELLS = 12
COURSE_S = 720.0
"""The sparkline of a row: a character a minute."""
LONG_COURSE_S = 3600.0
IDLE_TOLD_S = 120.0
_UNKNOWN = Cell("?", Tone.UNKNOWN)
_NOTHING = Cell("--", Tone.DIM)

_COLUMNS = (
    Column(title="POD", width=12, rank=0, grows=True),
    Column(title="GPU", width=3, rank=1, align="right"),
    Column(title="MODEL", width=21, rank=2),
    Column(title="USE", width=4, rank=3, align="right"),
    Column(title="BUSY", width=10, rank=9),
    Column(title="COURSE", width=12, rank=11),
    Column(title="STATE", width=13, rank=8),
    Column(title="MEMORY", width=11, rank=4, align="right"),
    Column(title="TEMP", width=4, rank=6, align="right"),
    Column(title="POWER", width=8, rank=5, align="right"),
    Column(title="CLOCK", width=9, rank=12, align="right"),
    Column(title="ECC", width=4, rank=10, align="right"),
    Column(title="PROC", width=4, rank=7, align="right"),
    Column(title="DRIVER", width=11, rank=13),
    Column(title="CUDA", width=5, rank=14),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of a Pod's GPUs, of either maker.

    Attributes:
        kind: the report type it comes from.
        history: samples of use and power.
    """

    kind: type
    gpus: tuple[Gpu, ...]
    history: tuple[Sample, ...]
    driver: str | None = None
    cuda: str | None = None
    absent: str | None = None
    processes: tuple[GpuProcess, ...] = ()


def _seen(pod: Pod, scene: Scene) -> _Seen | None:
    """The newest report of a running Pod; AMD's where NVIDIA's tool sees nothing."""
    if not pod.is_running:
        return None
    evidence = scene.account.about(pod.id)
    amd: Reading[AmdReport] = evidence.reading(AmdReport)
    if amd.good is not None and (amd.good.value.gpus or amd.good.value.is_expected):
        told = amd.good.value
        gpus = tuple(_as_gpu(gpu) for gpu in told.gpus)
        return _Seen(AmdReport, gpus, amd.history, told.driver, None, told.absent)
    reading: Reading[GpuReport] = evidence.reading(GpuReport)
    if reading.good is None:
        return None
    waits_for_amd = amd.good is None and (pod.gpu_id or "").startswith("AMD")
    if waits_for_amd and not reading.good.value.gpus:
        return None  # nvidia-smi knows nothing of it, and has answered first
    report, cuda = reading.good.value, evidence.value(CudaReport)
    return _Seen(
        GpuReport,
        report.gpus,
        reading.history,
        report.driver or (cuda.driver if cuda is not None else None),
        report.cuda or (cuda.driver_cuda if cuda is not None else None),
        report.absent,
        report.processes,
    )


def _as_gpu(gpu: AmdGpu) -> Gpu:
    return Gpu(
        index=gpu.index,
        uuid="",
        name=gpu.name,
        util_percent=gpu.util_percent,
        memory_used_bytes=gpu.memory_used_bytes,
        memory_total_bytes=gpu.memory_total_bytes,
        temperature_c=gpu.temperature_c,
        power_w=gpu.power_w,
        power_limit_w=gpu.power_limit_w,
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
    seen = _seen(pod, scene)
    if seen is None:
        return 2
    return 1 if seen.gpus else 0


def _rows_of(pod: Pod, scene: Scene) -> tuple[Row, ...]:
    seen = _seen(pod, scene)
    if seen is None or not seen.gpus:
        return (_row_without(pod, seen, scene),)
    health = scene.account.about(pod.id).value(GpuHealthReport)
    together = _all_idle(pod, seen, scene)
    rows = []
    for gpu in seen.gpus:
        idle = idling(seen.history, (gpu.index,), scene.now)
        if idle is not None and together is not None and idle.seconds < together.seconds:
            idle = together
        rows.append(_row(pod, gpu, seen, (health.of(gpu.uuid) if health else None, idle), scene))
    return tuple(rows)


def _row(
    pod: Pod, gpu: Gpu, seen: _Seen, known: tuple[GpuHealth | None, Idling | None], scene: Scene
) -> Row:
    """One GPU; `known` is its health and how long it has idled."""
    processes = sum(1 for process in seen.processes if process.gpu_uuid == gpu.uuid)
    is_amd = seen.kind is AmdReport
    cells = (
        Cell(pod.label),
        Cell(str(gpu.index)),
        Cell(gpu.name),
        _use(gpu),
        _bar(gpu.util_percent),
        Cell(spark(seen.history, f"util.{gpu.index}", COURSE_CELLS, COURSE_S, scene.now), Tone.DIM),
        _state(gpu, known[1]),
        Cell(f"{show_bytes(gpu.memory_used_bytes)}/{show_bytes(gpu.memory_total_bytes)}"),
        _temperature(gpu),
        _power(gpu),
        _clock(gpu),
        _NOTHING if is_amd else _ecc(known[0]),
        _NOTHING if is_amd else Cell(str(processes)),
        Cell(seen.driver or "?", Tone.DIM),
        Cell("AMD" if is_amd else seen.cuda or "?", Tone.DIM),
    )
    return Row(f"{pod.id}/{gpu.index}", cells, pod.id)


def _row_without(pod: Pod, seen: _Seen | None, scene: Scene) -> Row:
    """The one row of a Pod whose GPUs are not seen; says in words which case it is."""
    word, tone = _why_none(pod, seen, scene)
    use = pod.runtime.gpus[0].util if pod.runtime is not None and pod.runtime.gpus else None
    known = Cell(show_percent(use)) if use is not None else _NOTHING
    head = (Cell(pod.label), Cell("-", Tone.DIM), Cell(word, tone), known, _bar(use))
    return Row(f"{pod.id}/-", (*head, *([_NOTHING] * (len(_COLUMNS) - len(head)))), pod.id)


def _why_none(pod: Pod, seen: _Seen | None, scene: Scene) -> tuple[str, Tone]:
    if pod.gpu_id is None and pod.cpu_id is not None:
        return "CPU Pod: no GPU", Tone.DIM
    state = state_of(pod, scene.account, scene.now)
    if state is not Readiness.UP:
        return f"{gpu_name(pod)}: {state}", Tone.DIM
    if seen is not None and seen.kind is AmdReport:
        return "AMD: not readable", Tone.WARN
    if seen is not None:
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


def _state(gpu: Gpu, idle: Idling | None) -> Cell:
    """What it does, by power as well as by use; how long it has idled."""
    if gpu.is_throttled:
        return Cell("throttled!", Tone.BAD)
    match gpu.work:
        case None:
            return _UNKNOWN
        case "waits":
            return Cell("waits? low W", Tone.WARN)
        case "idle" if idle is not None and idle.seconds >= IDLE_TOLD_S:
            return Cell(f"idle {idle.long}", Tone.WARN)
        case word:
            return Cell(word, Tone.WARN if word == "idle" else Tone.GOOD)


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


def _clock(gpu: Gpu) -> Cell:
    if gpu.sm_mhz is None:
        return _UNKNOWN
    return Cell(f"{gpu.sm_mhz}/{'?' if gpu.sm_max_mhz is None else gpu.sm_max_mhz}", Tone.DIM)


def _ecc(health: GpuHealth | None) -> Cell:
    """Uncorrected errors since the driver was loaded; `off` where none would be found."""
    if health is None:
        return _UNKNOWN
    if health.is_bad:
        return Cell(f"{health.uncorrected or 'row'}!", Tone.BAD)
    if health.ecc_on is False:
        return Cell("off", Tone.DIM)
    return Cell("n/a", Tone.DIM) if health.uncorrected is None else Cell("0", Tone.DIM)


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    pod_id, _, index = key.rpartition("/")
    pod = scene.account.pod(pod_id)
    if pod is None:
        return ()
    seen = _seen(pod, scene)
    latest: Any = scene.account.about(pod.id).latest(seen.kind) if seen is not None else None
    tool = "rocm-smi" if seen is not None and seen.kind is AmdReport else "nvidia-smi"
    note = f"{tool} {show_age(scene.now - latest.at) if latest is not None else 'never seen'}"
    if latest is not None:
        note += road_note(scene.account.about(pod.id))
    blocks = [Block(f"Processes on {pod.label}", _processes(pod, seen, index, scene), note)]
    if seen is not None and seen.gpus:
        blocks.append(Block(f"GPUs of {pod.label}", tuple(_cards(pod, seen, scene)), note))
    return tuple(blocks)


def _processes(pod: Pod, seen: _Seen | None, index: str, scene: Scene) -> tuple[Line, ...]:
    if pod.gpu_id is None and pod.cpu_id is not None:
        return ((Cell("CPU Pod: it has no GPU", Tone.DIM),),)
    if seen is None:
        why = unreachable_why(pod, scene.account.about(pod.id)) or "not examined yet"
        return ((Cell(f"? nvidia-smi was not seen: {why}", Tone.UNKNOWN),),)
    if not seen.gpus:
        return ((Cell(seen.absent or "nvidia-smi lists no GPU", Tone.BAD),),)
    if seen.kind is AmdReport:
        return ((Cell("rocm-smi does not tell processes here", Tone.DIM),),)
    uuid = next((gpu.uuid for gpu in seen.gpus if str(gpu.index) == index), None)
    table = scene.account.about(pod.id).value(ProcessReport)
    lines = [
        (
            Cell(f"pid {process.pid:<8}", Tone.ACCENT),
            Cell(f"{show_bytes(process.memory_bytes):>7}  {process.name}"),
            Cell(f"  {_owner(process, table)}", Tone.DIM),
        )
        for process in seen.processes
        if process.gpu_uuid == uuid
    ]
    if lines:
        return tuple(lines)
    words = "none listed; inside containers nvidia-smi often cannot see processes"
    workers = [it for it in (table.processes if table is not None else ()) if it.work]
    found: list[Line] = [(Cell(words, Tone.DIM),)]
    found += [
        (
            Cell(f"pid {it.pid:<8}", Tone.ACCENT),
            Cell(f"{it.work}  {show_duration(it.age_s)}  {it.args}"),
        )
        for it in workers[:3]
    ]
    return tuple(found)


def _owner(process: GpuProcess, table: ProcessReport | None) -> str:
    """Owner and age, where the number is one of this container's and not of the host's."""
    found = table.of(process.pid) if table is not None else None
    if found is None or found.name[:4] != process.name.rsplit("/", 1)[-1][:4]:
        return "owner ?, age ?"
    return f"{found.owner or 'owner ?'}, {show_duration(found.age_s)}, {found.args}"


def _cards(pod: Pod, seen: _Seen, scene: Scene) -> list[Line]:
    lines: list[Line] = []
    health = scene.account.about(pod.id).value(GpuHealthReport)
    for gpu in seen.gpus:
        course = spark(seen.history, f"util.{gpu.index}", 30, LONG_COURSE_S, scene.now).strip()
        figures = f"{show_percent(gpu.util_percent):>4} {_power(gpu).text} {_temperature(gpu).text}"
        lines.append(
            (
                Cell(f"GPU{gpu.index} ", Tone.ACCENT),
                Cell(f"{show_bar(gpu.util_percent, 20)} ", Tone.GOOD),
                Cell(f"{figures}  1h {course}"),
            )
        )
        lines += _troubles(gpu, health.of(gpu.uuid) if health is not None else None)
    lines += _money(pod, seen, scene)
    lines.append(_cuda(scene.account.about(pod.id).value(CudaReport), seen))
    return lines


def _troubles(gpu: Gpu, health: GpuHealth | None) -> list[Line]:
    lines: list[Line] = []
    if gpu.is_throttled:
        said = f"  slowed by {', '.join(gpu.slowed_by or ())}"
        lines.append((Cell(said, Tone.BAD),))
    if gpu.work == "waits":
        said = "  use near 100 % at the power of idling: it may wait, not work (RP29)"
        lines.append((Cell(said, Tone.WARN),))
    if health is not None and health.is_bad:
        rows = "row to be replaced" if health.rows_pending else "rows ok"
        rows = "row replacement failed" if health.rows_failed else rows
        uncorrected = "?" if health.uncorrected is None else health.uncorrected
        said = f"  ECC: {uncorrected} uncorrected, {rows}: results since are in doubt"
        lines.append((Cell(said, Tone.BAD),))
    return lines


def _money(pod: Pod, seen: _Seen, scene: Scene) -> list[Line]:
    """The idle clock: how long all GPUs have done nothing, and what that cost."""
    idle = _all_idle(pod, seen, scene)
    if idle is None or idle.seconds < IDLE_TOLD_S:
        return []
    return [(Cell(idle.words(pod.cost_per_hour, scene.now), Tone.WARN),)]


def _all_idle(pod: Pod, seen: _Seen, scene: Scene) -> Idling | None:
    """How long all its GPUs have idled, as far back as former runs of the console have seen."""
    idle = idling(seen.history, [gpu.index for gpu in seen.gpus], scene.now)
    return remembered(idle, scene.account.about(pod.id).value(GpuIdle), scene.now)


def _cuda(report: CudaReport | None, seen: _Seen) -> Line:
    driver = f"driver {seen.driver or '?'}"
    if seen.kind is AmdReport:
        torch = report.torches[0] if report is not None and report.torches else None
        built = f", PyTorch {torch.version} for ROCm {torch.hip}" if torch is not None else ""
        return (Cell(f"AMD: {driver}{built}", Tone.DIM),)
    if report is None:
        return (Cell(f"{driver}  CUDA {seen.cuda or '?'}; the image's is not known yet", Tone.DIM),)
    verdicts = {
        "ok": ("ok", Tone.DIM),
        "newer": ("newer than the driver's: runs, but cannot compile kernels", Tone.WARN),
        "too old": ("the driver is too old for it (RP9)", Tone.BAD),
    }
    said, tone = verdicts.get(report.verdict or "", ("not compared", Tone.UNKNOWN))
    wants = report.wanted or "?"
    broken = "" if report.init_code in (0, None) else f"; cuInit fails with {report.init_code}!"
    words = f"{driver}  CUDA {seen.cuda or '?'}; image wants {wants}: {said}{broken}"
    return (Cell(words, Tone.BAD if broken else tone),)


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
