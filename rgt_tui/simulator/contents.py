"""Which files lie on a Pod's disks. Every tool sees the same: `find`, `du`, `stat` and `python3`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rgt_tui.simulator.machine import Disk, DiskKind, File
from rgt_tui.simulator.pod import Pod

_ROOT: Final = re.compile(r"\A(.*/session\d+/root)(?=/|\Z)")
_REST: Final = {
    DiskKind.CONTAINER: "/root/work/rest.bin",
    DiskKind.VOLUME: "runs/rest.bin",
    DiskKind.NETWORK: "datasets/rest.bin",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One file at one moment."""

    path: str
    size_bytes: int
    changed_at: float
    is_image: bool


def inside(path: str) -> tuple[str, str]:
    """The part of a path that leads to a session's root, and the path inside the Pod."""
    root = _ROOT.match(path)
    prefix = root[1] if root else ""
    return prefix, path[len(prefix) :] or "/"


def disk_of(pod: Pod, path: str) -> Disk:
    """The disk that holds a path."""
    holders = [
        disk
        for disk in pod.machine.disks
        if disk.path in ("/", path) or path.startswith(f"{disk.path.rstrip('/')}/")
    ]
    return max(holders, key=lambda disk: len(disk.path))


def files_of(pod: Pod, now: float, started: float) -> list[Found]:
    """Every file of the Pod: the ones that are told, and one with the rest of each disk."""
    found = [*told_of(pod, now, started), *_stored(pod, started)]
    return found + list(_rests(pod, found, now))


def told_of(pod: Pod, now: float, started: float) -> list[Found]:
    """The files of which a name and a size are told, and no bytes."""
    return [_found(file, now, started) for file in pod.machine.files]


def _stored(pod: Pod, started: float) -> Iterator[Found]:
    for file in pod.machine.stored:
        if not file.is_link:
            yield Found(
                path=file.path,
                size_bytes=file.size_bytes,
                changed_at=started - file.age_s,
                is_image=False,
            )


def _found(file: File, now: float, started: float) -> Found:
    alive = max(0.0, now - started)
    grows = file.growth > 0
    return Found(
        path=file.path,
        size_bytes=int(file.size_bytes + file.growth * alive),
        changed_at=now if grows else started - file.idle_s,
        is_image=file.is_image,
    )


def _rests(pod: Pod, told: list[Found], now: float) -> Iterator[Found]:
    for disk in pod.machine.disks:
        if disk.kind not in _REST:
            continue
        known = [it for it in told if disk_of(pod, it.path) is disk and not it.is_image]
        rest = disk.used_bytes(now) - sum(it.size_bytes for it in known)
        if rest > 0:
            path = f"{disk.path.rstrip('/')}/{_REST[disk.kind].lstrip('/')}"
            yield Found(path=path, size_bytes=rest, changed_at=now - 7200, is_image=False)
