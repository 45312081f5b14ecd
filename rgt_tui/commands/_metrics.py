"""What is known as Prometheus metrics: gauges in base units, unknown ones left out, never 0.

The number of series is bounded: of each Pod so many GPUs and mounts, findings as they stand, and
labels of a bounded length. A Pod is named by its id alone; its name and the rest stand once, in
`runpod_pod_info`, to be joined. Values older than `OLD_S` are left out; how old those are that are
shown stands in `runpod_last_success_timestamp_seconds` and `runpod_pod_read_timestamp_seconds`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeVar

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from rgt_tui import __version__
from rgt_tui.commands._runway import known_money, spend_of
from rgt_tui.domain.evidence import Evidence, Observed
from rgt_tui.domain.money import Balance
from rgt_tui.domain.objects import StoredUses
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Answered, Readiness
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import VolumeList
from rgt_tui.facts import has_failed_login, state_of, stores
from rgt_tui.panes import Scene
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.gpu_health import GpuHealthReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuReport
from rgt_tui.probes.rocm_smi import AmdGpu, AmdReport
from rgt_tui.spending import idle_per_hour
from rgt_tui.storage import Store

OLD_S: Final = 900.0
ADDED_UP_OLD_S: Final = 4500.0
"""What is in use of a network volume is added up once an hour at most, over SSH or S3."""
LABEL_MAX: Final = 128
MOUNTS_MAX: Final = 16
GPUS_MAX: Final = 32
LISTS: Final[tuple[tuple[str, type], ...]] = (
    ("pods", PodList),
    ("volumes", VolumeList),
    ("balance", Balance),
)
"""What is read of the account, by the names it has in the metrics."""
_LAST: Final = "last_success_timestamp_seconds"
Report = TypeVar("Report")


class _Gauges:
    """Gauges as they are found, each family once."""

    def __init__(self) -> None:
        self._families: dict[str, Metric] = {}
        self.left_out = 0

    def add(
        self, name: str, told: str, value: float | None, labels: Mapping[str, object] | None = None
    ) -> None:
        """One more series; none where the value is unknown."""
        if value is None:
            return
        named = labels or {}
        family = self._families.get(name)
        if family is None:
            family = GaugeMetricFamily(f"runpod_{name}", told, labels=list(named))
            self._families[name] = family
        values = {key: _label(label) for key, label in named.items()}
        family.add_sample(f"runpod_{name}", values, float(value))

    def some(self, found: Sequence[Report], most: int) -> Sequence[Report]:
        """The first of them; how many more there are is counted."""
        self.left_out += max(0, len(found) - most)
        return found[:most]

    def families(self) -> Iterable[Metric]:
        """What was found."""
        return self._families.values()


def metrics_of(
    scene: Scene,
    failures: Mapping[str, int] | None = None,
    remembered: Mapping[str, float] | None = None,
) -> Iterator[Metric]:
    """The metrics of one moment.

    Args:
        scene: what is known.
        failures: reads that failed so far, by source; None where nobody counts.
        remembered: when things were read by an earlier run, by their names in `LISTS`.
    """
    gauges = _Gauges()
    gauges.add("exporter_info", "The program that tells this.", 1, {"version": __version__})
    _reads(scene, gauges, remembered or {})
    _money(scene, gauges)
    if _fresh(scene.account.evidence, PodList, scene.now) is not None:
        for pod in scene.account.pods:
            _pod(pod, scene, gauges)
        _findings(scene, gauges)
    _volumes(scene, gauges)
    gauges.add(
        "series_left_out",
        f"GPUs beyond {GPUS_MAX} and mounts beyond {MOUNTS_MAX} of a Pod.",
        gauges.left_out,
    )
    yield from gauges.families()
    if failures is not None:
        counter = CounterMetricFamily("runpod_read_errors", "Reads that failed.", labels=["source"])
        for source, count in sorted(failures.items()):
            counter.add_metric([source], count)
        yield counter


def read_times(text: str) -> dict[str, float]:
    """When things were read, as an earlier text tells it; nothing where it is no such text."""
    own = "\n".join(line for line in text.splitlines() if line.startswith(f"runpod_{_LAST}{{"))
    try:
        families = list(text_string_to_metric_families(f"{own}\n"))
    except ValueError:
        return {}
    return {
        sample.labels.get("what", ""): sample.value
        for family in families
        for sample in family.samples
    }


class Moment(Collector):
    """Gives the metrics of the moment it is asked at."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        """The metrics."""
        return self._collect()


def text_of(families: Iterable[Metric]) -> bytes:
    """Prometheus' text format."""
    return generate_latest(Moment(lambda: families))


def _reads(scene: Scene, gauges: _Gauges, remembered: Mapping[str, float]) -> None:
    evidence = scene.account.evidence
    listed = evidence.reading(PodList)
    if listed.good is not None or listed.failure is not None:
        is_up = listed.failure is None and not scene.trouble
        gauges.add("up", "Whether the Pod list could be read when it was tried last.", is_up)
    for what, kind in LISTS:
        seen: Observed[object] | None = evidence.latest(kind)
        at = remembered.get(what) if seen is None else seen.at
        gauges.add(_LAST, "When this was read last.", at, {"what": what})


