"""The Pods: how far each really is, what it costs, how full it is, what is wrong with it."""

from collections.abc import Sequence
from decimal import Decimal

from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.money import stopped_storage_per_hour
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Answered, Readiness
from rgt_tui.domain.units import GIB, show_duration, show_percent, show_usd
from rgt_tui.facts import (
    GpuSum,
    gpu_name,
    gpu_sum,
    root_store,
    state_of,
    storage_word,
    stores,
    uptime_s,
    workspace_store,
)
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.storage import Store

FULL_PERCENT = 95.0
TIGHT_PERCENT = 85.0

_COLUMNS = (
    Column(title="NAME", width=12, rank=0, grows=True),
    Column(title="STATE", width=9, rank=1),
    Column(title="GPU", width=12, rank=9),
    Column(title="CLOUD", width=9, rank=14),
    Column(title="DC", width=9, rank=10),
    Column(title="$/H", width=6, rank=4, align="right"),
    Column(title="UP", width=6, rank=8, align="right"),
    Column(title="GPU%", width=4, rank=3, align="right", kind=GpuReport),
    Column(title="VRAM", width=7, rank=7, align="right", kind=GpuReport),
    Column(title="/", width=5, rank=5, align="right", kind=DiskReport),
    Column(title="WS", width=5, rank=6, align="right", kind=DiskReport),
    Column(title="STORAGE", width=7, rank=12),
    Column(title="SSH", width=6, rank=11),
    Column(title="ID", width=14, rank=13),
    Column(title="TRIAGE", width=10, rank=2),
)
_STATE_TONES = {
    Readiness.UP: Tone.GOOD,
    Readiness.PULLING: Tone.ACCENT,
    Readiness.STARTING: Tone.ACCENT,
    Readiness.LOOPING: Tone.BAD,
    Readiness.ERROR: Tone.BAD,
    Readiness.STOPPED: Tone.DIM,
    Readiness.GONE: Tone.DIM,
    Readiness.UNKNOWN: Tone.UNKNOWN,
}
_NOTHING = Cell("--", Tone.DIM)


def _rows(scene: Scene) -> tuple[Row, ...]:
    gone = [gone.pod for gone in scene.account.gone.values()]
    pods = sorted(
        scene.account.pods, key=lambda pod: (-_worst(scene.of(pod.id)), pod.label, pod.id)
    )
    return tuple(_row(pod, scene) for pod in (*pods, *gone))


def _worst(findings: Sequence[Finding]) -> int:
    return max((finding.severity + 1 for finding in findings if finding.is_present), default=0)


def _row(pod: Pod, scene: Scene) -> Row:
    account = scene.account
    state = state_of(pod, account, scene.now)
    disks = stores(pod, account)
    gpu = gpu_sum(pod, account.about(pod.id))
    lives = state in (Readiness.UP, Readiness.LOOPING)
    cells = (
        Cell(pod.label, Tone.DIM if state is Readiness.GONE else Tone.PLAIN),
        _state(pod, state),
        Cell(gpu_name(pod), Tone.BAD if lives and pod.gpu_count == 0 else Tone.PLAIN),
        Cell((pod.cloud or "?").lower(), Tone.DIM),
        Cell(pod.data_center or "?", Tone.PLAIN if pod.data_center else Tone.UNKNOWN),
        _cost(pod),
        _up(uptime_s(pod)) if lives else _NOTHING,
        _util(gpu, pod) if lives else _NOTHING,
        _vram(gpu, pod) if lives else _NOTHING,
        _percent(root_store(disks)) if lives else _NOTHING,
        _percent(workspace_store(disks)) if lives else _NOTHING,
        Cell(storage_word(pod), Tone.WARN if storage_word(pod) == "none" else Tone.PLAIN),
        Cell(pod.ssh_road.value, Tone.WARN if pod.ssh_road == "proxy" else Tone.PLAIN),
        Cell(pod.id, Tone.DIM),
        _codes(scene.of(pod.id)),
    )
    return Row(pod.id, cells, pod.id)


def _state(pod: Pod, state: Readiness) -> Cell:
    mark = "!" if state in (Readiness.LOOPING, Readiness.ERROR) else ""
    word = pod.status.lower() if state is Readiness.UNKNOWN and not pod.is_running else state.value
    return Cell(f"{word}{mark}", _STATE_TONES[state])


def _cost(pod: Pod) -> Cell:
    """Dollars an hour; a stopped Pod's disk, which the API leaves out, carries a star."""
    if pod.is_stopped:
        storage = stopped_storage_per_hour(pod)
        return Cell(f"{show_usd(storage.quantize(Decimal('0.01')))}*") if storage else Cell("0.00")
    return Cell(
        show_usd(pod.cost_per_hour), Tone.UNKNOWN if pod.cost_per_hour is None else Tone.PLAIN
    )


def _up(seconds: float | None) -> Cell:
    """Uptime in minutes at the finest, so that a still row is not repainted each second."""
    if seconds is None:
        return Cell("?", Tone.UNKNOWN)
    return Cell("<1m" if seconds < 60 else show_duration(seconds))


