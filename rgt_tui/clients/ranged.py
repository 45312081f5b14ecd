"""A file on a network volume as verifiers want it: read by ranges, in blocks that are kept."""

from collections.abc import Callable, Mapping
from typing import Final

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._folder import Folder

BLOCK: Final = 64 * 1024
"""Bytes of one block: a round trip costs more than the bytes, and tables lie close together."""
BYTES_MAX: Final = 32 * 1024 * 1024
CALLS_MAX: Final = 600
"""What one file may cost: the records of a large zip archive are read one by one."""

Fetch = Callable[[int, int], bytes]
"""From where to begin and how many bytes to these bytes; waits for them."""


class Blocks:
    """The blocks of one object that were read, and what that may cost."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size = size
        self._fetch = fetch
        self._blocks: dict[int, bytes] = {}
        self._calls = 0

    def read(self, at: int, count: int) -> bytes:
        """Exactly these bytes, which must lie within the object.

        Raises:
            Unsure: it is shorter than it was listed, or too much of it would be read.
        """
        if not count:
            return b""
        first, last = at // BLOCK, (at + count - 1) // BLOCK
        self._load([n for n in range(first, last + 1) if n not in self._blocks])
        found = b"".join(self._blocks[n] for n in range(first, last + 1))
        return found[at - first * BLOCK :][:count]

    def _load(self, missing: list[int]) -> None:
        while missing:
            run = 1
            while run < len(missing) and missing[run] == missing[0] + run:
                run += 1
            self._load_run(missing[0], run)
            missing = missing[run:]

    def _load_run(self, first: int, run: int) -> None:
        self._calls += 1
        if self._calls > CALLS_MAX or (len(self._blocks) + run) * BLOCK > BYTES_MAX:
            raise Unsure(
                f"its tables need more than {CALLS_MAX} reads or {BYTES_MAX >> 20} MiB from "
                "outside: verify it in a Pod, or a copy of it"
            )
        start = first * BLOCK
        count = min(run * BLOCK, self.size - start)
        found = self._fetch(start, count)
        if len(found) != count:
            raise Unsure("it became shorter while it was read")
        for n in range(run):
            self._blocks[first + n] = found[n * BLOCK : (n + 1) * BLOCK]


class RangedFile(File):
    """An object, or a part of one; it has no descriptor, and nothing beside it can be seen."""

    is_alone = True

    def __init__(self, name: str, blocks: Blocks) -> None:
        self.path = self.name = name
        self.fd = -1
        self.start, self.size = 0, blocks.size
        self.stamp = (blocks.size, 0, 0, 0)
        self._blocks = blocks

    def read(self, offset: int, count: int) -> bytes:
        """Exactly `count` bytes at `offset`.

        Raises:
            Broken: the file ends before.
            Unsure: too much of it would be read.
        """
        self.require(offset, count)
        return self._blocks.read(self.start + offset, count)

    def close(self) -> None:
        """There is nothing to close."""


class RangedFolder(Folder):
    """A folder of a listing, whose files are read by ranges: for the checks of groups.

    Args:
        path: its key, without a slash at its ends.
        sizes: bytes of every object of the listing by key.
        opened: gives the content of an object by key.
    """

    def __init__(self, path: str, sizes: Mapping[str, int], opened: Callable[[str], Fetch]) -> None:
        self.path = path
        self.name = path.rpartition("/")[2]
        self.others = []
        self._sizes = sizes
        self._opened = opened
        prefix = f"{path}/" if path else ""
        inside = [key[len(prefix) :] for key in sizes if key.startswith(prefix)]
        self.files = sorted(name for name in inside if name and "/" not in name)
        self.folders = sorted({name.partition("/")[0] for name in inside if "/" in name})

    def size(self, name: str) -> int:
        """Bytes of an object that must be there.

        Raises:
            Broken: it is missing.
        """
        found = self._sizes.get(self.within(name))
        if found is None:
            raise Broken(f"{name} is missing")
        return found

    def open(self, name: str) -> File:
        """An object that must be there.

        Raises:
            Broken: it is missing.
        """
        size, key = self.size(name), self.within(name)
        return RangedFile(name.rpartition("/")[2], Blocks(size, self._opened(key)))

    def parent(self) -> Folder:
        """The folder above."""
        return RangedFolder(self.path.rpartition("/")[0], self._sizes, self._opened)