def _money(scene: Scene, gauges: _Gauges) -> None:
    money = known_money(scene)
    if money.balance is not None:
        runway = None if money.runway_h is None else float(money.runway_h) * 3600
        gauges.add("balance_usd", "What is left on the account.", _float(money.balance.balance))
        gauges.add("runway_seconds", "Until nothing is left. Absent: unknown or never.", runway)
    if _fresh(scene.account.evidence, PodList, scene.now) is None:
        return
    gauges.add(
        "spend_usd_per_hour",
        "What the account spends, by the service, else by its price list.",
        _float(spend_of(money)),
    )
    gauges.add(
        "stopped_storage_usd_per_hour",
        "Volume disks of stopped Pods.",
        _float(money.burn.stopped_storage),
    )
    gauges.add(
        "idle_gpus_usd_per_hour", "At least so much is paid for idle GPUs.", _float(_idle(scene))
    )


def _idle(scene: Scene) -> Decimal | None:
    """What is paid for GPUs that do nothing, of the Pods of which that is known; None for no such."""
    on_gpus = [pod for pod in scene.account.pods if pod.gpu_id is not None and pod.is_running]
    costs = [idle_per_hour(pod, scene.account) for pod in on_gpus if not _is_use_old(pod, scene)]
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if known or not on_gpus else None


def _is_use_old(pod: Pod, scene: Scene) -> bool:
    """Whether what was seen of its GPUs over SSH, which goes before the API's word, is too old."""
    at, gpus = _gpus_seen(scene.account.about(pod.id))
    return bool(gpus) and scene.now - at > OLD_S


def _pod(pod: Pod, scene: Scene, gauges: _Gauges) -> None:
    whom = {"pod": pod.id}
    state = state_of(pod, scene.account, scene.now)
    info = {
        "name": pod.name,
        "status": pod.status,
        "gpu": pod.gpu_id or "",
        "cloud": pod.cloud or "",
        "data_center": pod.data_center or "",
        "storage": pod.storage.value,
        "image": pod.image,
    }
    gauges.add("pod_info", "A Pod; what is unknown is empty.", 1, {**whom, **info})
    is_up = None if state is Readiness.UNKNOWN else state is Readiness.UP
    gauges.add("pod_up", "Whether its container lives, by what was seen of it.", is_up, whom)
    for each in Readiness:
        labels = {**whom, "readiness": each.value}
        gauges.add("pod_readiness", "How far it is; 1 for one of these.", each is state, labels)
    gauges.add("pod_gpus", "GPUs it is given.", pod.gpu_count, whom)
    price = _float(pod.cost_per_hour)
    gauges.add(
        "pod_cost_usd_per_hour", "Its price now, as the API tells it: 0 when stopped.", price, whom
    )
    started = pod.started_at
    gauges.add("pod_start_time_seconds", "When it was started last.", started, whom)
    failed = _has_failed_lately(pod, scene)
    answers = None if failed is None else not failed
    gauges.add("pod_ssh_up", "Whether its shell answered when it was tried last.", answers, whom)
    _gpus(pod, scene, gauges)
    _disks(pod, scene, gauges)


def _has_failed_lately(pod: Pod, scene: Scene) -> bool | None:
    """Whether its shell did not answer; None where it was not tried of late."""
    evidence = scene.account.about(pod.id)
    tried = evidence.reading(Answered)
    seen = tried.failure or tried.good
    is_old = seen is None or scene.now - seen.at > OLD_S
    return None if is_old else has_failed_login(pod, evidence)


def _gpus(pod: Pod, scene: Scene, gauges: _Gauges) -> None:
    evidence = scene.account.about(pod.id)
    at, gpus = _gpus_seen(evidence)
    if not pod.is_running or not gpus or scene.now - at > OLD_S:
        _gpus_by_api(pod, gauges)
        return
    _read_at(gauges, pod, "gpu", at)
    health = _fresh(evidence, GpuHealthReport, scene.now)
    for gpu in gauges.some(gpus, GPUS_MAX):
        whom = {"pod": pod.id, "gpu": gpu.index}
        _gpu(gpu, whom, gauges)
        found = health.value.of(gpu.uuid) if health and isinstance(gpu, Gpu) else None
        gauges.add(
            "pod_gpu_ecc_uncorrected",
            "Memory errors that ECC could not correct, since the driver was loaded.",
            None if found is None else found.uncorrected,
            whom,
        )


def _gpus_seen(evidence: Evidence) -> tuple[float, Sequence[Gpu | AmdGpu]]:
    """When GPUs were seen over SSH, and which; none where that was never."""
    nvidia, amd = evidence.latest(GpuReport), evidence.latest(AmdReport)
    if nvidia is not None and nvidia.value.gpus:
        return nvidia.at, nvidia.value.gpus
    return (0.0, ()) if amd is None else (amd.at, amd.value.gpus)


