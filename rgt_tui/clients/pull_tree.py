"""Files that grow as one tree beside the target, and get their names together by a rename of its top.

A small file's price is its directory entries. Where nothing of a folder is here yet, it is written
under the names that its files will have, made durable, and moved whole: one rename in place of ten
thousand links, and nothing of it is ever seen half. The holds are linked afterwards.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterable, Sequence
from typing import Final

from rgt_tui.clients.pull_board import Job
from rgt_tui.clients.pull_folders import FOLDER, Folders, Occupied
from rgt_tui.clients.pull_hand import TREE, part_path
from rgt_tui.clients.pull_journal import Placed
from rgt_tui.clients.pull_parts import Parts
from rgt_tui.clients.pull_target import Target

_TAKEN: Final = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR})


def plant(jobs: Sequence[Job], parts: Parts, target: Target) -> list[Job]:
    """Gives a grown tree its place, top by top; what has its name now. Blocks.

    The files of a top whose name was taken meanwhile become parts, to be named one by one.

    Raises:
        OSError: it cannot be done.
    """
    placed: list[Job] = []
    if not jobs:
        return placed
    tops: dict[str, list[Job]] = {}
    for job in jobs:
        tops.setdefault(job.relative.partition("/")[0], []).append(job)
    tree = os.open(TREE, FOLDER, dir_fd=parts.descriptor)
    try:
        for top, below in tops.items():
            if not _move(tree, target.root, top, is_file=below[0].relative == top):
                _cut(((job.key, job.relative) for job in below), parts, tree)
                continue
            for job in below:
                job.is_placed = True
            placed += below
    finally:
        os.close(tree)
    fell(parts)
    target.named(tops)
    return placed


def _move(tree: int, root: int, top: str, *, is_file: bool) -> bool:
    """Whether a top has its name now, which nothing had before (an empty folder is nothing)."""
    try:
        if is_file:
            os.link(top, top, src_dir_fd=tree, dst_dir_fd=root, follow_symlinks=False)
            os.unlink(top, dir_fd=tree)
        else:
            os.rename(top, top, src_dir_fd=tree, dst_dir_fd=root)
    except OSError as error:
        if is_file or error.errno in _TAKEN:
            return False
        raise
    return True


def hold_planted(jobs: Iterable[Job], parts: Parts, target: Target) -> None:
    """Gives planted files the second name that is their hold. Blocks."""
    for job in jobs:
        if job.is_grown and job.is_placed and job.hold is None:
            with contextlib.suppress(OSError):
                kept = target.hold(parts, job.key, job.relative)
                job.hold = parts.path_of(job.key) if kept else None


def cut(files: Iterable[tuple[str, Placed]], parts: Parts) -> None:
    """Makes parts of what grew and was not planted, by key; the rest of it goes. Blocks."""
    try:
        tree = os.open(TREE, FOLDER, dir_fd=parts.descriptor)
    except OSError:
        return
    try:
        _cut(((key, one.relative) for key, one in files), parts, tree)
    finally:
        os.close(tree)
    fell(parts)


def fell(parts: Parts) -> None:
    """Removes a tree that will not be planted. Blocks."""
    with contextlib.suppress(OSError):
        shutil.rmtree(TREE, dir_fd=parts.descriptor)


def _cut(files: Iterable[tuple[str, str]], parts: Parts, tree: int) -> None:
    """Makes parts of files of a tree, as far as they are there."""
    folders = Folders(tree)
    try:
        for key, relative in files:
            folder, _, name = relative.rpartition("/")
            with contextlib.suppress(OSError, Occupied):
                os.rename(
                    name,
                    part_path(key),
                    src_dir_fd=folders.get(folder),
                    dst_dir_fd=parts.descriptor,
                )
    finally:
        folders.close()
