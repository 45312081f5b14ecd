"""The tables of an HDF5 file: exact reads, checksums, and the two kinds of B-tree.

Layouts: HDF5 File Format Specification 3.0, III.A and III.G; `H5checksum.c` of HDF5 1.14.
"""

from __future__ import annotations

from typing import Iterator, List, Sequence, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._content import File

_READS_MAX = 500_000
_TABLE_MAX = 64 << 20
_SUMMED_MAX = 4 << 20
"""Bytes of tables whose checksum is made: pure Python makes two or three megabytes a second."""
_DEPTH_MAX = 64
_MASK = 0xFFFFFFFF


class Cursor:
    """Bytes of a table, read forward."""

    def __init__(self, data: bytes, what: str) -> None:
        self.data, self.what, self.at = data, what, 0

    @property
    def left(self) -> int:
        """How many bytes are still to be read."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            Broken: there are fewer.
        """
        if not 0 <= count <= self.left:
            raise Broken(f"{self.what} is shorter than what it holds")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, count: int) -> int:
        """The next bytes as a number."""
        return int.from_bytes(self.take(count), "little")


class Tables:
    """What is read of a file, with the widths of its addresses and lengths; so much and no more."""

    def __init__(self, file: File, wide: int, long: int) -> None:
        self.file, self.wide, self.long = file, wide, long
        self.nowhere = (1 << 8 * wide) - 1
        self.reads = self.summed = 0

    def cursor(self, at: int, count: int, what: str) -> Cursor:
        """The bytes at an address.

        Raises:
            Broken: they are not all within the file.
            Unsure: too much was read already.
        """
        self.reads += 1
        if self.reads > _READS_MAX or _TABLE_MAX < count <= self.file.size:
            raise Unsure("its tables are more than are read")
        if at < 0 or at + count > self.file.size:
            raise Broken(f"{what} lies at byte {at}, the file ends at {self.file.size}")
        return Cursor(self.file.read(at, count), f"{what} at byte {at}")

    def signed(self, at: int, count: int, sign: bytes, what: str) -> Cursor:
        """The bytes at an address after the four that every such table begins with."""
        found = self.cursor(at, count, what)
        if found.take(4) != sign:
            raise Broken(f"{found.what} does not begin as one")
        return found

    def summed_table(self, at: int, count: int, sign: bytes, what: str) -> Cursor:
        """The same of a table that ends in its checksum."""
        found = self.signed(at, count, sign, what)
        self.summed += count
        if self.summed <= _SUMMED_MAX and lookup3(found.data[:-4]) != int.from_bytes(
            found.data[-4:], "little"
        ):
            raise Broken(f"{found.what}: its checksum is wrong")
        found.data = found.data[:-4]
        return found


def lookup3(data: bytes) -> int:
    """Jenkins' lookup3 as HDF5 uses it for its tables."""
    size = len(data)
    a = b = c = (0xDEADBEEF + size) & _MASK
    if not size:
        return c
    data += b"\0" * (-size % 12)
    for at in range(0, len(data), 12):
        a = (a + int.from_bytes(data[at : at + 4], "little")) & _MASK
        b = (b + int.from_bytes(data[at + 4 : at + 8], "little")) & _MASK
        c = (c + int.from_bytes(data[at + 8 : at + 12], "little")) & _MASK
        if at + 12 < len(data):
            a, b, c = _mixed(a, b, c)
    return _ended(a, b, c)


def _turned(value: int, by: int) -> int:
    return ((value << by) | (value >> (32 - by))) & _MASK


def _mixed(a: int, b: int, c: int) -> Tuple[int, int, int]:
    for by in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & _MASK) ^ _turned(c, by)
        c = (c + b) & _MASK
        a, b, c = b, c, a
    return a, b, c


def _ended(a: int, b: int, c: int) -> int:
    for by in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _turned(b, by)) & _MASK
        a, b, c = b, c, a
    return b


def tree(tables: Tables, at: int, kind: int, key: int) -> Iterator[Tuple[bytes, int]]:
    """Key and child of every leaf of a version 1 B-tree.

    Args:
        tables: the file.
        at: address of its root.
        kind: 0 for the names of a group, 1 for the chunks of a dataset.
        key: bytes of a key.
    """
    seen = {at}
    waiting: List[Tuple[int, int]] = [(at, -1)]
    fixed = 8 + 2 * tables.wide
    while waiting:
        where, above = waiting.pop()
        head = tables.signed(where, fixed, b"TREE", "a B-tree")
        got, level, count = head.number(1), head.number(1), head.number(2)
        if got != kind or level > _DEPTH_MAX or (above >= 0 and level != above - 1):
            raise Broken(f"{head.what} is of another kind or level")
        body = tables.cursor(where + fixed, count * (key + tables.wide) + key, "a B-tree")
        below: List[Tuple[int, int]] = []
        for _ in range(count):
            name, child = body.take(key), body.number(tables.wide)
            if not level:
                yield name, child
                continue
            if child in seen:
                raise Broken(f"{head.what} leads back to itself")
            seen.add(child)
            below.append((child, level))
        waiting += reversed(below)


def width(largest: int) -> int:
    """Bytes that HDF5 gives a number that is at most so large."""
    return (max(1, largest).bit_length() - 1) // 8 + 1


def records(tables: Tables, at: int, kinds: Sequence[int]) -> Iterator[Tuple[int, bytes]]:
    """Every record of a version 2 B-tree, with the tree's kind."""
    wide = tables.wide
    head = tables.summed_table(at, 22 + wide + tables.long, b"BTHD", "a B-tree")
    version, kind, node, size, depth = (head.number(n) for n in (1, 1, 4, 2, 2))
    head.take(2)
    root, count = head.number(wide), head.number(2)
    if version or kind not in kinds or depth > _DEPTH_MAX or not size or node < 10 + size:
        raise Broken(f"{head.what} is of another kind")
    if root == tables.nowhere:
        return
    most = [(node - 10) // size]
    total = list(most)
    pointers = [0]
    for level in range(1, depth + 1):
        pointer = wide + width(most[0]) + (width(total[-1]) if level > 1 else 0)
        most.append((node - 10 - pointer) // (size + pointer))
        total.append((most[-1] + 1) * total[-1] + most[-1])
        pointers.append(pointer)
    waiting = [(root, count, depth)]
    while waiting:
        where, count, level = waiting.pop()
        if count > most[level]:
            raise Broken(f"a node of {head.what} has more records than it has room for")
        held = 10 + count * size + (count + 1) * pointers[level] * bool(level)
        sign = b"BTIN" if level else b"BTLF"
        one = tables.summed_table(where, held, sign, "a node of a B-tree")
        if one.take(2) != bytes([0, kind]):
            raise Broken(f"{one.what} is of another kind")
        for _ in range(count):
            yield kind, one.take(size)
        for _ in range(count + 1 if level else 0):
            part = Cursor(one.take(pointers[level]), one.what)
            waiting.append((part.number(wide), part.number(width(most[0])), level - 1))