def _gpu(gpu: Gpu | AmdGpu, whom: Mapping[str, object], gauges: _Gauges) -> None:
    _utilization(gauges, gpu.util_percent, whom)
    used, size = gpu.memory_used_bytes, gpu.memory_total_bytes
    gauges.add("pod_gpu_memory_used_bytes", "GPU memory in use.", used, whom)
    gauges.add("pod_gpu_memory_size_bytes", "GPU memory there is.", size, whom)
    gauges.add("pod_gpu_temperature_celsius", "Of the GPU.", gpu.temperature_c, whom)
    gauges.add("pod_gpu_power_watts", "What the GPU draws.", gpu.power_w, whom)
    slowed = gpu.is_throttled if isinstance(gpu, Gpu) and gpu.slowed_by is not None else None
    gauges.add("pod_gpu_throttled", "Whether heat or power hold its clocks down.", slowed, whom)


def _gpus_by_api(pod: Pod, gauges: _Gauges) -> None:
    uses = pod.runtime.gpus if pod.runtime is not None and pod.is_running else ()
    for index, use in enumerate(gauges.some(uses, GPUS_MAX)):
        _utilization(gauges, use.util, {"pod": pod.id, "gpu": index})


def _utilization(gauges: _Gauges, percent: float | None, whom: Mapping[str, object]) -> None:
    ratio = None if percent is None else percent / 100
    gauges.add("pod_gpu_utilization_ratio", "How busy the GPU is, 0 to 1.", ratio, whom)


def _disks(pod: Pod, scene: Scene, gauges: _Gauges) -> None:
    seen = _fresh(scene.account.about(pod.id), DiskReport, scene.now)
    if seen is not None:
        _read_at(gauges, pod, "disk", seen.at)
    for store in gauges.some(stores(pod, scene.account), MOUNTS_MAX):
        whom = {"pod": pod.id, "path": store.path, "kind": store.kind.value}
        size = None if seen is None and store.size_source == "df" else store.size_bytes
        used = None if _is_unsure(store, seen is None, scene.now) else store.used_bytes
        gauges.add("pod_disk_used_bytes", "What is used of a mount.", used, whom)
        gauges.add("pod_disk_size_bytes", "Its size; of a network volume its own.", size, whom)


def _is_unsure(store: Store, is_df_old: bool, now: float) -> bool:
    """Whether what is used of it was seen too long ago, or is a lower bound."""
    if store.used_at is None:
        return is_df_old
    return store.used_is_least or now - store.used_at > ADDED_UP_OLD_S


def _read_at(gauges: _Gauges, pod: Pod, what: str, at: float) -> None:
    labels = {"pod": pod.id, "what": what}
    gauges.add("pod_read_timestamp_seconds", "When it was read over SSH.", at, labels)


def _findings(scene: Scene, gauges: _Gauges) -> None:
    for pod, found in scene.findings.items():
        for finding in found:
            if finding.is_present:
                labels = {
                    "code": finding.code,
                    "severity": finding.severity.word,
                    "pod": pod or "",
                }
                told = "A symptom that stands; no Pod: of the account."
                gauges.add("finding", told, 1, labels)
        unknown = sum(finding.verdict == "unknown" for finding in found)
        told = "Symptoms of which nobody can tell whether they are there."
        gauges.add("findings_unknown", told, unknown, {"pod": pod or ""})


def _volumes(scene: Scene, gauges: _Gauges) -> None:
    listed = _fresh(scene.account.evidence, VolumeList, scene.now)
    if listed is None:
        return
    uses = _fresh(scene.account.evidence, StoredUses, scene.now, ADDED_UP_OLD_S)
    for volume in listed.value.volumes:
        whom = {"volume": volume.id}
        info = {
            "name": volume.name,
            "data_center": volume.data_center or "",
            "tier": volume.tier or "",
        }
        gauges.add("network_volume_info", "A network volume.", 1, {**whom, **info})
        size = None if volume.size_gb is None else volume.size_gb * GIB
        gauges.add("network_volume_size_bytes", "Its size as ordered.", size, whom)
        use = None if uses is None else uses.value.of(volume.id)
        used = None if use is None or use.trouble or not use.is_whole else use.size
        gauges.add("network_volume_used_bytes", "Its objects added up, over S3.", used, whom)


def _fresh(
    evidence: Evidence, kind: type[Report], now: float, old_s: float = OLD_S
) -> Observed[Report] | None:
    """The newest value of a report type that is not too old to be shown."""
    seen = evidence.latest(kind)
    return None if seen is None or now - seen.at > old_s else seen


def _label(value: object) -> str:
    return clean(str(value), LABEL_MAX)


def _float(amount: object) -> float | None:
    return None if amount is None else float(str(amount))
