"""Checkpoints on a network volume, looked at over S3: a list, then HEAD and header of each file.

Works with no Pod running. It proves that bytes of that size lie on the volume and begin as they
should, seen from outside any Pod; what lies between is not read.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rgt_tui.clients.s3 import S3
from rgt_tui.clients.s3_models import weights_of_models
from rgt_tui.clients.s3_open import verify_closure, verify_header
from rgt_tui.clock import Clock
from rgt_tui.domain.checkpoint import Checkpoint, FileStamp, Verdict
from rgt_tui.domain.durable import OutsideLook
from rgt_tui.domain.errors import ApiError, NotFound
from rgt_tui.domain.objects import HeaderCheck, StoredObject, is_trash
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.stored import Closure, StoredVolume
from rgt_tui.domain.text import clean
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.verifiers._check import WEIGHTS
from rgt_tui.verifiers._layout import (
    WHOLE,
    Entry,
    checkpoints_in,
    is_of_interest,
    kind_of,
    wants_magic,
)
from rgt_tui.verifiers._walk import BESIDE_MAX, SKIPPED
from rgt_tui.verifiers.sharded import INDEX

OBJECTS_MAX: Final = 50_000
LOOKS_MAX: Final = 400
"""Files that are looked at in one go: each takes three calls at most."""
AT_ONCE: Final = 6
GROUPS_MAX: Final = 40
"""Checkpoints of several files whose parts are looked through: each shard costs a read."""
MAGIC: Final = 16
_WORST: Final = (Verdict.BROKEN, Verdict.UNKNOWN, Verdict.OK)


async def look_outside(s3: S3, volume: NetworkVolume, clock: Clock) -> StoredVolume:
    """The checkpoints of a network volume and a look at each of their files.

    Raises:
        ApiError: the volume could not be listed.
    """
    listing = await s3.list(volume.id, deep=True, limit=OBJECTS_MAX)
    gaps = [] if listing.is_whole else [f"there are more than {OBJECTS_MAX} objects"]
    sizes = {one.key: one.size or 0 for one in listing.objects if not is_trash(one.key)}
    gate = asyncio.Semaphore(AT_ONCE)
    parts, missing = await weights_of_models(s3, volume.id, sizes, gate)
    gaps += missing[:20]
    entries = _entries(listing.objects, parts)
    magic = await _magic(s3, volume.id, entries, gate)
    now = clock()
    found = checkpoints_in(
        [entry._replace(magic=magic.get(entry.path, "")) for entry in entries], now
    )
    checkpoints = tuple(
        Checkpoint(
            path=one.path.lstrip("/"),
            format=one.kind,
            files=tuple(map(_stamp, one.entries)),
            step=one.step,
            unfinished=clean(one.unfinished, 300),
        )
        for one in found
    )
    wanted = [file for one in checkpoints for file in one.files]
    if len(wanted) > LOOKS_MAX:
        gaps.append(f"{len(wanted) - LOOKS_MAX} of {len(wanted)} files of older checkpoints")
    place = _Place(s3=s3, bucket=volume.id, gate=gate, sizes=sizes, parts=parts)
    looks = await asyncio.gather(*(_look(place, file, clock) for file in wanted[:LOOKS_MAX]))
    seen = {look.path: look for look in looks if isinstance(look, OutsideLook)}
    gaps += [why for why in looks if isinstance(why, str)][:20]
    closures = await _closures(s3, volume.id, checkpoints, sizes)
    return StoredVolume(
        volume_id=volume.id,
        name=volume.name or volume.id,
        checkpoints=checkpoints,
        looks=MappingProxyType(seen),
        closures=MappingProxyType(closures),
        gaps=tuple(gaps),
    )


async def _closures(
    s3: S3, bucket: str, checkpoints: Sequence[Checkpoint], sizes: Mapping[str, int]
) -> dict[str, Closure]:
    """Of each group, whether its parts are all there; left out where no table says what they are."""
    found: dict[str, Closure] = {}
    groups = [one for one in checkpoints if len(one.files) > 1 and not one.unfinished]
    for one in groups[:GROUPS_MAX]:
        try:
            closed = await _closed(s3, bucket, one, sizes)
        except ApiError as error:
            closed = [_unknown(f"could not be asked: {error}")]
        if closed:
            found[one.path] = min(closed, key=lambda it: _WORST.index(it.verdict))
    unasked = _unknown(f"was asked only of the {GROUPS_MAX} newest")
    return {**found, **{one.path: unasked for one in groups[GROUPS_MAX:]}}


async def _closed(s3: S3, bucket: str, one: Checkpoint, sizes: Mapping[str, int]) -> list[Closure]:
    """What each of a group's tables says of its parts."""
    kinds = {one.format, *("sharded" for file in one.files if file.path.endswith(INDEX))}
    checks = [await verify_closure(s3, bucket, (one.folder, kind), sizes) for kind in sorted(kinds)]
    return [Closure(verdict=Verdict(it.verdict), said=it.said) for it in checks if it.said]


