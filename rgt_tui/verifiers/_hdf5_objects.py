"""The objects of an HDF5 file: the messages of their headers, and the names in their groups.

Layouts: HDF5 File Format Specification 3.0, III.B to III.G and IV.A.
"""

from __future__ import annotations

from typing import Iterator, List, NamedTuple, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._hdf5_tables import Cursor, Tables, records, tree, width

LINK_INFO, LINK, DATATYPE, DATASPACE, OUTSIDE, LAYOUT, FILTERS = 2, 6, 3, 1, 7, 8, 11
_GOES_ON, _NAMES = 0x10, 0x11
_BLOCKS_MAX = 10_000
_OBJECTS_MAX = 100_000
_HARD, _SOFT = 0, 1
_NO_BLOCK = 1
"""What stands for the end of a chain of free blocks (`H5HL_FREE_NULL`)."""


class Message(NamedTuple):
    """One message of an object's header; a shared one is said at another place."""

    kind: int
    is_shared: bool
    body: bytes


class Thing(NamedTuple):
    """An object that is no group, by the first path that leads to it."""

    name: str
    messages: List[Message]


def messages_at(tables: Tables, at: int) -> List[Message]:
    """All messages of the object header at an address."""
    start = tables.cursor(at, 4, "an object's header")
    if start.data == b"OHDR":
        return _second(tables, at)
    if start.data[0] != 1:
        raise Broken(f"{start.what} does not begin as one")
    head = tables.cursor(at, 16, "an object's header")
    head.take(2)
    count = head.number(2)
    head.take(4)
    return _first(tables, [(at + 16, head.number(4))], count)


def _first(tables: Tables, blocks: List[Tuple[int, int]], count: int) -> List[Message]:
    found: List[Message] = []
    for number, (at, size) in enumerate(blocks):
        _check_blocks(number)
        block = tables.cursor(at, size, "an object's header")
        while block.left >= 8 and len(found) < count:
            kind, length, flags = block.number(2), block.number(2), block.number(1)
            block.take(3)
            if length % 8:
                raise Broken(f"{block.what} has a message that is not aligned")
            body = block.take(length)
            found.append(Message(kind, bool(flags & 2), body))
            if kind == _GOES_ON:
                blocks.append(_further(tables, body))
    if len(found) < count:
        raise Broken(f"an object's header at byte {blocks[0][0] - 16} holds too few messages")
    return found


def _second(tables: Tables, at: int) -> List[Message]:
    flags = tables.cursor(at, 6, "an object's header").data[5]
    prefix = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    wide = 1 << (flags & 3)
    size = tables.cursor(at + prefix, wide, "an object's header").number(wide)
    block = tables.summed_table(at, prefix + wide + size + 4, b"OHDR", "an object's header")
    block.take(prefix + wide - 4)
    blocks: List[Tuple[int, int]] = []
    found: List[Message] = []
    _take_second(tables, block, flags, (found, blocks))
    for number, (where, length) in enumerate(blocks):
        _check_blocks(number)
        block = tables.summed_table(where, length, b"OCHK", "a part of an object's header")
        _take_second(tables, block, flags, (found, blocks))
    return found


def _take_second(
    tables: Tables, block: Cursor, flags: int,
    to: Tuple[List[Message], List[Tuple[int, int]]],
) -> None:  # fmt: skip
    found, blocks = to
    head = 6 if flags & 4 else 4
    while block.left >= head:
        kind, length, marks = block.number(1), block.number(2), block.number(1)
        block.take(head - 4)
        body = block.take(length)
        found.append(Message(kind, bool(marks & 2), body))
        if kind == _GOES_ON:
            blocks.append(_further(tables, body))


def _further(tables: Tables, body: bytes) -> Tuple[int, int]:
    place = Cursor(body, "the rest of an object's header")
    return place.number(tables.wide), place.number(tables.long)


def _check_blocks(number: int) -> None:
    if number > _BLOCKS_MAX:
        raise Broken("an object's header has more parts than any writer makes")


