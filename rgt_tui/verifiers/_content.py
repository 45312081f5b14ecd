"""Opened files: exact reads, and one pass over all bytes that hashes and checks on its way."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import zlib
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from rgt_tui.verifiers import Broken, Region, Unsure

CHUNK = 1 << 20
STRIDE = 4096
"""One byte in so many is kept while reading, to find long blanks without a second pass."""
HOLE = 64 * 1024
"""Shorter blanks inside a file are common in good ones: padding, rows of an embedding."""
_HOLES_MAX = 200
_NO_NUMBERS = tuple(
    bytes.fromhex(unit)
    for unit in ("0000c07f", "0000c0ff", "c07f", "c0ff", "007e", "00fe", "000000000000f87f", "000000000000f8ff",
                 "0000807f", "000080ff", "807f", "80ff", "007c", "00fc", "000000000000f07f", "000000000000f0ff")
)  # fmt: skip
"""NaN and infinity as a machine makes them: float32, bfloat16, float16, float64, little-endian."""

Stamp = Tuple[int, int, int, int]
"""Size, mtime_ns, ctime_ns and inode."""


def stamp_of(found: os.stat_result) -> Stamp:
    """What must not change while a file is verified."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


class File:
    """A regular file, or a part of one.

    `is_alone` says that the files beside it cannot be seen; `is_brief` that only its structure is
    wanted, so that tables which grow with the data wait for a full read.
    """

    is_alone = False
    is_brief = False
    beside: Optional[Callable[[str], int]] = None
    """Gives the bytes of a file by its path below this one's folder, where no folder can be looked into."""

    def __init__(self, path: str) -> None:
        """Opens it; never a link, never a pipe or device, which could hang.

        Raises:
            Unsure: it is no regular file, or may not be read.
        """
        self.path = path
        self.name = os.path.basename(path)
        self.start = 0
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            self.fd = os.open(path, flags)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Unsure("is a symbolic link, which is not followed") from error
            raise Unsure(f"cannot be opened ({os.strerror(error.errno or 0)})") from error
        found = os.fstat(self.fd)
        if not stat.S_ISREG(found.st_mode):
            os.close(self.fd)
            raise Unsure("is not a regular file")
        self.size = found.st_size
        self.stamp = stamp_of(found)

    def part(self, start: int, size: int) -> File:
        """The bytes from `start` on as a file of their own; closes nothing."""
        one = File.__new__(type(self))
        vars(one).update(vars(self), start=self.start + start, size=size)
        return one

    def read(self, offset: int, count: int) -> bytes:
        """Exactly `count` bytes at `offset`.

        Raises:
            Broken: the file ends before.
        """
        self.require(offset, count)
        at = self.start + offset
        first = os.pread(self.fd, count, at)
        if len(first) == count:
            return first
        parts: List[bytes] = [first]
        at, left = at + len(first), count - len(first)
        while left:
            got = os.pread(self.fd, left, at)
            if not got:
                raise Unsure("it became shorter while it was read")
            parts.append(got)
            at, left = at + len(got), left - len(got)
        return b"".join(parts)

    def fill(self, offset: int, view: memoryview) -> None:
        """Reads as many bytes at `offset` as `view` has room for; raises as `read` does."""
        self.require(offset, len(view))
        at = self.start + offset
        while view:
            got = os.preadv(self.fd, [view], at)
            if not got:
                raise Unsure("it became shorter while it was read")
            view, at = view[got:], at + got

    def require(self, offset: int, count: int) -> None:
        """Makes sure that it has `count` bytes at `offset`.

        Raises:
            Broken: it ends before.
        """
        if offset < 0 or count < 0 or offset + count > self.size:
            raise Broken(f"it ends at byte {self.size}, {offset + count} were expected")

    def stamp_now(self) -> Stamp:
        """What the path shows now, or zeros when it is gone."""
        try:
            return stamp_of(os.stat(self.path, follow_symlinks=False))
        except OSError:
            return (0, 0, 0, 0)

    def close(self) -> None:
        """Closes it."""
        os.close(self.fd)


class Scan(NamedTuple):
    """What one pass over all bytes gave.

    `crcs` are by the regions' order; `blanks` are runs of zeros of at least `HOLE`, and the run
    at the end however short. `no_numbers` is where a run of NaN or infinity of that length lies; -1
    for nowhere.
    """

    sha256: str
    crcs: List[int]
    blanks: List[Tuple[int, int]]
    no_numbers: int
    read: int


