"""What bears on the deletion of a network volume, which may be somebody's only copy. Pure.

The same five lines as for a Pod. A file of it is elsewhere only if a held copy on this machine was
compared with it over S3; each other counts as lost, and a person takes that on, or not. That it is
attached to no Pod and that it was listed whole can never be waived. Without S3 its checkpoints are told
as a Pod that mounts it sees them, which lists nothing whole and opens nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.objects import Listing, StoredCopy, StoredObject
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.rates import network_volume_per_hour
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import GIB, PodId, show_bytes
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.dossier.quiet import SETTLE_S
from rgt_tui.dossier.view import LISTED_S, SHELL_S
from rgt_tui.guard.checklist import Binding, Dossier, Incarnation
from rgt_tui.guard.items import Datum, Exhibit, Found, Item, digest_of
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.loss import Consequences, LossMap, LostFile, MountLoss, Names
from rgt_tui.volume_facts import pods_of

WAIVABLE: Final = frozenset({Item.DURABLE, Item.LOADS})
"""What a person may take on: that its files are in no proven copy. Nothing else."""
TOLD: Final = 12
_NONE: Final[Mapping[str, StoredCopy]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a listing says of a volume, worked out once: a checklist asks several times a second.

    Attributes:
        listing: all its files by S3.
        manifest: names exactly these files, as they were.
        lost: each of them that has no copy here, the largest first.
        copies: held copies that are equal, by key.
    """

    listing: Listing
    manifest: str
    lost: tuple[LostFile, ...]
    copies: Mapping[str, StoredCopy] = field(default_factory=lambda: _NONE)

    @property
    def is_empty(self) -> bool:
        """Whether there is no file on it, for sure."""
        return self.listing.is_whole and not self.listing.objects

    @property
    def is_kept(self) -> bool:
        """Whether each file on it has an equal copy here, for sure."""
        return self.listing.is_whole and not self.lost


def contents_of(listing: Listing, copies: Mapping[str, StoredCopy] = _NONE) -> Contents:
    """What a listing says, and which of its files have a copy here that was compared with them."""
    rows = sorted([it.key, it.size, it.etag, it.modified] for it in listing.objects)
    equal = {it.key: copies[it.key] for it in listing.objects if _is_of(it, copies)}
    lost = [
        LostFile(path=it.name, size=it.size or 0) for it in listing.objects if it.key not in equal
    ]
    return Contents(
        listing=listing,
        manifest=digest_of([rows, listing.is_whole]),
        lost=tuple(sorted(lost, key=lambda it: (-it.size, it.path))),
        copies=MappingProxyType(equal),
    )


