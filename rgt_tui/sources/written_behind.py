"""The two witnesses of files on a global volume: a flush on their Pod, a read by another one.

A global volume takes writes late and hides errors of all but fsync, and what its own Pod reads comes
from that Pod's memory. So each settled and proven checkpoint file there is flushed with its folder, and
a minute later another running Pod with that mount reads every byte. RunPod's API names no global
volume, and S3 serves network volumes alone: without such a Pod there is no second witness.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import (
    CheckpointList,
    CheckpointProofs,
    Copy,
    CopyClass,
    FileStamp,
    Level,
)
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.volume import MountKind
from rgt_tui.domain.written_behind import FlushSeen, WrittenBehind
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.sources import Ask, Source, shell_target
from rgt_tui.storage import deepest

EVERY_S: Final = 20.0
TOGETHER: Final = 200
"""Files that are flushed by one question."""
AGAIN_S: Final = 60.0
"""Seconds until a flush that failed is tried again."""
NO_WITNESS: Final = "no other running Pod with direct SSH mounts this global volume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """One file of a checkpoint on a global volume: its stamp, real path and mount there."""

    stamp: FileStamp
    real: str
    mount: DiskMount


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    known = ask.account.about(pod.id).value(WrittenBehind) or WrittenBehind()
    unflushed = to_flush(ask.account, pod, ask.clock())
    if unflushed:
        return (ask.seen(await _flushed(ask, pod, known, unflushed), source="ssh"),)
    wanted = to_witness(ask.account, pod, ask.clock())
    if wanted:
        return (ask.seen(await _witnessed(ask, pod, known, wanted), source="ssh"),)
    return ()


def to_flush(account: Account, pod: Pod, now: float) -> tuple[Lying, ...]:
    """Proven files on global volumes whose present state was not flushed, or not for long in vain."""
    known = account.about(pod.id).value(WrittenBehind) or WrittenBehind()
    found = []
    for one in _lying(account, pod):
        flushed = known.flushed(one.stamp)
        if flushed is None or (flushed.problem and now - flushed.at >= AGAIN_S):
            found.append(one)
    return tuple(found[:TOGETHER])


def to_witness(account: Account, pod: Pod, now: float) -> tuple[Lying, ...]:
    """The files of the next checkpoint that were flushed long enough ago and want a second witness."""
    known = account.about(pod.id).value(WrittenBehind) or WrittenBehind()
    for group in _groups(account, pod):
        wanted = [one for one in group if _is_due(known, one.stamp, now)]
        if wanted and known.without == NO_WITNESS:
            shared = {mount.source for _, mount in _others(account, pod)}
            wanted = [one for one in wanted if one.mount.source in shared]
        if wanted:
            return tuple(wanted)
    return ()


def _is_due(known: WrittenBehind, stamp: FileStamp, now: float) -> bool:
    """Whether a file was flushed long enough ago, and not read since, or so long ago that it ages."""
    from rgt_tui.domain.durable import FRESH_S, SETTLE_S  # the first frame can spare it

    flushed, copy = known.flushed(stamp), known.copies.get(stamp.path)
    if flushed is None or flushed.problem or now < flushed.at + SETTLE_S:
        return False
    return copy is None or copy.at < flushed.at + SETTLE_S or now - copy.at > FRESH_S / 2


def _lying(account: Account, pod: Pod) -> Iterator[Lying]:
    for group in _groups(account, pod):
        yield from group


def _groups(account: Account, pod: Pod) -> Iterator[list[Lying]]:
    """By checkpoint, newest first: its files on a global volume, once they have settled and a hash."""
    evidence = account.about(pod.id)
    report, listed = evidence.value(DiskReport), evidence.value(CheckpointList)
    proofs = evidence.value(CheckpointProofs)
    if report is None or listed is None or proofs is None:
        return
    if all(mount.kind is not MountKind.GLOBAL for mount in report.mounts):
        return
    for one in listed.checkpoints:
        group = []
        for file in one.files if not one.unfinished else ():
            proof, real = proofs.of(file), one.real_path_of(file)
            mount = deepest(real, report.mounts)
            if proof is None or not proof.sha256 or mount is None:
                continue
            if mount.kind is MountKind.GLOBAL:
                group.append(Lying(stamp=file, real=real, mount=mount))
        if group:
            yield group


def _others(account: Account, pod: Pod) -> Iterator[tuple[Pod, DiskMount]]:
    """Other running Pods that mount a global volume and can be asked."""
    for other in account.pods:
        report = account.about(other.id).value(DiskReport)
        if other.id == pod.id or not other.is_running or other.ssh_direct is None or report is None:
            continue
        for mount in report.mounts:
            if mount.kind is MountKind.GLOBAL and mount.answered:
                yield other, mount


async def _flushed(
    ask: Ask, pod: Pod, known: WrittenBehind, files: Sequence[Lying]
) -> WrittenBehind:
    from rgt_tui.clients.flushing import flush_on_pod  # loads asyncssh
    from rgt_tui.domain.durable import Flushed

    paths = [one.real for one in files]
    problems = await flush_on_pod(ask.wires.shells, shell_target(pod), paths)
    at = ask.clock()
    fresh = {
        one.stamp.path: FlushSeen(
            stamp=one.stamp, flushed=Flushed(at=at, problem=problems[one.real])
        )
        for one in files
    }
    current = {one.stamp.path for one in _lying(ask.fresh(), pod)}
    flushes = {p: seen for p, seen in {**known.flushes, **fresh}.items() if p in current}
    copies = {path: copy for path, copy in known.copies.items() if path in flushes}
    return replace(
        known, flushes=MappingProxyType(flushes), copies=MappingProxyType(copies), without=""
    )


async def _witnessed(
    ask: Ask, pod: Pod, known: WrittenBehind, files: Sequence[Lying]
) -> WrittenBehind:
    """The files as another Pod reads them, the first that can."""
    why = NO_WITNESS
    for other, mount in _others(ask.account, pod):
        same = [one for one in files if one.mount.source == mount.source]
        if not same:
            continue
        try:
            copies = await _read_there(ask, other, mount, same)
        except RgtError as error:
            why = f"{other.label} could not read it: {error.message}"
            continue
        return replace(known, copies=MappingProxyType({**known.copies, **copies}), without="")
    return replace(known, without=why)


async def _read_there(
    ask: Ask, other: Pod, mount: DiskMount, files: Sequence[Lying]
) -> dict[str, Copy]:
    """What another Pod reads of the files, every byte, after it has written what it held back itself."""
    from rgt_tui.clients.flushing import flush_on_pod  # loads asyncssh
    from rgt_tui.clients.pod_verifier import verify_on_pod
    from rgt_tui.domain.durable import GLOBAL

    there = {
        mount.path.rstrip("/") + one.real[len(one.mount.path.rstrip("/")) :]: one for one in files
    }
    target = shell_target(other)
    problems = await flush_on_pod(ask.wires.shells, target, list(there))
    readable = [path for path, problem in problems.items() if not problem]
    found: dict[str, Copy] = {}
    for path in readable:  # one by one: each is as old as its own read
        at = ask.clock()
        proven = await verify_on_pod(ask.wires.shells, target, [path], Level.FULL)
        for proof in proven.files:
            if proof.stamp.path == path and proof.sha256:
                found[there[path].stamp.path] = Copy(
                    place=f"{GLOBAL}{mount.source}",
                    path=path,
                    kind=CopyClass.RECENT,
                    sha256=proof.sha256,
                    at=at,
                    witness=f"every byte read by {other.label} after fsync",
                )
    return found


def _wanting(account: Account, now: float) -> tuple[Pod, ...]:
    return tuple(
        pod
        for pod in account.pods
        if pod.is_alive
        and pod.ssh_direct is not None
        and (to_flush(account, pod, now) or to_witness(account, pod, now))
    )


SOURCE = Source(
    name="written_behind",
    every_s=EVERY_S,
    metered=False,
    kinds=(WrittenBehind,),
    read=_read,
    pods=_wanting,
    is_slow=True,
    on_demand=True,
)
