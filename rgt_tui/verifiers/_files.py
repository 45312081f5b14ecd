"""Lists every regular file below a path, for a copy; never follows a link.

Small files can be read as they are come upon: by one open folder, a file costs five system calls in
place of nine.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import Any, Dict, Iterator, List, Optional, Tuple

ROWS = 256
WITH_HASH = 7
"""Fields of the row of a file whose bytes come along; the last one is their SHA-256."""
DEPTH_MAX = 64
SEEN_MAX = 2_000_000
KERNEL = ("dev", "proc", "sys")
"""Folders of `/` that hold no files of anybody's: their sizes are made up, reading them may not end."""

EARLY = 1 << 20
"""Bytes of small files that go with one lot of rows; the last one may exceed it."""
Rows = Iterator[Dict[str, Any]]
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Early:
    """Reads files of at most `small` bytes as they are listed, `upto` bytes in all."""

    def __init__(self, small: int, upto: int) -> None:
        self.small = small
        self.left = upto
        self.held = 0
        self.parts: List[bytes] = []

    def row(self, number: int, name: str, entry: str, folder: int) -> List[Any]:
        """The row of a file; of one that was read whole with its SHA-256.

        Raises:
            OSError: it cannot be read, and has to be listed without.
        """
        descriptor = os.open(entry, _OPEN, dir_fd=folder)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise OSError("it is no regular file any more")
            row = _row(number, name, found)
            size = found.st_size
            if size <= self.small:
                data = os.read(descriptor, size + 1)
                if len(data) == size and _row(number, name, os.fstat(descriptor)) == row:
                    row.append(hashlib.sha256(data).hexdigest())
                    self.parts.append(data)
                    self.held += size
                    self.left -= size
            return row
        finally:
            os.close(descriptor)

    def given(self) -> Optional[bytes]:
        """The bytes of files that were read since this was asked last; None where none was."""
        parts, self.parts, self.held = self.parts, [], 0
        return b"".join(parts) if parts else None


def files_below(paths: List[str], early: Optional[Early] = None) -> Rows:
    """Rows of `files`, and what is left out and why.

    A row is the number of the path, the relative path, size, mtime_ns, ctime_ns and inode, and the
    SHA-256 where the file's bytes are in `early`. `skip` names what is no regular file, `gap` what
    could not be looked at.
    """
    for number, path in enumerate(paths):
        yield from _one(number, path, early or Early(0, 0))


def _one(number: int, path: str, early: Early) -> Rows:
    try:
        found = os.lstat(path)
    except OSError as error:
        yield {"gap": [path, error.strerror or "cannot be looked at"]}
        return
    if stat.S_ISREG(found.st_mode):
        yield {"files": [_row(number, "", found)]}
        return
    if not stat.S_ISDIR(found.st_mode):
        yield {"skip": [path, _kind(path, found.st_mode)]}
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        yield {"gap": [path, error.strerror or "cannot be opened"]}
        return
    rows: List[List[Any]] = []
    for row in _walk(descriptor, (path, "", number), early):
        if isinstance(row, list):
            rows.append(row)
        if rows and (isinstance(row, dict) or len(rows) >= ROWS or early.held >= EARLY):
            yield {"files": rows}
            rows = []
        if isinstance(row, dict):
            yield row
    if rows:
        yield {"files": rows}


def _walk(descriptor: int, at: Tuple[str, str, int], early: Early) -> Iterator[Any]:
    """Depth first with one open descriptor a level."""
    root, relative, number = at
    below: List[str] = []
    where = os.path.join(root, relative) if relative else root
    above = f"{relative}/" if relative else ""
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                name = above + entry.name
                if early.left > 0 and entry.is_file(follow_symlinks=False):
                    row = _early_row(early, (number, name, entry.name), descriptor)
                    if row is not None:
                        yield row
                        continue
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(found.st_mode):
                    yield _row(number, name, found)
                elif where == "/" and entry.name in KERNEL:
                    yield {"skip": ["/" + name, "the kernel's own, no files"]}
                elif stat.S_ISDIR(found.st_mode):
                    below.append(entry.name)
                else:
                    full = os.path.join(root, name)
                    yield {"skip": [full, _kind(full, found.st_mode)]}
        for child in sorted(below):
            yield from _enter(descriptor, (root, above + child, number), child, early)
    except OSError as error:
        yield {"gap": [where, error.strerror or "cannot be read"]}
    finally:
        os.close(descriptor)


def _early_row(early: Early, of: Tuple[int, str, str], folder: int) -> Optional[List[Any]]:
    """A file's row by opening it; None where that cannot be."""
    try:
        return early.row(*of, folder)
    except OSError:
        return None


def _enter(descriptor: int, at: Tuple[str, str, int], child: str, early: Early) -> Iterator[Any]:
    root, name, _ = at
    full = os.path.join(root, name)
    if name.count("/") >= DEPTH_MAX:
        yield {"gap": [full, "nested too deeply"]}
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        inner = os.open(child, flags, dir_fd=descriptor)
    except OSError as error:
        yield {"gap": [full, error.strerror or "cannot be opened"]}
        return
    yield from _walk(inner, at, early)


def _row(number: int, name: str, found: os.stat_result) -> List[Any]:
    return [number, name, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _kind(path: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return f"a link to {os.path.realpath(path)}, not followed"
    return "a pipe, socket or device"