def _is_of(one: StoredObject, copies: Mapping[str, StoredCopy]) -> bool:
    return one.key in copies and copies[one.key].of == one


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is known of a network volume at one moment.

    Attributes:
        account: everything read.
        volume: the volume, as last read.
        tag: tells accounts apart without betraying the key.
        now, steady: this moment in Unix seconds, and on the guard's clock.
        contents: all its files by S3, or why they could not be listed; None before the first look.
        is_looking: whether somebody is still gathering.
    """

    account: Account
    volume: NetworkVolume
    tag: str
    now: float
    steady: float
    contents: Observed[Contents] | Failed | None = None
    is_looking: bool = False

    @property
    def files(self) -> Observed[Contents] | None:
        """What was listed, if it was."""
        return self.contents if isinstance(self.contents, Observed) else None

    def exhibit(
        self,
        item: Item,
        found: Found,
        why: str,
        *,
        data: tuple[Datum, ...] = (),
        binding: tuple[str, ...] = (),
    ) -> Exhibit:
        """Evidence on a line that rests on the listing, or on there being none."""
        at = self.steady - (self.now - self.files.at) if self.files is not None else self.steady
        return Exhibit(
            item=item, found=found, why=why, at=at, lives_s=LISTED_S, data=data, binding=binding
        )

    def unseen(self, item: Item) -> Exhibit | None:
        """Why a line that rests on the listing is not known; None while it may yet come."""
        if self.contents is None and self.is_looking:
            return None
        failed = self.contents if isinstance(self.contents, Failed) else None
        why = "its files were not listed" if failed is None else failed.told
        data = by_pods(self) if item is Item.BLAST else ()
        return self.exhibit(item, Found.UNSEEN, why, data=data)


def by_pods(seen: Stored) -> tuple[Datum, ...]:
    """Checkpoints on it as the Pods that mount it have listed them; the newest first."""
    found = [
        Datum(
            what=one.shown,
            place=f"seen by {clean(pod.label, 40)}",
            size=one.size,
            at=one.modified,
            said=f"{len(one.files)} files",
        )
        for pod, one in _inside(seen)
    ]
    return tuple(sorted(found, key=lambda it: it.at or 0.0, reverse=True)[:TOLD])


def _inside(seen: Stored) -> Iterator[tuple[Pod, Checkpoint]]:
    for pod in pods_of(seen.volume, seen.account):
        mounts = [it.path for it in pod.network_mounts if it.volume_id == seen.volume.id]
        listed = seen.account.about(pod.id).latest(CheckpointList)
        is_recent = listed is not None and 0 <= seen.now - listed.at <= LISTED_S
        for one in listed.value.checkpoints if listed is not None and is_recent else ():
            if any((one.real_path or one.path).startswith(f"{it.rstrip('/')}/") for it in mounts):
                yield pod, one


def compose_stored(seen: Stored) -> Dossier:
    """The dossier of one network volume as it is known at this moment."""
    found = (_identity(seen), _blast(seen), _durable(seen), _loads(seen), _quiet(seen))
    volume, files = seen.volume, seen.files
    others = tuple(it.name for it in seen.account.volumes if it.id != volume.id)
    return Dossier(
        binding=Binding(
            account=seen.tag,
            pod=PodId(volume.id),
            incarnation=Incarnation(start=volume.id),
            manifest=files.value.manifest if files is not None else "",
            mounts=digest_of([[pod.id, pod.status] for pod in pods_of(volume, seen.account)]),
            kind=Kind.VOLUME,
        ),
        names=Names(name=volume.name, others=others),
        exhibits=tuple(it for it in found if it is not None),
        loss=_loss(seen),
        consequences=Consequences(
            saves_per_hour=network_volume_per_hour(volume, None),
            ends=("every file on it, for all Pods and all of the team",),
            warnings=("whether a Serverless endpoint uses it cannot be seen from here",),
            instead=("keep it, or pull its files first: `pull`, or S3 to this machine",),
        ),
    )


def _identity(seen: Stored) -> Exhibit | None:
    """Which volume it is, and that no Pod has it: both as the service says just now."""
    volumes, pods = seen.account.evidence.latest(VolumeList), seen.account.evidence.latest(PodList)
    at = min(volumes.at if volumes else 0.0, pods.at if pods else 0.0)
    if volumes is None or pods is None or "cache" in (volumes.source, pods.source):
        at = 0.0
    if seen.now - at > SHELL_S:
        if seen.is_looking:
            return None
        return seen.exhibit(Item.IDENTITY, Found.UNSEEN, "the lists were not read just now")
    volume = volumes.value.by_id(seen.volume.id) if volumes is not None else None
    users = pods_of(seen.volume, seen.account)
    shown = f"{clean(seen.volume.name or seen.volume.id, 60)} ({seen.volume.id})"
    why = f"{shown} in {seen.volume.data_center or '?'}, attached to no Pod"
    if users:
        names = ", ".join(clean(pod.label, 40) for pod in users[:3])
        why = f"it is attached to {names}: terminate what uses it first"
    if volume is None:
        why = "it is not listed any more"
    return Exhibit(
        item=Item.IDENTITY,
        found=Found.REFUTED if users or volume is None else Found.PROVED,
        why=why,
        at=seen.steady - (seen.now - at),
        lives_s=SHELL_S,
        data=(
            Datum(what=shown, place="api", at=at, size=(seen.volume.size_gb or 0) * GIB or None),
            *(Datum(what=clean(pod.label, 40), place=pod.id, said=pod.status) for pod in users),
        ),
        binding=(repr(volume), *sorted(pod.id for pod in users)),
    )


def _blast(seen: Stored) -> Exhibit | None:
    if seen.files is None:
        return seen.unseen(Item.BLAST)
    listing = seen.files.value.listing
    count = len(listing.objects)
    is_whole = listing.is_whole and all(it.size is not None for it in listing.objects)
    told = f"{count} files, {show_bytes(listing.bytes_known)}, listed whole by S3"
    cut = f"{count} files were listed and there are more: what is lost cannot be known here. "
    cut += "Remove what is not needed first (b), or delete it in RunPod's own console"
    why = told if is_whole else "a file without a size was listed" if listing.is_whole else cut
    found = Found.PROVED if is_whole else Found.UNSEEN
    largest = sorted(listing.objects, key=lambda it: -(it.size or 0))[:TOLD]
    data = tuple(Datum(what=it.name, size=it.size, at=it.modified, place="s3") for it in largest)
    binding = (seen.files.value.manifest, f"{is_whole}")
    return seen.exhibit(Item.BLAST, found, why, data=data, binding=binding)


def _durable(seen: Stored) -> Exhibit | None:
    if seen.files is None:
        return seen.unseen(Item.DURABLE)
    contents, binding = seen.files.value, (seen.files.value.manifest,)
    if contents.is_empty:
        return seen.exhibit(Item.DURABLE, Found.PROVED, "there is no file on it", binding=binding)
    count, held = len(contents.listing.objects), len(contents.copies)
    size = show_bytes(sum(it.size for it in contents.lost))
    why = f"{len(contents.lost)} of {count} files, {size}, have no copy here that was compared with them"
    if contents.is_kept:
        why = f"{count} files have a held copy here that was compared with them over S3"
    return seen.exhibit(
        Item.DURABLE,
        Found.PROVED if contents.is_kept else Found.REFUTED,
        why,
        data=tuple(map(_copy, contents.copies.values()))[:TOLD],
        binding=(*binding, f"{held}", *sorted(it.hold for it in contents.copies.values())),
    )


def _copy(copy: StoredCopy) -> Datum:
    one = copy.of
    return Datum(
        what=one.name,
        place=copy.place,
        size=one.size,
        at=copy.at,
        sha256=copy.sha256,
        said=copy.said,
    )


def _loads(seen: Stored) -> Exhibit | None:
    if seen.files is None:
        return seen.unseen(Item.LOADS)
    contents, binding = seen.files.value, (seen.files.value.manifest,)
    if contents.is_empty:
        return seen.exhibit(Item.LOADS, Found.PROVED, "nothing to load", binding=binding)
    if contents.is_kept:
        why = (
            "each held copy was read in full and is whole, or is of no format that can be verified"
        )
        return seen.exhibit(Item.LOADS, Found.PROVED, why, binding=(*binding, "held"))
    why = "not everything on it has a copy here that was read in full and is known to be whole"
    return seen.exhibit(Item.LOADS, Found.UNSEEN, why, binding=binding)


def _quiet(seen: Stored) -> Exhibit | None:
    """Whether something still writes: S3 and Serverless can, without a Pod."""
    files = seen.files
    if files is None:
        return seen.unseen(Item.QUIET)
    objects = files.value.listing.objects
    young = next(
        (it for it in objects if it.modified is None or files.at - it.modified < SETTLE_S), None
    )
    if young is None:
        why = f"no file of it changed in the last {SETTLE_S:.0f} s"
        return seen.exhibit(Item.QUIET, Found.PROVED, why)
    if young.modified is None:
        return seen.exhibit(Item.QUIET, Found.UNSEEN, f"when {young.name} changed was not told")
    why = f"{young.name} was written less than {SETTLE_S:.0f} s before it was listed"
    return seen.exhibit(Item.QUIET, Found.REFUTED, why, binding=(young.name,))


def _loss(seen: Stored) -> LossMap:
    contents = seen.files.value if seen.files is not None else None
    size = seen.volume.size_gb
    mount = MountLoss(
        path="/",
        label=f"network volume {clean(seen.volume.name, 40)}",
        stays=False,
        why="goes for good",
        used=contents.listing.bytes_known if contents is not None else None,
        size=size * GIB if size is not None else None,
        single=contents.lost if contents is not None else (),
        is_complete=contents is not None and contents.listing.is_whole,
    )
    held = contents.copies if contents is not None else {}
    size_held = show_bytes(sum(it.of.size or 0 for it in held.values()))
    keeps = (f"{len(held)} files, {size_held} held on this machine",) if held else ()
    return LossMap(mounts=(mount,), keeps=keeps)
