"""Temporary folders of ours, and what is left of them where a program was killed.

Each holds a file that its program keeps locked; the system lets go of the lock when the program
ends, however it ends. So a folder whose lock is to be had is nobody's, and the next program that
wants one removes it. What has no such file is never touched, nor what belongs to another user.
Source: flock(2); `shutil.rmtree` follows no links where it works by descriptors, as on Linux.
"""

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_OURS: Final = re.compile(r"rgt-(?:demo|sim|sdk)-\w{8}", re.ASCII)
_HELD: Final = ".held"
_MADE: Final = ".held.new"
"""Its name until it is locked, so that a file of the right name is never seen unlocked."""

_MEMORY: Final = Path("/dev/shm")  # noqa: S108  # the folder made in it is private
"""Where Linux keeps a file system in memory; source: shm_overview(7)."""
_MEMORY_LEAST: Final = 256 << 20
"""Bytes that must be free there. A container may have 64 MB in all, which programs need."""


@contextlib.contextmanager
def scratch(kind: str, root: Path | None = None) -> Iterator[Path]:
    """A private temporary folder, gone at the end; what killed programs left is removed before.

    Args:
        kind: `demo`, `sim` or `sdk`.
        root: where it is made; the system's place for temporary files when None.
    """
    root = Path(tempfile.gettempdir()) if root is None else root
    sweep(root)
    folder = Path(tempfile.mkdtemp(prefix=f"rgt-{kind}-", dir=root))
    try:
        with _held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory() -> Path | None:
    """Where many small files cost no disk; None when there is no such place with room to spare."""
    with contextlib.suppress(OSError):
        room = os.statvfs(_MEMORY)
        if os.access(_MEMORY, os.W_OK | os.X_OK) and room.f_bavail * room.f_frsize >= _MEMORY_LEAST:
            return _MEMORY
    return None


def sweep(root: Path) -> None:
    """Removes our folders in `root` whose program is no more."""
    with contextlib.suppress(OSError):
        for name in os.listdir(root):
            if _OURS.fullmatch(name):
                with contextlib.suppress(OSError):
                    _remove_if_left(root / name)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
    lock = os.open(folder / _MADE, flags, 0o600)
    try:
        with contextlib.suppress(OSError):  # no locks on that file system: it is not swept either
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.rename(folder / _MADE, folder / _HELD)
        yield
    finally:
        os.close(lock)


def _remove_if_left(folder: Path) -> None:
    """Removes it where it is our own and nobody holds it.

    Raises:
        OSError: it is no folder, or somebody holds it, or it holds no such file.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    opened = os.open(folder, flags | os.O_DIRECTORY)
    try:
        found = os.fstat(opened)
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            return
        lock = os.open(_HELD, flags, dir_fd=opened)
        try:
            if stat.S_ISREG(os.fstat(lock).st_mode):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
    finally:
        os.close(opened)
