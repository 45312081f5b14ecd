"""What storage a Pod has: the API's facts and the mount table of its container, joined.

The API knows what was ordered and how large it is; the mount table knows what is there and how
full. Where the two disagree the data count as lost: something that was to be mounted and is not
leaves a folder on the container disk, which looks the same and does not survive.

Sizes in the API are in GB that are GiB: a volume disk ordered with 100 GB shows 98G in `df -h`
(public paste of a B300 Pod; 100 decimal GB would show 92G), and a container disk of 160 GB shows
160G. On network and global volumes `df` shows the whole cluster's pool (0.7 to 2.3 PB in public
pastes), never the volume: there the size is the API's and what is used is unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from rgt_tui.domain.pod import NetworkMount, Pod, VolumeDisk
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import MountKind, NetworkVolume
from rgt_tui.probes.df import DiskMount, DiskReport

if TYPE_CHECKING:  # the first frame can spare it
    from rgt_tui.domain.durable import Lies

_CONTAINER: Final = MountKind.CONTAINER
_VOLUME: Final = MountKind.VOLUME
_POOLED: Final = (MountKind.NETWORK, MountKind.GLOBAL)
_OTHER_LABELS: Final = {
    MountKind.CONTAINER: "container disk",
    MountKind.VOLUME: "local disk",
    MountKind.NETWORK: "network mount",
    MountKind.GLOBAL: "global volume",
    MountKind.SHM: "shared memory",
    MountKind.OTHER: "other mount",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One place in a Pod where data can lie.

    Attributes:
        path: where it is mounted, or should be.
        kind: what lies there, by the mount table where it was seen.
        label: what to call it, for instance `network volume train-data`.
        used_bytes: None when unknown; always unknown on network and global volumes.
        size_bytes: the room there is; None when unknown.
        size_source: `df`, `api`, `du` or `none`.
        survives_stop, survives_terminate: whether its data are there afterwards; false wherever
            the API and the mount table disagree.
        agrees: whether the API and the mount table say the same; true while only one was asked.
        source: what is mounted, as the mount table names it; None when that was not seen.
        hung: whether it did not answer `df` within the time limit.
        used_source: `df`, `du` (its files added up), `s3` (its objects added up) or `none`.
        used_at: when it was added up, in Unix seconds; None where `df` tells it each time.
        used_is_least: whether the adding up did not come to its end.
        inodes_percent: how many of its inodes are used; None where they are not counted.
        is_read_only: mounted so, as Linux does with a disk that fails.
    """

    path: str
    kind: MountKind
    label: str
    used_bytes: int | None
    size_bytes: int | None
    size_source: str
    survives_stop: bool
    survives_terminate: bool
    agrees: bool = True
    source: str | None = None
    hung: bool = False
    used_source: str = "none"
    used_at: float | None = None
    used_is_least: bool = False
    inodes_percent: float | None = None
    is_read_only: bool = False

    @property
    def percent(self) -> float | None:
        """How full, in percent; None when the use or the size is unknown."""
        if self.used_bytes is None or not self.size_bytes:
            return None
        return 100 * self.used_bytes / self.size_bytes


