"""Which files of a network volume are held here, byte for byte, as far as that can be read over S3.

A listing tells no SHA-256. So a held copy of the same path and size is compared with the file itself: a
file of at most 8 MiB whole, a larger one by its end and seven places that nobody foresees, a MiB each,
and then only if it has not changed since the copy was read. The copy must be whole by itself: a held
file that is known to be broken, or that nobody verified, is none.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rgt_tui.clients.s3 import S3
from rgt_tui.domain.errors import ApiError
from rgt_tui.domain.holding import HoldSeen
from rgt_tui.domain.objects import StoredCopy, StoredObject
from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._reader import hash_ranges

RANGES: Final = 8
BYTES: Final = 1 << 20
SAME_S: Final = 2.0
"""Seconds by which the service's time of an object may differ from the file's."""

Pairs = Sequence[tuple[StoredObject, HoldSeen]]


def candidates(objects: Sequence[StoredObject], holds: Sequence[HoldSeen]) -> Pairs:
    """Objects with a held copy that may be of them, by path and size; the newest of each."""
    names: dict[tuple[int, str], list[HoldSeen]] = {}
    for seen in sorted(holds, key=lambda it: -it.hold.at):
        proof = seen.hold.proof
        if seen.is_kept and (proof.is_proven or proof.is_beside):
            path = seen.hold.remote.path
            names.setdefault((proof.stamp.size, path.rpartition("/")[2]), []).append(seen)
    return tuple(_paired(objects, names))


def _paired(
    objects: Sequence[StoredObject], names: Mapping[tuple[int, str], Sequence[HoldSeen]]
) -> Iterator[tuple[StoredObject, HoldSeen]]:
    for one in objects:
        if one.size is None:
            continue
        for seen in names.get((one.size, one.key.rpartition("/")[2]), ()):
            if seen.hold.remote.path.endswith(f"/{one.key}"):
                yield one, seen
                break


async def compared(s3: S3, volume: str, pairs: Pairs, now: float) -> Mapping[str, StoredCopy]:
    """The pairs that are equal, by key; one that differs or cannot be read is not among them."""
    found: dict[str, StoredCopy] = {}
    for one, seen in pairs:
        size = one.size or 0
        if size > RANGES * BYTES and not _is_unchanged(one, seen):
            continue
        ranges = _ranges(size)
        if await _is_equal(s3, volume, one, seen.hold.proof.stamp.path, ranges):
            is_whole = size <= RANGES * BYTES
            found[one.key] = StoredCopy(
                hold=seen.hold.proof.stamp.path,
                place=seen.hold.place,
                sha256=seen.hold.proof.sha256,
                said="equal, read whole" if is_whole else f"equal in {RANGES} places of 1 MiB",
                at=now,
                of=one,
            )
    return found


def _ranges(size: int) -> tuple[tuple[int, int], ...]:
    """All of a small file in parts, else its end and places that nobody foresees."""
    if size <= RANGES * BYTES:
        return tuple((start, min(BYTES, size - start)) for start in range(0, size, BYTES))
    starts = {secrets.randbelow(size - BYTES) for _ in range(RANGES - 1)}
    return tuple((start, BYTES) for start in sorted({*starts, size - BYTES}))


def _is_unchanged(one: StoredObject, seen: HoldSeen) -> bool:
    changed = seen.hold.remote.mtime_ns / 1e9
    return one.modified is not None and abs(one.modified - changed) < SAME_S


async def _is_equal(
    s3: S3, volume: str, one: StoredObject, path: str, ranges: Sequence[tuple[int, int]]
) -> bool:
    try:
        ours = await asyncio.to_thread(hash_ranges, path, [list(it) for it in ranges])
        for (start, count), mine in zip(ranges, ours, strict=True):
            part = await s3.get(volume, one.key, start, count)
            if len(part) != count or hashlib.sha256(part).hexdigest() != mine:
                return False
    except (ApiError, Unsure, Broken, OSError):
        return False
    return True
