"""Facts about a Pod that more than one pane or command states: pure, from evidence alone."""

import re
from collections.abc import Container, Iterable
from dataclasses import replace
from functools import cache
from operator import is_
from typing import TYPE_CHECKING, Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.errors import SshFault, UsageError
from rgt_tui.domain.evidence import Evidence, Failed, Observed, Reading
from rgt_tui.domain.finding import Absent, Finding, Said, Subject, Unknown, Verdict
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.pod import Pod, PodList, SshRoad, StorageKind
from rgt_tui.domain.readiness import Answered, Readiness, readiness
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import MountKind, NetworkVolume
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.rocm_smi import AmdReport
from rgt_tui.probes.volume_use import VolumeUseReport
from rgt_tui.storage import Store, storage_of

if TYPE_CHECKING:
    from rgt_tui.domain.objects import StoredUses

_NOISE = re.compile(
    r"\b(?:NVIDIA|AMD|GeForce|Generation|Ada|HBM3e?|PCIe|SXM\d?|NVL|GPU|Instinct|OAM)\b"
)


_JOINED_MAX: Final = 4096
_JOINED: Final[dict[PodId, tuple[tuple[object, ...], tuple[Store, ...]]]] = {}
"""The disks of each Pod behind what they were joined from: the very same objects, or anew."""


@dataclass(frozen=True, slots=True)
class GpuSum:
    """All GPUs of a Pod taken together.

    Attributes:
        util_percent: mean utilisation; None when unknown.
        used_bytes, total_bytes: memory over all GPUs; None when unknown.
    """

    util_percent: float | None = None
    used_bytes: int | None = None
    total_bytes: int | None = None


def gpu_name(pod: Pod) -> str:
    """How many of which GPU, short: `4xA100 80GB`, `CPU 8`, `?`."""
    if pod.gpu_id is None:
        if pod.cpu_id is None:
            return "?"
        return f"CPU {pod.vcpu_count}" if pod.vcpu_count else "CPU"
    return f"{'?' if pod.gpu_count is None else pod.gpu_count}x{gpu_word(pod.gpu_id)}"


def gpu_word(gpu_id: str) -> str:
    """A GPU type without the words that all of them have: `A100 80GB`."""
    return " ".join(_NOISE.sub(" ", gpu_id).split()) or gpu_id


def gpu_sum(pod: Pod, evidence: Evidence) -> GpuSum:
    """The GPUs of a Pod, over SSH where it was seen there, else by the API's percentages."""
    report = evidence.value(GpuReport)
    if report is not None and report.gpus:
        return GpuSum(
            _mean(gpu.util_percent for gpu in report.gpus),
            _total(gpu.memory_used_bytes for gpu in report.gpus),
            _total(gpu.memory_total_bytes for gpu in report.gpus),
        )
    amd = evidence.value(AmdReport)
    if amd is not None and amd.gpus:
        return GpuSum(
            _mean(card.util_percent for card in amd.gpus),
            _total(card.memory_used_bytes for card in amd.gpus),
            _total(card.memory_total_bytes for card in amd.gpus),
        )
    uses = pod.runtime.gpus if pod.runtime is not None else ()
    return GpuSum(_mean(use.util for use in uses))


def stores(pod: Pod, account: Account) -> tuple[Store, ...]:
    """The disks of a Pod, joined from the API and `df`.

    Several panes ask for them at each look: they are joined once for what was read.
    """
    from rgt_tui.domain.objects import StoredUses  # the first frame can spare it

    evidence, volumes = account.about(pod.id), account.volumes
    stored: Observed[StoredUses] | None = account.evidence.latest(StoredUses)
    read = (pod, evidence, volumes, stored)
    known = _JOINED.get(pod.id)
    if known is not None and all(map(is_, known[0], read)):
        return known[1]
    found = storage_of(pod, volumes, evidence.value(DiskReport))
    measured = evidence.latest(VolumeUseReport)
    if measured is not None:
        found = tuple(_with_use(store, measured) for store in found)
    if stored is not None:
        found = tuple(_with_stored(store, pod, stored) for store in found)
    if len(_JOINED) >= _JOINED_MAX:
        _JOINED.clear()
    _JOINED[pod.id] = (read, found)
    return found


def disks_of(subject: Subject) -> tuple[Store, ...]:
    """The disks of the Pod that detectors are asked about: for `Subject.once`."""
    return stores(subject.this, subject.account)