def scan(file: File, regions: Sequence[Region], progress: Callable[[int], None]) -> Scan:
    """Reads every byte once: SHA-256 of all, CRC-32 of each region, long blanks.

    Raises:
        Unsure: it became shorter meanwhile, or could not be read.
    """
    digest = hashlib.sha256()
    order = sorted(range(len(regions)), key=lambda i: regions[i].start)
    crcs: Dict[int, int] = dict.fromkeys(order, 0)
    samples = bytearray()
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    at = first = 0
    while at < file.size:
        got = _fill(file, view[: min(CHUNK, file.size - at)], at)
        chunk = view[:got]
        digest.update(chunk)
        samples += buffer[-at % STRIDE : got : STRIDE]
        while first < len(order) and regions[order[first]].end <= at:
            first += 1
        for i in order[first:]:
            region = regions[i]
            if region.start >= at + got:
                break
            piece = chunk[max(0, region.start - at) : max(0, region.end - at)]
            crcs[i] = zlib.crc32(piece, crcs[i])
        at += got
        progress(got)
    by_region = [crcs[i] for i in range(len(regions))]
    return Scan(
        digest.hexdigest(), by_region, _blanks(file, samples), _no_numbers(file, samples), at
    )


def _fill(file: File, view: memoryview, at: int) -> int:
    try:
        got = os.preadv(file.fd, [view], file.start + at) if hasattr(os, "preadv") else 0
        if not hasattr(os, "preadv"):
            piece = os.pread(file.fd, len(view), file.start + at)
            got = len(piece)
            view[:got] = piece
    except OSError as error:
        raise Unsure(f"cannot be read at byte {at} ({error.strerror})") from error
    if not got:
        raise Unsure("it became shorter while it was read")
    return got


def _blanks(file: File, samples: bytearray) -> List[Tuple[int, int]]:
    """Runs of zeros: those long enough to show in the samples, and the one at the end."""
    found: List[Tuple[int, int]] = []
    need = HOLE // STRIDE - 1
    at = samples.find(b"\0" * need)
    while at >= 0 and len(found) < _HOLES_MAX:
        end = at
        while end < len(samples) and not samples[end]:
            end += 1
        found += _real_runs(file, max(0, (at - 1) * STRIDE), min(file.size, (end + 1) * STRIDE))
        at = samples.find(b"\0" * need, end)
    tail = _tail(file)
    if tail < file.size:
        found = [run for run in found if run[1] <= tail] + [(tail, file.size)]
    return found


def _no_numbers(file: File, samples: bytearray) -> int:
    """Where the first long run of values that are no numbers lies; -1 for nowhere.

    The stride is a multiple of every number's size, so that such a run shows one byte in all samples.
    """
    need = HOLE // STRIDE - 1
    for byte in sorted({unit[i] for unit in _NO_NUMBERS for i in range(len(unit))}):
        at = samples.find(bytes([byte]) * need)
        for _ in range(_HOLES_MAX):
            if at < 0:
                break
            piece = file.read((at + need // 2) * STRIDE, STRIDE)
            if any(unit * (STRIDE // len(unit) - 1) in piece for unit in _NO_NUMBERS):
                return at * STRIDE
            at = samples.find(bytes([byte]) * need, at + need)
    return -1


def _real_runs(file: File, start: int, end: int) -> List[Tuple[int, int]]:
    """The runs of zeros of at least `HOLE` in a part that looked blank in the samples."""
    runs: List[Tuple[int, int]] = []
    begun = -1
    for at in range(start, end, STRIDE):
        piece = file.read(at, min(STRIDE, end - at))
        if not piece.strip(b"\0"):
            begun = at if begun < 0 else begun
            continue
        lead = len(piece) - len(piece.lstrip(b"\0"))
        if begun >= 0:
            runs.append((begun, at + lead))
        trail = len(piece) - len(piece.rstrip(b"\0"))
        begun = at + len(piece) - trail if trail else -1
    if begun >= 0:
        runs.append((begun, end))
    return [run for run in runs if run[1] - run[0] >= HOLE]


def _tail(file: File) -> int:
    """Where the run of zeros at the end begins; the size when there is none."""
    at = file.size
    while at:
        count = min(at, 64 * 1024)
        kept = file.read(at - count, count).rstrip(b"\0")
        if kept:
            return at - count + len(kept)
        at -= count
    return 0
