"""Sends the bytes of regular files in frames: a JSON line, then as many bytes as it says."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any, BinaryIO, Dict, Iterator, List, Union

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._content import File, stamp_of

FRAME = 1 << 20
BUNDLE = 1 << 20
"""Content bytes that one frame of small files has at most, where it is of more than one."""
BUNDLE_FILES = 256
Content = Union[bytes, memoryview]
_BUFFER = memoryview(bytearray(BUNDLE))
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Sender:
    """Sends parts of files, and hashes them on the way.

    While the parts of a file come one after the other from its first byte, the hash at the end of
    each is of everything up to there: so neither end hashes a byte twice, and the last one is that
    of the file. A part out of this order has a hash of its own.
    """

    def __init__(self) -> None:
        self.path = ""
        self.stamp: List[int] = []
        self.upto = 0
        self.whole = hashlib.sha256()
        self.buffer = memoryview(bytearray(FRAME))

    def read(self, request: Dict[str, Any], out: BinaryIO) -> None:
        """Each item is a path, where to begin, how many bytes, and the stamp it was listed with.

        A file is sent only while it is that file: same size, times and inode.
        """
        for number, item in enumerate(request["items"]):
            try:
                for head, data in self.frames(item):
                    send(out, {"i": number, **head}, data)
            except (Unsure, Broken, OSError) as why:
                self.path = ""
                send(out, {"i": number, "refused": str(why)}, b"")
        out.flush()

    def frames(self, item: List[Any]) -> Iterator["tuple[Dict[str, Any], Content]"]:
        path, start, count, stamp = item
        file = File(path)
        try:
            if list(file.stamp) != stamp:
                raise Unsure("it changed since it was listed")
            at, end = start, min(start + count, file.size)
            digest, first = self.digest(path, stamp, start)
            while at < end:
                data = self.buffer[: end - at]
                file.fill(at, data)
                digest.update(data)
                yield {"at": at, "n": len(data)}, data
                at += len(data)
            if file.stamp_now() != file.stamp:
                raise Unsure("it changed while it was read")
            if not first:
                self.upto = end
            yield {"end": end, "n": 0, "from": first, "sha256": digest.hexdigest()}, b""
        finally:
            file.close()

    def digest(self, path: str, stamp: List[int], start: int) -> "tuple[Any, int]":
        """The hash that goes on, and the byte from which on it is."""
        if not start:
            self.path, self.stamp, self.whole = path, stamp, hashlib.sha256()
            return self.whole, 0
        if (path, stamp, start) == (self.path, self.stamp, self.upto):
            return self.whole, 0
        return hashlib.sha256(), start


def bundle(request: Dict[str, Any], out: BinaryIO) -> None:
    """Sends small files whole, many in a frame: rows of number, size and SHA-256, then the bytes.

    Each item is a path and its stamp. A file that is not the listed one has a reason for a size.
    """
    rows: List[List[Any]] = []
    held = 0
    for number, (path, stamp) in enumerate(request["items"]):
        size = stamp[0]
        if rows and (held + size > BUNDLE or len(rows) >= BUNDLE_FILES):
            send(out, {"bundle": rows, "n": held}, _BUFFER[:held])
            rows, held = [], 0
        try:
            data = _BUFFER[held : held + size]
            _whole(path, stamp, data)
            rows.append([number, size, hashlib.sha256(data).hexdigest()])
            held += size
        except (Unsure, Broken, OSError) as why:
            rows.append([number, str(why), ""])
    if rows:
        send(out, {"bundle": rows, "n": held}, _BUFFER[:held])
    out.flush()


def _whole(path: str, stamp: List[int], into: memoryview) -> None:
    """A small file in five system calls; that its path still leads to it, the last look says."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        File(path).close()  # it says why not
        raise
    try:
        if list(stamp_of(os.fstat(descriptor))) != stamp:
            raise Unsure("it changed since it was listed")
        if len(into) != stamp[0]:
            raise Unsure("it is too large to come with others")
        left = into
        while left and (got := os.readv(descriptor, [left])):
            left = left[got:]
        if left or list(stamp_of(os.fstat(descriptor))) != stamp:
            raise Unsure("it changed while it was read")
    finally:
        os.close(descriptor)


def send(out: BinaryIO, head: Dict[str, Any], data: Content) -> None:
    out.write(json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n")
    if data:
        out.write(data)


def hash_ranges(path: str, ranges: List[List[int]]) -> List[str]:
    """SHA-256 of parts of a file, to compare with the same parts read elsewhere."""
    file = File(path)
    try:
        return [hashlib.sha256(file.read(start, count)).hexdigest() for start, count in ranges]
    finally:
        file.close()


def flush(paths: List[str]) -> Iterator["tuple[str, str]"]:
    """Makes files and their folders durable; each path, and why it could not be: empty where it was.

    On GeeseFS only `fsync` is a barrier, and that of a folder flushes all below it.
    """
    folders: Dict[str, str] = {}
    for path in paths:
        folder = os.path.dirname(path)
        why = _fsync(path, 0)
        if folder not in folders:
            folders[folder] = _fsync(folder, os.O_DIRECTORY)
        yield path, why or (f"its folder: {folders[folder]}" if folders[folder] else "")


def _fsync(path: str, flags: int) -> str:
    """Why a path could not be made durable; empty when it was."""
    try:
        descriptor = os.open(path, _FLAGS | flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error.strerror or "it cannot be flushed"
    return ""
