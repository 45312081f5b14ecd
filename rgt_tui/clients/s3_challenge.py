"""Random ranges of files on a network volume, read over S3 and compared with the bytes elsewhere.

A size and a header say that a file is there and begins as it should. That its middle is there, too,
only bytes tell: some ranges, which nobody can foresee, are read over S3 and hashed, and the same ones
by a Pod that mounts the volume, or in a copy held here that was proven equal to the file.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from rgt_tui.clients.s3 import S3
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.domain.durable import OutsideLook
from rgt_tui.domain.errors import ApiError
from rgt_tui.domain.holding import HoldSeen
from rgt_tui.domain.stored import StoredVolume
from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._reader import hash_ranges

RANGES: Final = 4
BYTES: Final = 64 << 10
FILES_MAX: Final = 24
"""Files of the newest checkpoints that are asked for in one look: each costs `RANGES` calls."""
SILENCE_S: Final = 60.0
SAME_S: Final = 2.0
"""Seconds by which the service's time of an object may differ from the file's."""

Range = tuple[int, int]
Asked = Mapping[str, Sequence[Range]]
Hashes = Mapping[str, Sequence[str]]
"""By key, the SHA-256 of each range that was asked for."""


def to_ask(stored: StoredVolume) -> Asked:
    """Ranges of the files of the newest settled checkpoints; the first and last bytes are in them."""
    found: dict[str, Sequence[Range]] = {}
    for one in stored.checkpoints:
        for file in one.files if not one.unfinished else ():
            look = stored.looks.get(file.path)
            if look is not None and look.size and len(found) < FILES_MAX:
                found[file.path] = _ranges(look.size)
    return found


def _ranges(size: int) -> tuple[Range, ...]:
    """Some ranges of a file: all of a small one, else its end and others that nobody foresees."""
    if size <= RANGES * BYTES:
        return ((0, size),)
    starts = {secrets.randbelow(size - BYTES) for _ in range(RANGES - 1)}
    return tuple((start, BYTES) for start in sorted({*starts, size - BYTES}))


async def of_pod(pool: SshPool, target: SshTarget, root: str, asked: Asked) -> Hashes:
    """The hashes as a Pod reads them; a file that it cannot read has none.

    Args:
        pool: the connections.
        target: the Pod.
        root: where it mounts the volume.
        asked: by key.

    Raises:
        SshError: it could not be asked.
    """
    found: dict[str, Sequence[str]] = {}
    async with pool.talk(target) as talk:
        for key, ranges in asked.items():
            request = {
                "op": "hash",
                "path": f"{root.rstrip('/')}/{key}",
                "ranges": [list(one) for one in ranges],
            }
            hashes = [
                str(answer.get("hash", ""))
                async for answer in talk.ask(request, silence_s=SILENCE_S)
            ]
            if len(hashes) == len(ranges) and all(hashes):
                found[key] = hashes
    return found


def of_held(
    holds: Sequence[HoldSeen], roots: Sequence[str], stored: StoredVolume, asked: Asked
) -> Hashes:
    """The hashes of held copies of just these files. Blocks.

    Args:
        holds: as they are now.
        roots: `pod:<id>` and where it mounts the volume, joined by a NUL.
        stored: the volume; a copy of an earlier state of a file is not asked.
        asked: by key.
    """
    found: dict[str, Sequence[str]] = {}
    by_path = {
        f"{seen.hold.origin.partition('@')[0]}\0{seen.hold.remote.path}": seen.hold
        for seen in holds
        if seen.is_kept
    }
    for key, ranges in asked.items():
        look = stored.looks[key]
        copies = (by_path.get(f"{root.rstrip('/')}/{key}") for root in roots)
        hold = next((one for one in copies if one is not None), None)
        if hold is None or not _is_of(look, hold.remote.size, hold.remote.mtime_ns / 1e9):
            continue
        try:
            parts = [list(one) for one in ranges]
            found[key] = hash_ranges(hold.proof.stamp.path, parts)
        except (Unsure, Broken, OSError):
            continue
    return found


def _is_of(look: OutsideLook, size: int, changed: float) -> bool:
    same_time = look.modified is not None and abs(look.modified - changed) < SAME_S
    return look.size == size and same_time


async def challenged(s3: S3, stored: StoredVolume, asked: Asked, elsewhere: Hashes) -> StoredVolume:
    """The volume with how many ranges of each file were equal.

    Args:
        s3: the opened interface.
        stored: as it was looked at.
        asked: the ranges by key.
        elsewhere: their hashes as others read them; a file without is left as it is.
    """
    looks = dict(stored.looks)
    for key, hashes in elsewhere.items():
        try:
            parts = [
                await s3.get(stored.volume_id, key, start, count) for start, count in asked[key]
            ]
        except ApiError:
            continue
        ours = await asyncio.to_thread(lambda: [hashlib.sha256(it).hexdigest() for it in parts])  # noqa: B023  # awaited at once
        equal = sum(mine == theirs for mine, theirs in zip(ours, hashes, strict=True))
        looks[key] = replace(looks[key], ranges=(equal, len(ours)))
    return replace(stored, looks=MappingProxyType(looks))