def body_of(tables: Tables, found: Message) -> bytes:
    """What a message says, read where it is shared.

    Raises:
        Unsure: it lies in a heap of shared messages.
    """
    if not found.is_shared:
        return found.body
    place = Cursor(found.body, "a shared message")
    version, kind = place.number(1), place.number(1)
    if version == 1:
        place.take(6)
    if version == 3 and kind == 1:
        raise Unsure("a message lies in a heap of shared ones, which is not read")
    at = place.number(tables.wide)
    for other in messages_at(tables, at):
        if other.kind == found.kind and not other.is_shared:
            return other.body
    raise Broken(f"the object at byte {at} does not hold what others share of it")


def things(tables: Tables, root: int, outside: List[str]) -> Iterator[Thing]:
    """Every object that is no group; names of links to other files go to `outside`."""
    seen = {root}
    waiting = [("", root)]
    while waiting:
        path, at = waiting.pop()
        messages = messages_at(tables, at)
        kinds = {one.kind for one in messages}
        cached = tables.cached.pop(at, None)
        if cached is not None and not any(
            one.kind == _NAMES and one.body.startswith(cached) for one in messages
        ):
            raise Broken(f"the group {path or '/'!r} lies elsewhere than what names it says")
        if LAYOUT in kinds:
            yield Thing(path, messages)
            continue
        below: List[Tuple[str, int]] = []
        for name, child in _links(tables, messages, outside):
            if child in seen:
                continue
            seen.add(child)
            if len(seen) > _OBJECTS_MAX:
                raise Unsure(f"it holds more than {_OBJECTS_MAX} objects")
            below.append((f"{path}/{name}".lstrip("/"), child))
        waiting += reversed(below)


def _links(
    tables: Tables, messages: List[Message], outside: List[str]
) -> Iterator[Tuple[str, int]]:
    """Name and header of everything in a group; links by name are left out."""
    for one in messages:
        if one.kind == _NAMES:
            place = Cursor(one.body, "a group")
            yield from _symbols(tables, place.number(tables.wide), place.number(tables.wide))
        elif one.kind == LINK:
            yield from _link(tables, Cursor(one.body, "a link"), outside)
        elif one.kind == LINK_INFO:
            place = Cursor(one.body, "a group")
            version, flags = place.number(1), place.number(1)
            place.take(8 if flags & 1 else 0)
            heap, names = place.number(tables.wide), place.number(tables.wide)
            if version:
                raise Unsure(f"a group of version {version} is not known")
            if heap != tables.nowhere and names != tables.nowhere:
                yield from _dense(tables, heap, names, outside)


def _symbols(tables: Tables, at: int, heap: int) -> Iterator[Tuple[str, int]]:
    wide, long = tables.wide, tables.long
    head = tables.signed(heap, 8 + 2 * long + wide, b"HEAP", "a heap of names")
    if head.number(4) & 0xFF:
        raise Broken(f"{head.what} is of a version that no writer makes")
    size, free = head.number(long), head.number(long)
    names = tables.cursor(head.number(wide), size, "a heap of names").data
    _check_free(names, free, long, head.what)
    before = b""
    for _, node in tree(tables, at, 0, long, size):
        top = tables.signed(node, 8, b"SNOD", "a list of names")
        if top.number(1) != 1:
            raise Broken(f"{top.what} is of a version that no writer makes")
        top.take(1)
        count = top.number(2)
        rows = tables.cursor(node + 8, count * (2 * wide + 24), "a list of names")
        for _ in range(count):
            name, child, cache = rows.number(wide), rows.number(wide), rows.number(4)
            rows.take(4)
            cached = rows.take(16)
            end = names.find(b"\0", name)
            if not 0 <= name < size or end < 0 or cache > 2:
                raise Broken(f"{rows.what} names what its heap does not hold")
            if names[name:end] <= before:
                raise Broken(f"{rows.what} is not in order: names in it are not found")
            before = names[name:end]
            if cache == 1:
                tables.cached[child] = cached[: 2 * wide]
            if cache != 2:
                yield before.decode("utf-8", "replace"), child