def _unknown(why: str) -> Closure:
    return Closure(verdict=Verdict.UNKNOWN, said=f"whether all its parts are there {why}")


def _entries(objects: Iterable[StoredObject], parts: Mapping[str, str]) -> list[Entry]:
    """The objects that can belong to checkpoints, and some of what lies beside them.

    `parts` are objects that a model names, with the key of the model.
    """
    by_folder: dict[str, list[StoredObject]] = {}
    for found in objects:
        folder, _, name = found.key.rpartition("/")
        if name and not is_trash(found.key) and SKIPPED.isdisjoint(folder.split("/")):
            by_folder.setdefault(folder, []).append(found)
    kept: list[StoredObject] = []
    whole = {folder for folder, inside in by_folder.items() if _is_whole(folder, inside)}
    for folder, inside in by_folder.items():
        if any(above in whole for above in _above(folder)):
            kept += inside
            continue
        interesting = [
            one for one in inside if one.key in parts or is_of_interest(one.key.rpartition("/")[2])
        ]
        beside = [one for one in inside if one not in interesting] if interesting else []
        kept += interesting + beside[:BESIDE_MAX]
    return [_entry(one, number, parts.get(one.key)) for number, one in enumerate(kept, 1)]


def _is_whole(folder: str, inside: Iterable[StoredObject]) -> bool:
    names = {one.key.rpartition("/")[2] for one in inside}
    return kind_of(f"/{folder}", names, set()) in WHOLE


def _above(folder: str) -> Iterator[str]:
    """A folder and those it lies in."""
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _entry(found: StoredObject, number: int, model: str | None) -> Entry:
    """An object as a file; the number stands for an inode, which S3 does not know."""
    changed = int((found.modified or 0.0) * 1e9)
    part_of = f"/{model}" if model else ""
    return Entry(f"/{found.key}", found.size or 0, changed, changed, number, "", part_of)


def _stamp(entry: Entry) -> FileStamp:
    return FileStamp(
        path=entry.path.lstrip("/"),
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        ctime_ns=entry.ctime_ns,
        inode=entry.inode,
    )


async def _magic(
    s3: S3, bucket: str, entries: Iterable[Entry], gate: asyncio.Semaphore
) -> dict[str, str]:
    """The first bytes, in hex, of files whose names alone do not tell what they are."""

    async def first(entry: Entry) -> tuple[str, str]:
        async with gate:
            try:
                head = await s3.get(bucket, entry.path.lstrip("/"), 0, MAGIC)
            except ApiError:
                head = b""  # the look at it says why
        return entry.path, head.hex()

    unsure = [e for e in entries if e.size and wants_magic(e.path.rpartition("/")[2])]
    return dict(await asyncio.gather(*map(first, unsure[:LOOKS_MAX])))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where files are looked at.

    Attributes:
        sizes: bytes of every object of the listing by key.
        parts: objects that an ONNX model names, with the key of the model.
    """

    s3: S3
    bucket: str
    gate: asyncio.Semaphore
    sizes: Mapping[str, int]
    parts: Mapping[str, str]


async def _look(at: _Place, file: FileStamp, clock: Clock) -> OutsideLook | str:
    """HEAD and header of one file; why not, when it could not be read."""
    async with at.gate:
        try:
            head = await at.s3.head(at.bucket, file.path)
            check = await _checked(at, file.path, head.size or 0)
        except NotFound:
            return f"{file.shown}: listed, but it is not there"
        except ApiError as error:
            return f"{file.shown}: {error.message}"
    return OutsideLook(
        place=f"volume:{at.bucket}",
        path=file.path,
        size=head.size,
        header=check.verdict,
        said=check.said,
        at=clock(),
        modified=head.modified,
        md5=head.md5,
    )


async def _checked(at: _Place, key: str, size: int) -> HeaderCheck:
    """What the tables of a file prove; nothing is said of files that merely lie beside weights.

    The weights that a model names are judged with the model, by their size.
    """
    if key in at.parts:
        said = "" if size == at.sizes.get(key) else "it changed since it was listed"
        return HeaderCheck("unknown", "onnx-data", said)
    check = await verify_header(at.s3, at.bucket, key, size, at.sizes)
    is_beside = check.format == "unknown" and check.verdict == "unknown"
    if is_beside and not key.lower().endswith(WEIGHTS):
        return HeaderCheck("unknown", "", "")
    return check
