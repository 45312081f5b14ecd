"""Lists every regular file below a path, for a copy; never follows a link, never opens a file."""

from __future__ import annotations

import os
import stat
from typing import Any, Dict, Iterator, List, Tuple

ROWS = 256
DEPTH_MAX = 64
SEEN_MAX = 2_000_000
KERNEL = ("dev", "proc", "sys")
"""Folders of `/` that hold no files of anybody's: their sizes are made up, reading them may not end."""

Rows = Iterator[Dict[str, Any]]


def files_below(paths: List[str]) -> Rows:
    """Rows of `files`, and what is left out and why.

    A row is the number of the path, the relative path, size, mtime_ns, ctime_ns and inode. `skip`
    names what is no regular file, `gap` what could not be looked at.
    """
    for number, path in enumerate(paths):
        yield from _one(number, path)


def _one(number: int, path: str) -> Rows:
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
    for row in _walk(descriptor, path, "", number):
        if isinstance(row, dict):
            yield row
            continue
        rows.append(row)
        if len(rows) >= ROWS:
            yield {"files": rows}
            rows = []
    if rows:
        yield {"files": rows}


def _walk(descriptor: int, root: str, relative: str, number: int) -> Iterator[Any]:
    """Depth first with one open descriptor a level."""
    below: List[str] = []
    where = os.path.join(root, relative) if relative else root
    above = f"{relative}/" if relative else ""
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                name = above + entry.name
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
            yield from _enter(descriptor, (root, above + child, number), child)
    except OSError as error:
        yield {"gap": [where, error.strerror or "cannot be read"]}
    finally:
        os.close(descriptor)


def _enter(descriptor: int, where: Tuple[str, str, int], child: str) -> Iterator[Any]:
    root, name, number = where
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
    yield from _walk(inner, root, name, number)


def _row(number: int, name: str, found: os.stat_result) -> List[Any]:
    return [number, name, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _kind(path: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return f"a link to {os.path.realpath(path)}, not followed"
    return "a pipe, socket or device"
