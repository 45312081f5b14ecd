"""The tables of an HDF5 file: exact reads, checksums, and the two kinds of B-tree.

Layouts: HDF5 File Format Specification 3.0, III.A and III.G; `H5checksum.c` of HDF5 1.14.
"""

from __future__ import annotations

import struct
from typing import Dict, Iterator, List, Sequence, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._content import File

_READS_MAX = 500_000
_TABLE_MAX = 64 << 20
SUMMED_MAX = 64 << 20
_SUMMED_BRIEF = 128 << 10
"""Bytes of tables whose checksum is made: pure Python makes a few megabytes a second. Where only the
structure is wanted it is less."""
_DEPTH_MAX = 64
_MASK = 0xFFFFFFFF


class Cursor:
    """Bytes of a table, read forward."""

    __slots__ = ("at", "data", "kind", "place")

    def __init__(self, data: bytes, kind: str, place: int = -1) -> None:
        self.data, self.kind, self.place, self.at = data, kind, place, 0

    @property
    def what(self) -> str:
        """What it is of, and where."""
        return self.kind if self.place < 0 else f"{self.kind} at byte {self.place}"

    @property
    def left(self) -> int:
        """How many bytes are still to be read."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            Broken: there are fewer.
        """
        at = self.at
        if not 0 <= count <= len(self.data) - at:
            raise Broken(f"{self.what} is shorter than what it holds")
        self.at = end = at + count
        return self.data[at:end]

    def number(self, count: int) -> int:
        """The next bytes as a number."""
        return int.from_bytes(self.take(count), "little")


class Tables:
    """What is read of a file, with the widths of its addresses and lengths; so much and no more.

    `unsummed` are the bytes of tables whose checksum was not made. `cached` is where groups lie by what
    names them, which the library believes without a look.
    """

    def __init__(self, file: File, wide: int, long: int) -> None:
        self.file, self.wide, self.long = file, wide, long
        self.nowhere = (1 << 8 * wide) - 1
        self.reads = self.summed = self.unsummed = 0
        self.cached: Dict[int, bytes] = {}
        self.summed_max = _SUMMED_BRIEF if file.is_brief else SUMMED_MAX

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
        return Cursor(self.file.read(at, count), what, at)

    def signed(self, at: int, count: int, sign: bytes, what: str) -> Cursor:
        """The bytes at an address after the four that every such table begins with."""
        found = self.cursor(at, count, what)
        if found.take(4) != sign:
            raise Broken(f"{found.what} does not begin as one")
        return found

    def summed_table(self, at: int, count: int, sign: bytes, what: str) -> Cursor:
        """The same of a table that ends in its checksum."""
        found = self.signed(at, count, sign, what)
        self._check_sum(found)
        return found

    def summed_rows(self, at: int, count: int, what: str) -> Cursor:
        """The bytes at an address that have no sign, and end in their checksum."""
        found = self.cursor(at, count, what)
        self._check_sum(found)
        return found

    def _check_sum(self, found: Cursor) -> None:
        data, told = found.data[:-4], found.data[-4:]
        found.data = data
        if self.summed + len(data) > self.summed_max:
            self.unsummed += len(data)
            return
        self.summed += len(data)
        if lookup3(data) != int.from_bytes(told, "little"):
            raise Broken(f"{found.what}: its checksum is wrong")


def lookup3(data: bytes) -> int:
    """Jenkins' lookup3 as HDF5 uses it for its tables."""
    size = len(data)
    a = b = c = (0xDEADBEEF + size) & _MASK
    if not size:
        return c
    data += b"\0" * (-size % 12)
    for one, two, three in struct.iter_unpack("<3I", data[:-12]):
        a, b, c = _mixed((a + one) & _MASK, (b + two) & _MASK, (c + three) & _MASK)
    one, two, three = struct.unpack("<3I", data[-12:])
    return _ended((a + one) & _MASK, (b + two) & _MASK, (c + three) & _MASK)


def _turned(value: int, by: int) -> int:
    return ((value << by) | (value >> (32 - by))) & _MASK


def _mixed(a: int, b: int, c: int) -> Tuple[int, int, int]:
    """One round, written out: a loop over its six steps takes three times as long."""
    a = ((a - c) & _MASK) ^ ((c << 4) & _MASK | c >> 28)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ ((a << 6) & _MASK | a >> 26)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ ((b << 8) & _MASK | b >> 24)
    b = (b + a) & _MASK
    a = ((a - c) & _MASK) ^ ((c << 16) & _MASK | c >> 16)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ ((a << 19) & _MASK | a >> 13)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ ((b << 4) & _MASK | b >> 28)
    return a, (b + a) & _MASK, c


def _ended(a: int, b: int, c: int) -> int:
    for by in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _turned(b, by)) & _MASK
        a, b, c = b, c, a
    return b


def tree(
    tables: Tables, at: int, kind: int, key: int, most: int = 0
) -> Iterator[Tuple[bytes, int]]:
    """Key and child of every leaf of a version 1 B-tree.

    Args:
        tables: the file.
        at: address of its root.
        kind: 0 for the names of a group, 1 for the chunks of a dataset.
        key: bytes of a key.
        most: what keys that are numbers are below; 0 where they are none.
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
            if most and int.from_bytes(name, "little") >= most:
                raise Broken(f"{head.what} has a key that is no name")
            if not level:
                yield name, child
                continue
            if child in seen:
                raise Broken(f"{head.what} leads back to itself")
            seen.add(child)
            below.append((child, level))
        if most and body.number(key) >= most:
            raise Broken(f"{head.what} has a key that is no name")
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