def _util(gpu: GpuSum, pod: Pod) -> Cell:
    if pod.gpu_id is None:
        return _NOTHING
    if gpu.util_percent is None:
        return Cell("?", Tone.UNKNOWN)
    return Cell(show_percent(gpu.util_percent), Tone.WARN if gpu.util_percent < 5 else Tone.PLAIN)


def _vram(gpu: GpuSum, pod: Pod) -> Cell:
    if pod.gpu_id is None:
        return _NOTHING
    if gpu.used_bytes is None or gpu.total_bytes is None:
        return Cell("?", Tone.UNKNOWN)
    return Cell(f"{gpu.used_bytes / GIB:.0f}/{gpu.total_bytes / GIB:.0f}")


def _percent(store: Store | None) -> Cell:
    if store is None:
        return _NOTHING
    if store.hung:
        return Cell("hung!", Tone.BAD)
    if store.percent is None:
        return Cell("?", Tone.UNKNOWN)
    if store.percent >= FULL_PERCENT:
        return Cell(f"{show_percent(store.percent)}!", Tone.BAD)
    return Cell(
        show_percent(store.percent), Tone.WARN if store.percent >= TIGHT_PERCENT else Tone.PLAIN
    )


def _codes(findings: Sequence[Finding]) -> Cell:
    """The present codes with `!` for a warning and `!!` for act-now, else `?` for what is unknown.

    Notes are no faults: beside them the `?` stays, and stands first, where no narrow column cuts it.
    """
    present = [finding for finding in findings if finding.is_present]
    if not present:
        return Cell("?", Tone.UNKNOWN) if findings else Cell("-", Tone.DIM)
    marks = {Severity.INFO: "", Severity.WARNING: "!", Severity.CRITICAL: "!!"}
    tones = {Severity.CRITICAL: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.INFO: Tone.DIM}
    tone = tones[present[0].severity]
    words = " ".join(f"{f.code}{marks[f.severity]}" for f in present)
    if any(f.is_fault for f in present) or len(present) == len(findings):
        return Cell(words, tone)
    return Cell(f"? {words}", Tone.UNKNOWN)


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    pod = scene.account.pod(key)
    if pod is None:
        return ()
    return (_facts(pod, scene), _triage(scene.of(pod.id)))


def _facts(pod: Pod, scene: Scene) -> Block:
    cost = f"${show_usd(pod.cost_per_hour)}/h"
    if pod.is_stopped:
        cost = f"${show_usd(stopped_storage_per_hour(pod))}/h for its stopped volume disk (2x)"
    image = pod.image or "image ?"
    host_cuda = f"host CUDA {pod.cuda_version}" if pod.cuda_version else "host CUDA ?"
    lines: tuple[Line, ...] = (
        (
            Cell(f"{pod.id}  {gpu_name(pod)}  {pod.data_center or 'data center ?'}  "),
            Cell(f"{(pod.cloud or 'cloud ?').lower()}  {cost}"),
        ),
        _storage_line(pod, scene),
        (Cell(f"{image}  {host_cuda}", Tone.DIM),),
    )
    answered = scene.account.about(pod.id).value(Answered)
    key = f", host key: {answered.host_key}" if answered and answered.host_key else ""
    return Block(pod.label, lines, note=f"status {pod.status}, ssh {pod.ssh_road.value}{key}")


def _storage_line(pod: Pod, scene: Scene) -> Line:
    lost = [s for s in stores(pod, scene.account) if not s.survives_terminate and s.kind != "shm"]
    if not lost:
        return (
            Cell("LOSS  ", Tone.ACCENT),
            Cell("nothing known lies outside a network volume", Tone.DIM),
        )
    names = ", ".join(f"{store.path} ({store.label})" for store in lost)
    return (Cell("LOSS  ", Tone.ACCENT), Cell(f"terminate deletes {names}", Tone.WARN))


def _by_number(code: str) -> tuple[str, int]:
    """RP5 before RP12."""
    word = code.rstrip("0123456789")
    return word, int(code[len(word) :] or 0)


def _triage(findings: Sequence[Finding]) -> Block:
    present = [finding for finding in findings if finding.is_present]
    unknown = sorted((f.code for f in findings if not f.is_present), key=_by_number)
    lines: list[Line] = []
    for finding in present:
        tone = Tone.BAD if finding.severity is Severity.CRITICAL else Tone.WARN
        lines.append((Cell(f"{finding.code} {finding.title}", tone),))
        lines.extend((Cell(f"  {said.said}"),) for said in finding.evidence[:2])
    if unknown:
        lines.append((Cell(f"? not told yet: {' '.join(unknown)}", Tone.UNKNOWN),))
    if not lines:
        lines.append((Cell("none of the known symptoms", Tone.GOOD),))
    return Block("Triage", tuple(lines), note="x explains" if present or unknown else "")


def _empty(scene: Scene) -> str:
    if scene.account.evidence.latest(PodList) is None:
        return "The Pod list has not been read yet."
    return "This account has no Pods. Nothing bills by the hour for compute."


PANE = Pane(
    name="pods",
    title="Pods",
    order=1,
    columns=_COLUMNS,
    kinds=(PodList, DiskReport),
    rows=_rows,
    detail=_detail,
    count=lambda scene: len(scene.account.pods) if scene.account.evidence.latest(PodList) else None,
    empty=_empty,
)