def _check_free(heap: bytes, at: int, long: int, what: str) -> None:
    """The free blocks of a heap are a chain within it; the library reads none of it otherwise."""
    seen = 0
    while at != _NO_BLOCK:
        following, size = (
            int.from_bytes(heap[at + n * long : at + (n + 1) * long], "little") for n in (0, 1)
        )
        seen += size
        if at % 8 or size < 2 * long or at + size > len(heap) or seen > len(heap):
            raise Broken(f"{what}: its free blocks are no chain")
        at = following


def _link(tables: Tables, body: Cursor, outside: List[str]) -> Iterator[Tuple[str, int]]:
    version, flags = body.number(1), body.number(1)
    if version != 1:
        raise Unsure(f"a link of version {version} is not known")
    kind = body.number(1) if flags & 8 else _HARD
    body.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = body.take(body.number(1 << (flags & 3))).decode("utf-8", "replace")
    if kind == _HARD:
        yield name, body.number(tables.wide)
    elif kind != _SOFT:
        outside.append(name)


def _dense(tables: Tables, heap: int, names: int, outside: List[str]) -> Iterator[Tuple[str, int]]:
    """Links of a group of many, which lie in a heap of their own."""
    store = _Heap(tables, heap)
    for _, record in records(tables, names, (5,)):
        yield from _link(tables, Cursor(store.read(record[4:]), "a link"), outside)


class _Heap:
    """A fractal heap: blocks that double in size, row by row; only its plain objects are read."""

    def __init__(self, tables: Tables, at: int) -> None:
        self.tables = tables
        wide, long = tables.wide, tables.long
        head = tables.summed_table(at, 26 + 3 * wide + 12 * long, b"FRHP", "a heap")
        self.what = head.what
        version, _, filters, _, most = (head.number(n) for n in (1, 2, 2, 1, 4))
        if version or filters:
            raise Unsure(f"{head.what} is of a version or packed in a way that is not read")
        head.take(2 * wide + 10 * long)
        self.columns, self.first, self.largest = (head.number(n) for n in (2, long, long))
        bits = head.number(2)
        head.take(2)
        self.root, self.rows = head.number(wide), head.number(2)
        self.offset = (bits + 7) // 8
        self.length = min(width(self.largest), width(most))
        if not self.columns or not self.first or self.first & (self.first - 1):
            raise Broken(f"{head.what} is damaged")
        self.direct = (self.largest // self.first).bit_length() + 1

    def read(self, name: bytes) -> bytes:
        """The object of this name."""
        place = Cursor(name, "an object of a heap")
        if place.number(1) & 0xF0:
            raise Unsure("an object of a heap lies outside its blocks, where nothing is read")
        offset, length = place.number(self.offset), place.number(self.length)
        at, start, size = self._block(offset)
        if offset + length > start + size:
            raise Broken(f"an object of {self.what} is larger than its block")
        return self.tables.cursor(at + offset - start, length, "an object of a heap").data

    def _block(self, offset: int) -> Tuple[int, int, int]:
        """Address, offset in the heap and size of the block that holds an offset."""
        at, rows, start = self.root, self.rows, 0
        if not rows:
            self._check(at, b"FHDB")
            return at, 0, self.first
        while True:
            row, column, size, begin = self._cell(offset - start)
            if row >= rows:
                raise Broken(f"an object of {self.what} lies outside its blocks")
            self._check(at, b"FHIB")
            cell = row * self.columns + column
            where = at + 5 + self.tables.wide + self.offset + cell * self.tables.wide
            child = self.tables.cursor(where, self.tables.wide, "a block of a heap")
            at, start = child.number(self.tables.wide), start + begin
            if row < self.direct:
                self._check(at, b"FHDB")
                return at, start, size
            rows = (size // (self.first * self.columns)).bit_length()

    def _cell(self, offset: int) -> Tuple[int, int, int, int]:
        """Row, column, size and beginning of the cell of an indirect block."""
        across = self.first * self.columns
        row = (offset // across).bit_length()
        size = self.first << max(0, row - 1)
        begin = across << (row - 1) if row else 0
        column = (offset - begin) // size
        return row, column, size, begin + column * size

    def _check(self, at: int, sign: bytes) -> None:
        self.tables.signed(at, 5 + self.tables.wide + self.offset, sign, "a block of a heap")