def how_far(subject: Subject) -> Readiness:
    """How far the Pod is that detectors are asked about: for `Subject.once`."""
    return readiness(subject.this, subject.evidence, subject.now)


def _with_use(store: Store, seen: Observed[VolumeUseReport]) -> Store:
    """A network volume with what its files add up to; `df` tells the whole cluster's use there."""
    use = seen.value.at(store.path) if store.kind is MountKind.NETWORK and store.agrees else None
    if use is None or use.total_bytes is None:
        return store
    return replace(
        store,
        used_bytes=use.total_bytes,
        used_source="du",
        used_at=seen.at,
        used_is_least=not use.is_whole,
    )


def _with_stored(store: Store, pod: Pod, seen: "Observed[StoredUses]") -> Store:
    """A network volume with what its S3 interface lists, where that was counted later."""
    ids = [mount.volume_id for mount in pod.network_mounts if mount.path == store.path]
    use = seen.value.of(ids[0]) if ids and store.agrees else None
    if use is None or use.trouble or (store.used_at is not None and store.used_at > seen.at):
        return store
    return replace(
        store,
        used_bytes=use.size,
        used_source="s3",
        used_at=seen.at,
        used_is_least=not use.is_whole,
    )


def root_store(found: Iterable[Store]) -> Store | None:
    """The container disk among a Pod's disks."""
    return next((store for store in found if store.path == "/"), None)


def workspace_store(found: Iterable[Store]) -> Store | None:
    """The disk that outlives the container: the network volume, else the volume disk."""
    lasting = [store for store in found if store.survives_stop]
    return next((s for s in lasting if s.survives_terminate), lasting[0] if lasting else None)


def state_of(pod: Pod, account: Account, now: float) -> Readiness:
    """How far the Pod really is; `gone` when it has vanished from the list."""
    if pod.id in account.gone:
        return Readiness.GONE
    return readiness(pod, account.about(pod.id), now)


def uptime_s(pod: Pod) -> float | None:
    """Seconds since the container started, None when the API shows none."""
    return pod.runtime.uptime_s if pod.runtime is not None else None


def storage_word(pod: Pod) -> str:
    """The most durable storage in one word for a column: `net`, `disk`, `none`."""
    if pod.unknown_mounts and not pod.network_mounts and pod.volume_disk is None:
        return "?"
    words = {StorageKind.NETWORK: "net", StorageKind.VOLUME: "disk", StorageKind.CONTAINER: "none"}
    return words[pod.storage]


def unreachable_why(pod: Pod, evidence: Evidence) -> str | None:
    """Why no shell of the Pod has answered, None when one has."""
    if not pod.is_running:
        return f"the Pod is {pod.status}"
    reading = evidence.reading(DiskReport)
    if reading.failure is not None:
        return reading.failure.error
    if reading.good is not None:
        return None
    if pod.ssh_direct is None and pod.ssh_proxy is None:
        return "the API gives no SSH address"
    return "not examined yet"


def has_failed_login(pod: Pod, evidence: Evidence) -> bool | None:
    """Whether the last try to reach its shell failed; None where nobody tried, or it is not up yet."""
    tried: Reading[Answered] = evidence.reading(Answered)
    if not pod.is_running or (tried.good is None and tried.failure is None):
        return None
    if tried.failure is None:
        return False
    return None if tried.failure.code == f"ssh_{SshFault.STARTING}" else True


def road_of(evidence: Evidence) -> str | None:
    """How a Pod was examined last: `direct`, `gateway` or `jump`; None when it never was."""
    answered = evidence.value(Answered)
    if answered is None:
        return None
    if answered.road == SshRoad.PROXY:
        return "gateway"
    return "jump" if answered.is_by_jump else "direct"


def fault_of_ours(account: Account, faults: Container[str]) -> str | None:
    """What would have to be known before a failed login is laid to a Pod; None when nothing.

    An address is of no worth while the API does not tell it, and where none of several Pods is
    reached, by one of `faults`, it is more likely our network or our keys than all of them.
    """
    listing: Reading[PodList] = account.evidence.reading(PodList)
    if listing.failure is not None:
        return "where the Pods are now: the list of Pods could not be read"
    tried = [
        reading
        for pod in account.pods
        if pod.is_running
        and ((reading := account.about(pod.id).reading(Answered)).good or reading.failure)
    ]
    failures = [reading.failure for reading in tried if reading.failure is not None]
    if len(tried) > 1 and len(failures) == len(tried) and all(it.code in faults for it in failures):
        return f"any Pod that answers: none of {len(tried)} does, so it may be our network or keys"
    return None