def storage_of(
    pod: Pod, volumes: Sequence[NetworkVolume], report: DiskReport | None
) -> tuple[Store, ...]:
    """The storage of a Pod: the container disk, what the API lists, then what else is mounted.

    A stopped Pod has no container disk any more: stop has wiped it.

    Args:
        pod: as the API describes it.
        volumes: the account's network volumes; one that is not listed has no known size.
        report: the mounts seen inside; None when nobody has looked. Not believed unless the Pod
            runs: what was mounted before says nothing about now.
    """
    report = report if pod.is_running else None
    stores = [] if pod.is_stopped else [_container(pod, report)]
    if pod.volume_disk is not None:
        stores.append(_volume(pod.volume_disk, report))
    if pod.network_mounts:
        known = {it.id: it for it in volumes}
        stores += [_network(it, known.get(it.volume_id), report) for it in pod.network_mounts]
    if report is not None:
        listed = [_plain(store.path) for store in stores]
        stores += [_unlisted(it) for it in report.mounts if _plain(it.path) not in listed]
    return tuple(stores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Where a file lies and what happens to it.

    Attributes:
        store: the deepest mount above its real path; None when no mount is known.
        survives_stop, survives_terminate: false wherever that is not known for certain.
        why: one phrase on what it rests on.
    """

    store: Store | None
    survives_stop: bool
    survives_terminate: bool
    why: str


Mounted = TypeVar("Mounted", Store, DiskMount)


def deepest(real_path: str, mounts: Iterable[Mounted]) -> Mounted | None:
    """The mount that holds a path: the deepest above it; None when there is none."""
    above = [it for it in mounts if _is_below(real_path, _plain(it.path))]
    return max(above, key=lambda it: len(_plain(it.path)), default=None)


def fate_of(real_path: str, stores: Sequence[Store], report: DiskReport | None) -> Fate:
    """What stop and terminate do to a file.

    The API and the mount table must both say that it lies on lasting storage, else it counts as
    lost. A global volume is written behind: without a flush and a second witness nothing on it
    counts as kept.

    Args:
        real_path: with every link resolved.
        stores: the Pod's storage.
        report: the mount table; None when it was not seen.
    """
    store = deepest(real_path, stores)
    if store is None:
        return Fate(store=None, survives_stop=False, survives_terminate=False, why="no mount known")
    if report is None:
        why = "the mount table was not seen, so it counts as lost"
        return Fate(store=store, survives_stop=False, survives_terminate=False, why=why)
    if store.kind is MountKind.GLOBAL:
        why = "a global volume writes late: not kept until it was flushed and seen from elsewhere"
        return Fate(store=store, survives_stop=False, survives_terminate=False, why=why)
    return Fate(
        store=store,
        survives_stop=store.survives_stop,
        survives_terminate=store.survives_terminate,
        why=store.label,
    )


def lies_of(
    real_path: str,
    pod: Pod,
    volumes: Sequence[NetworkVolume],
    stores: Sequence[Store],
    report: DiskReport | None,
) -> "Lies":
    """Where a file lies, by the API and by the mount table, for the rule on what is durable.

    Args:
        real_path: with every link resolved.
        pod: as the API describes it.
        volumes: the account's network volumes.
        stores: the Pod's storage.
        report: the mount table; None when it was not seen.
    """
    from rgt_tui.domain.durable import Lies

    store = deepest(real_path, stores)
    if store is None:
        return Lies(real_path=real_path)
    is_seen = report is not None and pod.is_running
    return Lies(
        real_path=real_path,
        mount=store.path,
        kind=store.kind,
        label=store.label,
        place=_place(pod, store, volumes),
        is_seen=is_seen,
        agrees=is_seen and store.agrees and store.source is not None,
        doubt=_doubt(pod, store, volumes),
    )


def _place(pod: Pod, store: Store, volumes: Sequence[NetworkVolume]) -> str:
    """The network volume mounted there, if the account lists it."""
    mount = next((m for m in pod.network_mounts if _plain(m.path) == _plain(store.path)), None)
    known = any(volume.id == mount.volume_id for volume in volumes) if mount is not None else False
    return f"volume:{mount.volume_id}" if mount is not None and known else ""


def _doubt(pod: Pod, store: Store, volumes: Sequence[NetworkVolume]) -> str:
    """What speaks against storage that looks lasting; empty when nothing does."""
    if store.kind not in _POOLED:
        return ""
    is_global = store.kind is MountKind.GLOBAL  # which RunPod's published API does not describe
    unknown = [k for k in pod.unknown_mounts if not (is_global and k.lower().startswith("global"))]
    if unknown:
        kinds = ", ".join(unknown)
        return f"the API lists mounts of a kind that this version does not know ({kinds})"
    mount = next((m for m in pod.network_mounts if _plain(m.path) == _plain(store.path)), None)
    volume = next((v for v in volumes if mount is not None and v.id == mount.volume_id), None)
    centers = {pod.data_center, volume.data_center} if volume is not None else set()
    if len(centers - {None}) > 1:
        return "the API puts the Pod and its network volume into different data centers"
    return "the mount does not answer" if store.hung else ""


def _is_below(path: str, folder: str) -> bool:
    return folder == "/" or path == folder or path.startswith(f"{folder}/")


def _container(pod: Pod, report: DiskReport | None) -> Store:
    mount = report.at("/") if report is not None else None
    return _ordered("/", _CONTAINER, pod.disk_gb, mount)


def _volume(disk: VolumeDisk, report: DiskReport | None) -> Store:
    mount = report.at(disk.path) if report is not None else None
    if report is None or (mount is not None and mount.kind is _VOLUME):
        return _ordered(disk.path, _VOLUME, disk.size_gb, mount)
    store = _ordered(disk.path, _VOLUME, disk.size_gb, None)
    if mount is None or mount.kind is _CONTAINER:
        return _missing(store)
    return _mistaken(store, mount)


def _ordered(path: str, kind: MountKind, size_gb: int | None, mount: DiskMount | None) -> Store:
    """A container or volume disk; the API's size stays where `df` gives none."""
    is_lasting = kind is _VOLUME
    label = "volume disk" if is_lasting else "container disk"
    if mount is None:
        return Store(
            path=path,
            kind=kind,
            label=label,
            used_bytes=None,
            size_bytes=_bytes(size_gb),
            size_source=_api(size_gb),
            survives_stop=is_lasting,
            survives_terminate=False,
        )
    used, size = mount.used_bytes, mount.size_bytes
    return Store(
        path=path,
        kind=kind,
        label=label,
        used_bytes=used,
        size_bytes=_bytes(size_gb) if size is None else size,
        size_source=_api(size_gb) if size is None else "df",
        survives_stop=is_lasting,
        survives_terminate=False,
        source=mount.source,
        hung=not mount.answered,
        used_source="none" if used is None else "df",
        inodes_percent=mount.inodes_percent,
        is_read_only=mount.is_read_only,
    )


def _network(place: NetworkMount, volume: NetworkVolume | None, report: DiskReport | None) -> Store:
    size_gb = volume.size_gb if volume is not None else None
    name = (volume.name if volume is not None else "") or place.volume_id
    store = Store(
        path=place.path,
        kind=MountKind.NETWORK,
        label=f"network volume {name}",
        used_bytes=None,
        size_bytes=_bytes(size_gb),
        size_source=_api(size_gb),
        survives_stop=True,
        survives_terminate=True,
    )
    if report is None:
        return store
    mount = report.at(place.path)
    if mount is None or mount.kind is MountKind.CONTAINER:
        return _missing(store)
    if not _can_be_network(mount):
        return _mistaken(store, mount)
    return replace(
        store,
        source=mount.source,
        hung=not mount.answered,
        is_read_only=mount.is_read_only,
    )


def _can_be_network(mount: DiskMount) -> bool:
    """Whether the row can be a network volume.

    No mount row of a HIGH_PERFORMANCE volume has been published, so any file system that is
    neither local nor in memory is believed where the API lists a volume.
    """
    if mount.kind is MountKind.OTHER:
        return mount.fstype not in ("tmpfs", "ramfs", "squashfs")
    return mount.kind is MountKind.NETWORK


def _missing(store: Store) -> Store:
    """Listed by the API, but the path is a plain folder of the container disk."""
    return replace(
        store,
        kind=MountKind.CONTAINER,
        label=f"container disk ({store.label} is not mounted)",
        size_bytes=None,
        size_source="none",
        survives_stop=False,
        survives_terminate=False,
        agrees=False,
    )


def _mistaken(store: Store, mount: DiskMount) -> Store:
    """Listed by the API, but something of another kind is mounted there."""
    found = _unlisted(mount)
    return replace(
        found,
        label=f"{found.label} in place of the {store.label}",
        survives_stop=False,
        survives_terminate=False,
        agrees=False,
    )


def _unlisted(mount: DiskMount) -> Store:
    """A mount the API does not list.

    It never lists shared memory or global volumes. A local disk or network mount that it should
    list is not taken as lasting.
    """
    is_expected = mount.kind not in (MountKind.VOLUME, MountKind.NETWORK)
    has_own_size = mount.kind not in _POOLED and mount.size_bytes is not None
    return Store(
        path=mount.path,
        kind=mount.kind,
        label=_OTHER_LABELS[mount.kind],
        used_bytes=mount.used_bytes if has_own_size else None,
        size_bytes=mount.size_bytes if has_own_size else None,
        size_source="df" if has_own_size else "none",
        survives_stop=is_expected and mount.kind.survives_stop,
        survives_terminate=is_expected and mount.kind.survives_terminate,
        agrees=is_expected,
        source=mount.source,
        hung=not mount.answered,
        used_source="df" if has_own_size and mount.used_bytes is not None else "none",
        inodes_percent=mount.inodes_percent if has_own_size else None,
        is_read_only=mount.is_read_only,
    )


def _plain(path: str) -> str:
    return path.rstrip("/") or "/"


def _bytes(size_gb: int | None) -> int | None:
    return None if size_gb is None else size_gb * GIB


def _api(size_gb: int | None) -> str:
    return "none" if size_gb is None else "api"
