"""Where files wait until they are whole, and stay afterwards as holds: one folder on the target's disk.

A part becomes the hold of its file: the final name is a second name of it. So nothing has to be
linked twice, and a copy that is removed leaves its hold. The folder lies in the state folder where
that is on the target's disk, else in the target's `.rgt-pull`. Parts are spread over sixteen folders:
ext4 looks for inodes near their folder, and ten thousand in one cost 640 us each, spread 77 us.
"""

import contextlib
import ctypes
import hashlib
import os
import stat
from typing import Final

from rgt_tui import places
from rgt_tui.clients.pull_folders import FOLDER
from rgt_tui.clients.pull_hand import NEW, part_path
from rgt_tui.clients.pull_names import STAGING
from rgt_tui.domain.checkpoint import FileStamp
from rgt_tui.domain.records import dataclass

SPREAD: Final = "0123456789abcdef"
"""A folder for each first digit of a part's name."""
_OLD: Final = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True)
class Parts:
    """An opened folder of parts.

    Attributes:
        path: absolute.
        index: folder in which the index of the holds lies; the same, or one in the state folder.
    """

    path: str
    index: str
    descriptor: int

    def close(self) -> None:
        """Closes the folder."""
        with contextlib.suppress(OSError):
            os.close(self.descriptor)

    def path_of(self, name: str) -> str:
        """The absolute path of a part."""
        return f"{self.path}/{part_path(name)}"

    def new(self, name: str) -> int:
        """A new part, open for reading and writing."""
        return os.open(part_path(name), NEW, 0o600, dir_fd=self.descriptor)

    def old(self, name: str) -> int | None:
        """A part that an earlier pull left; None when there is none."""
        try:
            descriptor = os.open(part_path(name), _OLD, dir_fd=self.descriptor)
        except OSError:
            return None
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        return None

    def drop(self, name: str) -> None:
        """Removes a part."""
        with contextlib.suppress(OSError):
            os.unlink(part_path(name), dir_fd=self.descriptor)

    def names(self) -> list[str]:
        """Every part."""
        return [name for first in SPREAD for name in os.listdir(os.path.join(self.path, first))]

    def stamp(self, name: str) -> FileStamp | None:
        """What a part is now; None when it is not there."""
        try:
            found = os.stat(part_path(name), dir_fd=self.descriptor, follow_symlinks=False)
        except OSError:
            return None
        return FileStamp(
            path=self.path_of(name),
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            ctime_ns=found.st_ctime_ns,
            inode=found.st_ino,
        )

    def sync(self) -> None:
        """Makes all content written so far durable, in one call for any number of files.

        syncfs(2): since Linux 5.8 it reports errors of writing back.

        Raises:
            OSError: something could not be written.
        """
        if _libc.syncfs(self.descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def open_parts(target: str, root: int, holds: str, place: str) -> Parts:
    """The folder of parts for a target and a Pod: the same in every pull.

    Args:
        target: absolute path of the target, links resolved.
        root: its descriptor; `.rgt-pull` is there.
        holds: folder of all holds.
        place: the Pod, as a manifest names it.

    Raises:
        OSError: it cannot be made.
    """
    whose = f"{place.partition('@')[0]}\0{target}".encode("utf-8", "surrogateescape")
    index = os.path.join(holds, hashlib.sha256(whose).hexdigest()[:16])
    places.ensure_private(holds)
    places.ensure_private(index)
    path = index
    if os.stat(index).st_dev != os.fstat(root).st_dev:
        path = os.path.join(target, STAGING, "holds")
        places.ensure_private(path)
    for first in SPREAD:
        places.ensure_private(os.path.join(path, first))
    return Parts(path, index, os.open(path, FOLDER))


_libc: Final = ctypes.CDLL(None, use_errno=True)
