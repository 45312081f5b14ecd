"""The hand that writes a pull's small files as parts, and gives whole parts their final names.

Where many files come, it works in a process of its own (`pull_hand_process`): the connection's
decryption and the disk's system calls would else wait for one another. So it must start at once,
and has nothing but the standard library.
"""

from __future__ import annotations

import errno
import hashlib
import marshal
import os
import struct

from rgt_tui.clients.pull_folders import Folders, Occupied

TYPE_CHECKING = False
if TYPE_CHECKING:  # without `typing`, which would be half of what a process of it loads
    from collections.abc import Iterable, Iterator
    from typing import Any, Final, TypeVar

    Row = TypeVar("Row")
    Small = tuple[str, int, int, str]
    """A small file: its part, bytes, mtime in ns and SHA-256 there."""

TREE: Final = "tree"
"""Folder among the parts in which files grow that get their names together, by one rename."""
NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
REQUEST: Final = struct.Struct("<II")
"""Bytes of the request and of the content that follow."""
ANSWER: Final = struct.Struct("<I")
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})


def part_path(part: str) -> str:
    """Where a part lies below the folder of parts: spread over sixteen folders."""
    return f"{part[0]}/{part}"


class Hand:
    """Writes and names files; what it is given has been checked by its owner.

    `parts`, `root` and `staging` are descriptors of the folder of parts, of the target, and of
    `.rgt-pull` in it.
    """

    def __init__(self, parts: int, root: int, staging: int) -> None:
        """The descriptors stay their owner's."""
        self._parts: Final = parts
        self._staging: Final = staging
        self._folders: Final = Folders(root)
        self._tree: Final = Folders(parts)

    def stage(self, files: Iterable[Small], content: memoryview, *, grows: bool) -> list[bool]:
        """Writes files whose bytes follow one another, and are those of their hashes.

        `grows` says that a file is not named by its part, but by its path below `TREE`.

        Returns:
            For each whether it is.

        Raises:
            OSError: one cannot be written.
        """
        equal, at = [], 0
        for part, size, mtime_ns, sha256 in files:
            data = content[at : at + size]
            at += size
            is_equal = hashlib.sha256(data).hexdigest() == sha256
            if is_equal:
                self._write(*self._place_for(part, grows=grows), data, mtime_ns)
            equal.append(is_equal)
        return equal

    def _place_for(self, part: str, *, grows: bool) -> tuple[int, str]:
        if not grows:
            return self._parts, part_path(part)
        folder, _, name = f"{TREE}/{part}".rpartition("/")
        return self._tree.get(folder, make=True), name

    def _write(self, there: int, name: str, content: memoryview, mtime_ns: int) -> None:
        try:
            descriptor = os.open(name, NEW, 0o600, dir_fd=there)
        except FileExistsError:  # an earlier try left it
            os.unlink(name, dir_fd=there)
            descriptor = os.open(name, NEW, 0o600, dir_fd=there)
        try:
            write_to(descriptor, content)
            os.utime(descriptor, ns=(mtime_ns, mtime_ns))
        finally:
            os.close(descriptor)

    def place(self, files: Iterable[tuple[str, str]], *, replace: bool) -> list[str]:
        """Gives parts their paths below the target, each in one step; the part stays as its hold.

        Where the file system has no hard links, the part itself is renamed.

        Returns:
            For each nothing, or why its name cannot be had; not clean.

        Raises:
            OSError: it cannot be done.
        """
        return [self._place(part, relative, replace=replace) for part, relative in files]

    def _place(self, part: str, relative: str, *, replace: bool) -> str:
        folder, _, name = relative.rpartition("/")
        try:
            there = self._folders.get(folder, make=True)
            self._link(part, there, name, replace=replace)
        except Occupied as error:
            return str(error)
        except FileExistsError:
            return f"{relative} is there already"
        return ""

    def _link(self, part: str, there: int, name: str, *, replace: bool) -> None:
        where, fresh = (self._staging, part) if replace else (there, name)
        try:
            os.link(
                part_path(part),
                fresh,
                src_dir_fd=self._parts,
                dst_dir_fd=where,
                follow_symlinks=False,
            )
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            os.rename(part_path(part), name, src_dir_fd=self._parts, dst_dir_fd=there)
            return
        if replace:
            os.rename(part, name, src_dir_fd=self._staging, dst_dir_fd=there)

    def close(self) -> None:
        """Closes what it has opened."""
        self._folders.close()
        self._tree.close()


def serve(parts: int, root: int, staging: int, owner: int) -> None:
    """Is a hand for another process, until standard input ends or that process is gone; then exits.

    ::

        request  lengths, then marshalled ("stage", files, grows) or ("place", files, replace), bytes
        answer   length, then marshalled: a list, or (errno, words) of an OSError
    """
    hand = Hand(parts, root, staging)
    buffer = bytearray()
    while len(head := read_from(0, REQUEST.size)) == REQUEST.size:
        size, count = REQUEST.unpack(head)
        asked = marshal.loads(read_from(0, size))  # noqa: S302  # of the process that started this one
        if len(buffer) < count:
            buffer = bytearray(count)
        content = memoryview(buffer)[:count]
        _fill(content)
        try:
            answer = _done(hand, asked, content, owner)
        except (OSError, OverflowError, ValueError) as error:
            number = getattr(error, "errno", None)
            answer = (number or errno.EINVAL, getattr(error, "strerror", None) or str(error))
        packed = marshal.dumps(answer)
        write_to(1, memoryview(ANSWER.pack(len(packed)) + packed))
    os._exit(0)  # there is nothing to tidy, and the pull waits for it


def _done(hand: Hand, asked: tuple[Any, ...], content: memoryview, owner: int) -> Any:
    files = _while_wanted(asked[1], owner)
    if asked[0] == "stage":
        return hand.stage(files, content, grows=asked[2])
    return hand.place(files, replace=asked[2])


def _while_wanted(files: Iterable[Row], owner: int) -> Iterator[Row]:
    """The files, as long as the pull is there: the next one goes on from what this has done."""
    for file in files:
        if os.getppid() != owner:
            os._exit(1)
        yield file


def read_from(pipe: int, count: int) -> bytes:
    """So many bytes; fewer at the end."""
    found = b""
    while len(found) < count and (more := os.read(pipe, count - len(found))):
        found += more
    return found


def write_to(file: int, data: memoryview) -> None:
    """Writes all of it, be it a pipe or a file."""
    while data:
        data = data[os.write(file, data) :]


def _fill(content: memoryview) -> None:
    while content:
        count = os.readv(0, [content])
        if not count:
            os._exit(1)
        content = content[count:]
