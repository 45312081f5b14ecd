"""After the copy: read again from the disk here, verified in full, compared, held, written down."""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from rgt_tui.clients import holds
from rgt_tui.clients.answers import Proven
from rgt_tui.clients.local_verifier import verify_local
from rgt_tui.clients.pull_board import Job
from rgt_tui.clients.pull_meter import Meter
from rgt_tui.clients.pull_names import MANIFEST
from rgt_tui.clients.pull_parts import Parts
from rgt_tui.clients.pull_target import Target
from rgt_tui.clients.pull_tree import hold_planted
from rgt_tui.domain.checkpoint import FileProof, FileStamp, GroupProof, Level, Verdict
from rgt_tui.domain.holding import Hold
from rgt_tui.domain.laid_out import laid_out
from rgt_tui.domain.manifest import Manifest, to_pieces
from rgt_tui.domain.pulling import Ended, PulledFile, PullOrder, Skipped, Stage
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import rfc3339
from rgt_tui.verifiers import TOOL
from rgt_tui.verifiers._layout import is_of_interest

FORMAT: Final = "rgt-pull 1"
_BESIDE: Final = "no verifier knows this format: the hashes of both ends are all there is"
_AT_ONCE: Final = 64
_READERS: Final = 4
"""Threads that hash: a disk answers several in the time of one."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """What was found here: proofs by absolute path, and groups."""

    files: dict[str, FileProof]
    groups: tuple[GroupProof, ...]


async def prove(
    jobs: Sequence[Job], order: PullOrder, store: tuple[Target, Parts], meter: Meter
) -> Proofs:
    """Holds every placed file and verifies it from the disk; what no verifier knows is hashed.

    Raises:
        RgtError: the verifier did not do what it should.
    """
    placed = [job for job in jobs if job.is_placed]
    meter.begin(Stage.PROVING, files=len(placed), content=sum(j.remote.size for j in placed))
    target, parts = store
    await asyncio.to_thread(hold_planted, placed, parts, target)
    await asyncio.to_thread(_forget_cached, placed, target)
    paths = {os.path.join(target.path, job.relative): job for job in placed}
    wanted = [path for path in paths if is_of_interest(os.path.basename(path))]
    proven = await _verify(wanted, order, target, meter.add)
    found = {proof.stamp.path: proof for proof in proven.files if proof.stamp.path in paths}
    missed = [path for path in wanted if path not in found]
    if missed:
        more = await verify_local(missed, Level.FULL, meter.add)
        found.update({proof.stamp.path: proof for proof in more.files})
    others = [path for path in paths if path not in found or not found[path].sha256]
    await _hash_all(others, found, meter)
    meter.add(0, files=len(placed))
    return Proofs(found, tuple(proven.groups))


async def _hash_all(paths: Sequence[str], found: dict[str, FileProof], meter: Meter) -> None:
    """Adds to what was found the hashes of more files."""
    shares = iter([paths[first : first + _AT_ONCE] for first in range(0, len(paths), _AT_ONCE)])

    async def read() -> None:
        for some in shares:
            for path, proof in await asyncio.to_thread(_hash, some, found):
                meter.add(proof.stamp.size)
                found[path] = proof

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_READERS):
            tasks.create_task(read())


async def _verify(
    wanted: Sequence[str], order: PullOrder, target: Target, progress: Callable[[int], None]
) -> Proven:
    """The proofs of what landed, folder by folder, so that groups are seen as groups."""
    tops = []
    for landing in dict.fromkeys(order.landings.values()):
        top = os.path.join(target.path, landing).rstrip("/")
        if any(path == top or path.startswith(top + "/") for path in wanted):
            tops.append(top)
    if not tops:
        return Proven()
    return await verify_local(tops, Level.FULL, progress, wanted)


def _forget_cached(jobs: Sequence[Job], target: Target) -> None:
    for job in jobs:
        target.forget_cached(job.relative)


def _hash(paths: Sequence[str], known: dict[str, FileProof]) -> list[tuple[str, FileProof]]:
    """Proofs by hash alone; a verdict that was given without a hash is kept."""
    found = []
    for path in paths:
        hashed = holds.hash_file(path)
        if hashed is None:
            continue
        stamp, sha256 = hashed
        proof = known.get(path) or FileProof(
            stamp=stamp,
            sha256="",
            format="unknown",
            verdict=Verdict.UNKNOWN,
            level=Level.FULL,
            reason=_BESIDE,
            bytes_read=stamp.size,
            tool=TOOL,
        )
        found.append((path, replace(proof, stamp=stamp, sha256=sha256)))
    return found


def conclude(job: Job, order: PullOrder, target: Target, proofs: Proofs) -> PulledFile:
    """How one file ended, now that it was read again here. Blocks: it may take a name back."""
    path = os.path.join(target.path, job.relative) if job.relative else ""
    proof = proofs.files.get(path) if job.is_placed else None
    known = order.known.get(job.remote.path)
    if job.is_placed and job.ended is None:
        if proof is None or not proof.sha256:
            job.end(Ended.CHANGED, "it changed here while it was verified")
        elif proof.sha256 != job.sha256:
            job.end(Ended.DIFFERS, "the disk here gave back other bytes than were written")
            target.take_back(job.relative, job.key)
        elif known is not None and known.stamp == job.remote and known.sha256 != job.sha256:
            job.end(Ended.DIFFERS, "it had another hash there when it was verified on the Pod")
        else:
            job.end(Ended.EQUAL)
    ended = job.ended or Ended.UNREADABLE
    return PulledFile(
        remote=job.remote,
        path=path,
        ended=ended,
        why=job.why or ("" if ended is Ended.EQUAL else "it did not come"),
        sha256=job.sha256,
        proof=proof,
        hold=job.hold if ended is Ended.EQUAL else None,
    )


def here_of(files: Sequence[PulledFile], at: float) -> Manifest:
    """The manifest of the copies."""
    proofs = [file.proof for file in files if file.is_equal and file.proof is not None]
    proofs.sort(key=lambda proof: proof.stamp.path)
    return Manifest(place=_place(), files=tuple(proofs), at=at)


def there_of(files: Sequence[PulledFile], order: PullOrder, at: float) -> Manifest:
    """The manifest of what was read on the Pod; equal bytes share the verdict on them."""
    proofs = [
        replace(file.proof, stamp=file.remote, sha256=file.sha256)
        for file in files
        if file.is_equal and file.proof is not None
    ]
    proofs.sort(key=lambda proof: proof.stamp.path)
    return Manifest(place=order.place, files=tuple(proofs), at=at)


def write_holds(files: Sequence[PulledFile], order: PullOrder, parts: Parts, at: float) -> None:
    """Remembers what is held, beside what earlier pulls have held. Blocks.

    A copy that was pulled anew takes the place of its earlier state.

    Raises:
        OSError: the state folder cannot be written.
    """
    place = _place()
    fresh = [
        _hold(file, order, place, at) for file in files if file.is_equal and file.hold is not None
    ]
    index = os.path.join(parts.index, holds.INDEX)
    copies = {hold.copy for hold in fresh}
    paths = {hold.proof.stamp.path for hold in fresh}
    kept = []
    for hold in holds.read_index(index):
        if hold.copy not in copies:
            kept.append(hold)
        elif hold.proof.stamp.path not in paths:
            parts.drop(os.path.basename(hold.proof.stamp.path))
    if fresh or kept:
        holds.write_index(index, [*kept, *fresh])


def _hold(file: PulledFile, order: PullOrder, place: str, at: float) -> Hold:
    assert file.proof is not None and file.hold is not None  # noqa: S101, PT018  # chosen so
    stamp: FileStamp = replace(file.proof.stamp, path=file.hold)
    return Hold(
        proof=replace(file.proof, stamp=stamp),
        copy=file.path,
        origin=order.place,
        remote=file.remote,
        place=place,
        at=at,
    )


def write_manifest(
    target: Target,
    manifests: tuple[Manifest, Manifest],
    files: Sequence[PulledFile],
    skipped: Sequence[Skipped],
) -> str:
    """Writes both manifests beside the copies; gives the path. Blocks.

    Raises:
        OSError: it cannot be written.
    """
    here, there = manifests
    answer: dict[str, Any] = {
        "manifest": FORMAT,
        "here": to_pieces(here),
        "there": to_pieces(there),
        "files": map(_row, files),
        "skipped": ([one.path, one.why] for one in skipped),
    }
    moment = "".join(c for c in rfc3339(here.at) or "" if c.isalnum())
    pod = there.place.removeprefix("pod:").partition("@")[0]
    name = f"{MANIFEST}{''.join(c for c in pod if c.isalnum() or c in '-_')}-{moment}.json"
    target.write_whole(name, chain(laid_out(answer), "\n"))
    return os.path.join(target.path, name)


def _row(file: PulledFile) -> dict[str, Any]:
    return {
        "remote": file.remote.path,
        "path": file.path,
        "ended": file.ended.value,
        "why": file.why,
        "sha256_there": file.sha256,
        "sha256_here": file.proof.sha256 if file.proof is not None else "",
        "hold": file.hold,
    }


def _place() -> str:
    return f"local:{socket.gethostname()}"
