"""The folder that a pull fills: checked first, reached by descriptors only, staged, then placed.

No path below it is ever opened by its whole name (`pull_folders`).
"""

import contextlib
import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Final

from rgt_tui import places
from rgt_tui.clients.pull_folders import FOLDER, Folders, Occupied
from rgt_tui.clients.pull_hand import part_path
from rgt_tui.clients.pull_names import JOURNAL, STAGING
from rgt_tui.clients.pull_parts import Parts
from rgt_tui.domain.pulling import PullError, PullFault
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import show_bytes

RESERVE: Final = 64 << 20
"""Bytes that must be left on the target's disk after a pull."""
IN_MEMORY: Final = frozenset({"tmpfs", "ramfs", "devtmpfs", "rootfs", "hugetlbfs"})
LET_GO_S: Final = 1.0
FOLDERS_EACH: Final = 8
"""So many folders are synced one by one: each costs a disk as much as syncing the file system."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(slots=True)
class Target:
    """An opened target folder.

    Attributes:
        path: absolute, links resolved.
        staging: descriptor of `.rgt-pull` in it: journal, lock, what was taken back.
        folders: those below it.
        made: absolute paths of the folders that were made for it, outermost first.
    """

    path: str
    root: int
    staging: int
    lock: int
    folders: Folders
    made: tuple[str, ...] = ()
    _touched: set[str] = field(default_factory=set)
    _missing: set[str] = field(default_factory=set)
    _using: threading.RLock = field(default_factory=threading.RLock)

    @property
    def is_blind(self) -> bool:
        """Whether its disk takes small letters for large ones, as macOS' and FAT do."""
        try:
            os.stat(STAGING.upper(), dir_fd=self.root, follow_symlinks=False)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Closes all descriptors and gives up the lock."""
        self.folders.close()
        _close([self.staging, self.root, self.lock])

    def unmake(self) -> None:
        """Removes what opening it has made: for a pull that ended before anything could come."""
        staging = os.path.join(self.path, STAGING)
        if staging not in self.made:
            return
        for folder, names, _ in os.walk(os.path.join(staging, "holds"), topdown=False):
            for name in (*names, "."):
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.normpath(os.path.join(folder, name)))
        for name in ("lock", JOURNAL):
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=self.staging)
        _remove(self.made)

    def write_whole(self, name: str, pieces: Iterable[str]) -> None:
        """A file of ours, of ASCII, in the target itself, durable and in one step."""
        part = f"{name}.new"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(part, flags, 0o600, dir_fd=self.staging)
        try:
            for piece in pieces:
                places.write_whole(descriptor, piece.encode("ascii"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(part, name, src_dir_fd=self.staging, dst_dir_fd=self.root)
        os.fsync(self.root)

    def status(self, relative: str) -> os.stat_result | None:
        """What lies at a path; None for nothing.

        Raises:
            Occupied: a link or a file lies where a folder of the path should be.
        """
        folder, _, name = relative.rpartition("/")
        with self._using:
            if folder in self._missing:
                return None
            try:
                there = self.folders.get(folder)
            except FileNotFoundError:
                self._missing.add(folder)
                return None
            try:
                return os.stat(name, dir_fd=there, follow_symlinks=False)
            except FileNotFoundError:
                return None

    def open_placed(self, relative: str) -> int:
        """A file that has its final name, for reading.

        Raises:
            OSError: it cannot be opened, or is a link.
        """
        with self._using:
            folder, name = os.path.split(relative)
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            return os.open(name, flags, dir_fd=self._there(folder))

    def named(self, relatives: Iterable[str]) -> None:
        """Files were given these paths: their folders are to be made durable."""
        with self._using:
            self._touched.update(relative.rpartition("/")[0] for relative in relatives)
            self._missing.clear()

    def hold(self, parts: Parts, part: str, relative: str) -> bool:
        """Keeps a file that has its final name already; whether it is kept."""
        folder, name = os.path.split(relative)
        with self._using:
            there = self._there(folder)
            found = os.stat(name, dir_fd=there, follow_symlinks=False)
            kept = parts.stamp(part)
            if kept is not None and kept.inode == found.st_ino:
                return True
            parts.drop(part)
            try:
                os.link(
                    name,
                    part_path(part),
                    src_dir_fd=there,
                    dst_dir_fd=parts.descriptor,
                    follow_symlinks=False,
                )
            except OSError:
                return False
        return True

    def take_back(self, relative: str, part: str) -> None:
        """Takes the final name from a file again; it stays in the staging folder."""
        folder, name = os.path.split(relative)
        with self._using, contextlib.suppress(OSError):
            there = self._there(folder)
            os.rename(name, f"{part}.differs", src_dir_fd=there, dst_dir_fd=self.staging)

    def forget_cached(self, relative: str) -> None:
        """Has the system read a file from the disk when it is read next."""
        with contextlib.suppress(OSError):
            descriptor = self.open_placed(relative)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)

    def sync_folders(self, parts: Parts) -> None:
        """Makes the names placed since the last call durable; those of many folders in one call."""
        with self._using:
            wanted: set[str] = {""}
            for folder in self._touched:
                while folder:
                    wanted.add(folder)
                    folder = os.path.dirname(folder)
            self._touched.clear()
            if len(wanted) > FOLDERS_EACH:
                parts.sync()
                return
            try:
                opened = [self._there(folder) for folder in sorted(wanted)]
            except OSError:  # one was moved away: this reaches it wherever it is
                parts.sync()
                return
            for descriptor in opened:
                os.fsync(descriptor)
            os.fsync(self.staging)

    def lacks(self, landings: Iterable[str]) -> bool:
        """Whether nothing is here yet of what lands at these paths."""
        tops = {landing.partition("/")[0] for landing in landings}
        if "" in tops:
            return set(os.listdir(self.root)) <= {STAGING}
        return all(self.status(top) is None for top in tops)

    def room(self) -> int:
        """Bytes that may come, less than nothing where the disk is nearly full."""
        disk = os.fstatvfs(self.root)
        return disk.f_bavail * disk.f_frsize - RESERVE

    def _there(self, folder: str) -> int:
        """A folder that had its name once.

        Raises:
            OSError: it cannot be opened, or something else is in its place.
        """
        try:
            return self.folders.get(folder)
        except Occupied as error:
            raise NotADirectoryError(errno.ENOTDIR, clean(str(error))) from error

    def require_room(self, content: int, files: int) -> None:
        """Makes sure that so much fits.

        Raises:
            PullError: it does not; says how much is missing.
        """
        disk = os.fstatvfs(self.root)
        room = self.room()
        if content > room:
            free = show_bytes(room + RESERVE)
            said = (
                f"{clean(self.path)} has {free} free; {show_bytes(content)} are to come "
                f"and {show_bytes(RESERVE)} must be left"
            )
            raise PullError(PullFault.NO_ROOM, said, hint="Make room, or pull to another disk")
        if disk.f_files and files > disk.f_favail:
            said = f"{clean(self.path)} has inodes for {disk.f_favail} files; {files} are to come"
            raise PullError(PullFault.NO_ROOM, said, hint="Pull to another disk")


def open_target(path: str) -> Target:
    """Makes and opens a target folder, for one pull at a time.

    Raises:
        PullError: it lies in memory, cannot be written, or another pull fills it.
    """
    real = os.path.realpath(path)
    made = _missing(real)
    try:
        _refuse_memory(real, os.stat(os.path.dirname(made[0]) if made else real).st_dev)
        os.makedirs(real, mode=0o700, exist_ok=True)
        root = os.open(real, FOLDER)
    except OSError as error:
        _remove(made)
        raise cannot_write(path, error) from error
    opened = [root]
    try:
        _refuse_memory(real, os.fstat(root).st_dev)
        with contextlib.suppress(FileExistsError):
            os.mkdir(STAGING, 0o700, dir_fd=root)
            made.append(os.path.join(real, STAGING))
        staging = os.open(STAGING, FOLDER, dir_fd=root)
        opened.append(staging)
        lock = os.open("lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600,
                       dir_fd=staging)  # fmt: skip
        opened.append(lock)
        _take(lock)
    except BlockingIOError as error:
        _close(opened)
        said = f"another pull is filling {clean(path)}"
        raise PullError(PullFault.BUSY, said, hint="Wait for it, or pull elsewhere") from error
    except OSError as error:
        _close(opened)
        raise cannot_write(path, error) from error
    except PullError:
        _close(opened)
        raise
    return Target(real, root, staging, lock, Folders(root), tuple(made))


def _take(lock: int) -> None:
    """Takes the lock; the hands of a pull that was killed a moment ago let go of it at once.

    Raises:
        BlockingIOError: another pull has it.
    """
    ends = time.monotonic() + LET_GO_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= ends:
                raise
            time.sleep(0.02)
        else:
            return


def _missing(path: str) -> list[str]:
    """The folders on the way to a path that are not there, outermost first."""
    found: list[str] = []
    while not os.path.lexists(path):
        found.insert(0, path)
        path = os.path.dirname(path)
    return found


def _remove(made: Sequence[str]) -> None:
    """Removes folders that were made and are empty, innermost first."""
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def cannot_write(path: str, error: OSError) -> PullError:
    """The error that says why a target cannot be written."""
    is_in_the_way = error.errno in (errno.EEXIST, errno.ENOTDIR)
    why = "what lies there, or on the way, is no folder" if is_in_the_way else places.why(error)
    said = f"{clean(path)} cannot be written: {why}"
    if error.errno in _FULL:
        hint = "Make room and give the same command: it goes on where it ended"
        return PullError(PullFault.NO_ROOM, said, hint=hint)
    return PullError(PullFault.NOT_WRITABLE, said, hint="Name a folder of your own with --to")


def _refuse_memory(path: str, device: int) -> None:
    kind = file_system(device)
    if kind in IN_MEMORY:
        said = f"{clean(path)} lies in memory ({kind}): what is pulled there is lost at a reboot"
        raise PullError(PullFault.IN_MEMORY, said, hint="Name a folder on a disk with --to")


def file_system(device: int) -> str:
    """The type of the file system with that device number; empty when it cannot be told.

    A line of /proc/self/mountinfo::

        36 35 0:27 / /dev/shm rw,nosuid,nodev shared:2 - tmpfs tmpfs rw,inode64
    """
    wanted = f"{os.major(device)}:{os.minor(device)}"
    found = ""
    with contextlib.suppress(OSError), open("/proc/self/mountinfo", encoding="utf-8") as table:
        for line in table:
            fields = line.split()
            if len(fields) > 2 and fields[2] == wanted and "-" in fields[6:]:
                found = fields[fields.index("-", 6) + 1]
    return found


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
