"""The loss map of a Pod, and what ends with it."""

import re
from collections.abc import Iterator
from typing import Final

from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import show_bytes, show_usd
from rgt_tui.domain.volume import MountKind
from rgt_tui.dossier.view import LISTED_S, View
from rgt_tui.guard.loss import Consequences, LossMap, LostFile, LostWork, MountLoss
from rgt_tui.probes.repositories import RepositoryReport
from rgt_tui.probes.unsaved import SMALL, UnsavedMount, UnsavedReport
from rgt_tui.storage import Store

_ENDS_ITSELF: Final = re.compile(
    r"(?i)terminate[-_ ]?(?:pod|after)|podTerminate|runpodctl\s+(?:remove|stop|pod\s+(?:delete|remove))"
)


def loss_map(view: View) -> LossMap:
    """What ends and what stays, mount by mount."""
    if view.pod.is_stopped and view.frozen is not None:
        return view.frozen.loss
    lost, known = _lost_checkpoint_files(view), _known_paths(view)
    stores = view.stores
    mounts = tuple(
        _mount(view, store, _here(stores, store, lost), known)
        for store in stores
        if store.kind is not MountKind.SHM
    )
    return LossMap(mounts=mounts, keeps=_keeps(view), works=_works(view))


def _mount(view: View, store: Store, lost: dict[str, int], known: frozenset[str]) -> MountLoss:
    """One mount; what the rule on durable bytes does not let stay counts as lost there too."""
    if store.survives_terminate and store.kind is not MountKind.GLOBAL and not lost:
        return _kept(store)
    unsaved, listed = view.seen(UnsavedReport, LISTED_S), view.checkpoints
    mounts = unsaved.value.mounts if unsaved is not None else ()
    row = next((it for it in mounts if it.path == store.path), None)
    here = dict(lost)
    if row is not None:
        here |= {file.path: file.size_bytes for file in row.files if file.path not in known}
    files = sorted(here.items(), key=lambda it: (-it[1], it[0]))
    small, small_bytes = _small(row, lost)
    is_walked = store.survives_terminate or (row is not None and row.is_whole)
    return MountLoss(
        path=store.path,
        label=store.label,
        stays=False,
        why="goes with the Pod",
        used=store.used_bytes,
        size=store.size_bytes,
        single=tuple(LostFile(path=clean(path), size=size) for path, size in files),
        is_complete=is_walked and listed is not None and listed.value.is_complete,
        small=small,
        small_bytes=small_bytes,
    )


def _small(row: UnsavedMount | None, lost: dict[str, int]) -> tuple[int, int]:
    """How many files below a megabyte are on a disk that was walked, and their bytes."""
    if row is None or row.count is None:
        return 0, 0
    told = [size for size in lost.values() if size < SMALL]
    bytes_told = sum(file.size_bytes for file in row.files) + sum(told)
    return max(0, row.count - len(row.files) - len(told)), max(
        0, (row.total_bytes or 0) - bytes_told
    )


def _here(stores: tuple[Store, ...], store: Store, lost: dict[str, int]) -> dict[str, int]:
    """What is lost on one mount, by the deepest mount above each file."""
    return {
        path: size
        for path, size in lost.items()
        if _holder(stores, path) == (store.path.rstrip("/") or "/")
    }


def _kept(store: Store) -> MountLoss:
    return MountLoss(
        path=store.path,
        label=store.label,
        stays=True,
        why="by the API and the mount table" if store.source else "by the API alone",
        used=store.used_bytes,
        size=store.size_bytes,
    )


def _holder(stores: tuple[Store, ...], path: str) -> str:
    """The deepest mount above a path."""
    folders = (store.path.rstrip("/") for store in stores)
    above = [it for it in folders if not it or path == it or path.startswith(f"{it}/")]
    return max(above, key=len, default="") or "/"


def _lost_checkpoint_files(view: View) -> dict[str, int]:
    """Files of checkpoints that are in no second copy, by the real path, which decides where they lie.

    Two names of one file are one loss.
    """
    listed = view.checkpoints
    ones = listed.value.checkpoints if listed is not None else ()
    lost = [(one.real_path_of(file), file) for one in ones for file in view.lost_of(one)]
    found: dict[tuple[int, int, int], tuple[str, int]] = {}
    for path, file in lost:
        found.setdefault((file.inode, file.size, file.ctime_ns), (path, file.size))
    return dict(found.values())


def _known_paths(view: View) -> frozenset[str]:
    """Files that belong to a checkpoint: whether they are lost is judged there."""
    listed = view.evidence.value(CheckpointList)
    ones = listed.checkpoints if listed is not None else ()
    return frozenset(file.shown for one in ones for file in one.files)


def _works(view: View) -> tuple[LostWork, ...]:
    """Git repositories with work that is nowhere else; one that cannot be read is among them."""
    seen = view.seen(RepositoryReport, LISTED_S)
    found = seen.value.repositories if seen is not None else ()
    return tuple(LostWork(path=it.path, said=it.said) for it in found if not it.is_elsewhere)


def _keeps(view: View) -> tuple[str, ...]:
    listed = view.checkpoints
    ones = listed.value.checkpoints if listed is not None else ()
    places: dict[str, list[int]] = {}
    for one in ones:
        for file in one.files:
            for copy in view.copies_of(file):
                places.setdefault(copy.place, []).append(file.size)
    return tuple(
        f"{_files(len(s))}, {show_bytes(sum(s))} at {where}" for where, s in places.items()
    )


def consequences(view: View) -> Consequences:
    """Money, what ends beside the files, what threatens the Pod from elsewhere, and what else to do."""
    pod = view.pod
    ends = ("the Pod's id and its SSH port", *(() if pod.is_stopped else ("what runs on it",)))
    return Consequences(
        saves_per_hour=pod.cost_per_hour if not pod.is_stopped else None,
        ends=ends,
        warnings=tuple(_warnings(view)),
        instead=tuple(_instead(pod)),
    )


def _warnings(view: View) -> Iterator[str]:
    if _ENDS_ITSELF.search(view.pod.args):
        yield "its start command seems to end it by itself: copy what matters first"
    shared = {it.volume_id for it in view.pod.network_mounts}
    for other in view.account.pods:
        both = shared & {it.volume_id for it in other.network_mounts}
        if both and other.id != view.pod.id and not other.is_stopped:
            yield f"{clean(other.label, 60)} has network volume {min(both)} too and may change what lies on it"
    if not view.pod.network_mounts:
        yield "without a network volume it is terminated by the service when the balance is at $0"


def _instead(pod: Pod) -> Iterator[str]:
    if pod.is_running and pod.volume_disk is not None:
        yield "stop: keeps the volume disk, at twice its price"
    if pod.is_running:
        yield f"leave it: ${show_usd(pod.cost_per_hour)}/h"
    if pod.is_running and pod.ssh_direct is not None:
        yield "pull its files first"


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"