def road_note(evidence: Evidence) -> str:
    """What is to be said of the way a Pod was examined: nothing where it was the direct one."""
    answered = evidence.value(Answered)
    by_gateway = answered is not None and answered.road == SshRoad.PROXY
    return " by the gateway: no files, no forwards (RP6)" if by_gateway else ""


def listed_at(account: Account) -> float | None:
    """When the Pod list was read, Unix seconds; None when it never was."""
    seen = account.evidence.latest(PodList)
    return None if seen is None else seen.at


def mounted_volumes(pod: Pod, account: Account) -> tuple[NetworkVolume, ...]:
    """The network volumes that a Pod mounts, as far as they are in the account's list."""
    ids = [mount.volume_id for mount in pod.network_mounts]
    return tuple(volume for volume in account.volumes if volume.id in ids)


def named(pods: Iterable[Pod], most: int = 12) -> str:
    """The names of Pods in a sentence; of many, the first and how many more there are."""
    labels = [pod.label for pod in pods]
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return f"{', '.join(labels[:most])}{more}"


def codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The codes of the findings that are present, worst first."""
    return tuple(finding.code for finding in findings if finding.is_present)


def find_pods(pods: Iterable[Pod], wanted: Iterable[str]) -> tuple[Pod, ...]:
    """The Pods that the words name by id or by name; all of them for no word.

    Raises:
        UsageError: a word names no Pod; the nearest name is in the hint.
    """
    known = tuple(pods)
    words = tuple(wanted)
    if not words:
        return known
    chosen: dict[PodId, Pod] = {}
    for word in words:
        named = [pod for pod in known if word in (pod.id, pod.name)]
        if not named:
            raise _no_such_pod(known, word)
        chosen.update({pod.id: pod for pod in named})
    return tuple(chosen.values())


def find_pod(pods: Iterable[Pod], word: str) -> Pod:
    """The one Pod of that id or name.

    Raises:
        UsageError: there is none, or the name belongs to several.
    """
    found = find_pods(pods, [word])
    if len(found) > 1:
        ids = ", ".join(pod.id for pod in found)
        raise UsageError(f"Several Pods are called {word!r}.", hint=f"Use an id: {ids}")
    return found[0]


def _no_such_pod(known: Iterable[Pod], word: str) -> UsageError:
    import difflib  # for a word that was mistyped

    names = [name for pod in known for name in (pod.name, str(pod.id))]
    near = difflib.get_close_matches(word, names, 1)
    hint = f"Did you mean {near[0]!r}?" if near else "rgt-tui pods lists the Pods of this account."
    return UsageError(f"This account has no Pod {clean(word, 64)!r}.", hint=hint)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _total(values: Iterable[int | None]) -> int | None:
    seen = list(values)
    known = [value for value in seen if value is not None]
    return sum(known) if known and len(known) == len(seen) else None


def is_in_logs(pod: Pod, evidence: Evidence, code: str) -> bool:
    """Whether the logs of this start of a Pod show a symptom."""
    return bool(said_in_logs(pod, evidence, code))


def said_in_logs(pod: Pod, evidence: Evidence, code: str) -> tuple[Said, ...]:
    """The lines by which the logs of this start of a Pod show a symptom."""
    signs = evidence.value(LogSigns)
    if signs is None or not signs.signs:
        return ()
    since = pod.started_at or 0.0
    shown = (sign for sign in signs.signs if sign.code == code and sign.at >= since)
    return tuple(Said("log", f"{pod.label}: {sign.line}", sign.at) for sign in shown)


@cache
def _untried(tried: str) -> Unknown:
    return Unknown((tried,))


_ANSWERS: Final = Absent("its shell answers")


def login_failed(evidence: Evidence, faults: Container[str], tried: str) -> Failed | Verdict:
    """Why the last try to log in failed, where it was by one of `faults`; else the verdict on that.

    Args:
        evidence: about the Pod.
        faults: words of `SshFault`.
        tried: what is missing when nobody has tried, for instance `a try to log in`.
    """
    reading: Reading[Answered] | None = evidence.readings.get(Answered)
    failure = None if reading is None else reading.failure
    if failure is None:
        return _untried(tried) if reading is None or reading.good is None else _ANSWERS
    if failure.code not in faults:
        return Absent(f"the login failed in another way: {failure.error}")
    return failure
