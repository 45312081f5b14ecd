"""Folders below a pull's target, reached by descriptors only. Light: a hand's process loads it.

No path is ever opened by its whole name: folders are opened one by one with O_NOFOLLOW, so that
nothing in the target, and no name from a Pod, leads outside.
"""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # without `typing`, which would be half of what a hand's process loads
    from typing import Final

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_MAX: Final = 128


class Occupied(Exception):
    """There is something of that name already, or in the way to it. Its text is not clean."""


class Folders:
    """Folders below one, each kept open for the next file that goes there."""

    def __init__(self, root: int) -> None:
        """Opens nothing yet; the descriptor stays its owner's."""
        self._root: Final = root
        self._open: Final[dict[str, int]] = {}

    def get(self, relative: str, *, make: bool = False) -> int:
        """The descriptor of a folder, valid until the next call; `make` makes what is missing.

        Raises:
            Occupied: something that is no folder lies in the way.
            OSError: it cannot be opened or made.
        """
        if not relative:
            return self._root
        known = self._open.get(relative)
        if known is not None:
            return known
        above, _, name = relative.rpartition("/")
        parent = self.get(above, make=make)
        if make:
            _make(name, parent)
        try:
            descriptor = os.open(name, FOLDER, dir_fd=parent)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):
                raise Occupied(f"{relative} is no folder here") from error
            raise
        if len(self._open) >= _OPEN_MAX:
            self.close()
        self._open[relative] = descriptor
        return descriptor

    def close(self) -> None:
        """Closes all that were opened; they open again when asked for."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()


def _make(name: str, parent: int) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=parent)
    except FileExistsError:
        return
