"""The indexes of chunks of HDF5: which chunk of a dataset lies where.

Layouts: HDF5 File Format Specification 3.0, VII; `H5EAhdr.c`, `H5EAdblock.c` and `H5Dearray.c` of
HDF5 1.14 for arrays that grow.
"""

from __future__ import annotations

import struct
from typing import Iterator, List, NamedTuple, Sequence, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._hdf5_datasets import Chunking, Dataset
from rgt_tui.verifiers._hdf5_tables import Cursor, Tables, records, tree

CHUNKS_MAX = 1_000_000
_WHAT = "an index of chunks"
_BITS_MAX = 64


class Chunk(NamedTuple):
    """One chunk: where its bytes lie, how many, the filters left out, and its first element."""

    at: int
    size: int
    mask: int
    first: Tuple[int, ...]


def bytes_of(one: Dataset, how: Chunking) -> int:
    """Bytes of a whole chunk, unpacked."""
    size = one.item
    for step in how.shape:
        size *= step
    return size


def count_of(shape: Sequence[int], steps: Sequence[int]) -> int:
    """How many chunks a shape is cut into."""
    count = 1
    for length, step in zip(shape, steps):
        count *= -(-length // step)
    return count


def indexed(tables: Tables, one: Dataset, how: Chunking) -> Iterator[Chunk]:
    """Every chunk of an index, those that were never written, too.

    Raises:
        Unsure: it is of a kind that is not read here.
    """
    whole = bytes_of(one, how)
    if how.by == 0:
        return _by_tree(tables, how)
    if how.by == 1:
        size, mask = how.single if one.filters else (whole, 0)
        return iter([Chunk(how.at, size or whole, mask, (0,) * len(how.shape))])
    if how.by == 2:
        return (
            Chunk(how.at + number * whole, whole, 0, _first(number, one.shape, how.shape))
            for number in range(count_of(one.shape, how.shape))
        )
    if how.by == 3:
        return _by_fixed(tables, one, how)
    if how.by == 4:
        return _by_growing(tables, one, how)
    if how.by == 5:
        return _by_records(tables, one, how)
    raise Unsure(f"{one.name}: its chunks are indexed in a way that is not read here ({how.by})")


def _first(number: int, shape: Sequence[int], steps: Sequence[int]) -> Tuple[int, ...]:
    """The first element of the chunk of this number, in rows."""
    found: List[int] = []
    for length, step in zip(reversed(shape), reversed(steps)):
        number, place = divmod(number, max(1, -(-length // step)))
        found.append(place * step)
    return tuple(reversed(found))


def _by_tree(tables: Tables, how: Chunking) -> Iterator[Chunk]:
    rank = len(how.shape)
    head = struct.Struct(f"<2I{rank}Q")
    for key, at in tree(tables, how.at, 1, 16 + 8 * rank):
        size, mask, *first = head.unpack_from(key)
        yield Chunk(at, size, mask, tuple(first))


def _by_records(tables: Tables, one: Dataset, how: Chunking) -> Iterator[Chunk]:
    rank, wide, whole = len(how.shape), tables.wide, bytes_of(one, how)
    for kind, row in records(tables, how.at, (10, 11)):
        tail = len(row) - 8 * rank
        size = _number(row, wide, tail - wide - 4) if kind == 11 else whole
        mask = _number(row, tail - 4, 4) if kind == 11 else 0
        first = tuple(_number(row, tail + 8 * axis, 8) * how.shape[axis] for axis in range(rank))
        yield Chunk(_number(row, 0, wide), size, mask, first)


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _most(one: Dataset) -> List[int]:
    """The largest shape, by which arrays number their chunks."""
    return [n if n is not None else length for n, length in zip(one.most, one.shape)]


def _by_fixed(tables: Tables, one: Dataset, how: Chunking) -> Iterator[Chunk]:
    """A fixed array: one row for each chunk there can be, in pages where they are many."""
    wide = tables.wide
    head = tables.summed_table(how.at, 12 + tables.long + wide, b"FAHD", _WHAT)
    version, kind, entry, bits = (head.number(1) for _ in range(4))
    count, at = head.number(tables.long), head.number(wide)
    if version or kind > 1 or entry < wide + 5 * kind or bits > _BITS_MAX or count > CHUNKS_MAX:
        raise Unsure(f"{head.what} is of a version or size that is not read")
    if at == tables.nowhere:
        return
    most, whole = _most(one), bytes_of(one, how)
    for number, row in _fixed_rows(tables, at, (count, entry, 1 << bits)):
        yield _chunk(tables, row, (kind, whole), _first(number, most, how.shape))


def _chunk(tables: Tables, row: bytes, how: Tuple[int, int], first: Tuple[int, ...]) -> Chunk:
    """A row of an array: an address, and where chunks are packed their size and filters left out."""
    wide, entry, (is_packed, whole) = tables.wide, len(row), how
    size = _number(row, wide, entry - wide - 4) if is_packed else whole
    return Chunk(_number(row, 0, wide), size, _number(row, entry - 4, 4) * is_packed, first)


Rows = Iterator[Tuple[int, bytes]]
"""Rows of an array by their number."""


def _fixed_rows(tables: Tables, at: int, sizes: Tuple[int, int, int]) -> Rows:
    """The rows of a fixed array by their number, without pages that were never written."""
    count, entry, page = sizes
    fixed = 6 + tables.wide
    if count <= page:
        block = tables.summed_table(at, fixed + count * entry + 4, b"FADB", _WHAT)
        block.take(fixed - 4)
        yield from ((number, block.take(entry)) for number in range(count))
        return
    pages = -(-count // page)
    marks = (pages + 7) // 8
    block = tables.summed_table(at, fixed + marks + 4, b"FADB", _WHAT)
    block.take(fixed - 4)
    written = _marked(block.take(marks), range(pages))
    yield from _paged_rows(tables, at + fixed + marks + 4, written, (range(count), page, entry))


def _marked(marks: bytes, pages: Sequence[int]) -> List[bool]:
    """Of these pages, which were written."""
    return [bool(marks[number // 8] & (0x80 >> number % 8)) for number in pages]


def _paged_rows(
    tables: Tables, at: int, written: Sequence[bool], how: Tuple[Sequence[int], int, int]
) -> Rows:
    """Rows of these numbers in pages of so many rows, each of so many bytes; the last page may be short."""
    numbers, page, entry = how
    for place, is_written in enumerate(written):
        here = numbers[place * page : (place + 1) * page]
        if is_written:
            one = tables.summed_rows(at, len(here) * entry + 4, _WHAT)
            yield from ((number, one.take(entry)) for number in here)
        at += page * entry + 4


class _Growing(NamedTuple):
    """The measures of an array that grows.

    Bytes of an address, of a row, and of a block's number; then how many rows its index block, the
    smallest further block, and a page have.
    """

    wide: int
    entry: int
    offset: int
    inside: int
    least: int
    page: int

    @property
    def head(self) -> int:
        """Bytes before the content of a block: sign, version, kind and the header's address."""
        return 6 + self.wide

    def blocks_of(self, number: int) -> Tuple[int, int]:
        """How many blocks the super block of this number has, and how many rows each."""
        return 1 << number // 2, self.least << (number + 1) // 2


def _by_growing(tables: Tables, one: Dataset, how: Chunking) -> Iterator[Chunk]:
    """An extensible array: few rows in its index block, more in blocks, the rest below super blocks."""
    wide = tables.wide
    head = tables.summed_table(how.at, 16 + 6 * tables.long + wide, b"EAHD", _WHAT)
    version, kind, entry, bits, inside, least, pointers, page = (head.number(1) for _ in range(8))
    head.take(6 * tables.long)
    at = head.number(wide)
    if version or kind > 1 or entry < wide + 5 * kind or bits > _BITS_MAX or page > _BITS_MAX:
        raise Unsure(f"{head.what} is of a version or size that is not read")
    if not _is_power(least) or not _is_power(pointers) or least.bit_length() > bits:
        raise Broken(f"{head.what} is damaged")
    if at == tables.nowhere:
        return
    how_large = _Growing(wide, entry, (bits + 7) // 8, inside, least, 1 << page)
    supers = 1 + bits - (least.bit_length() - 1)
    most, axis = _most(one), next((i for i, n in enumerate(one.most) if n is None), 0)
    order = [axis, *(i for i in range(len(most)) if i != axis)]
    shape, steps = [most[i] for i in order], [how.shape[i] for i in order]
    rows, whole = _growing_rows(tables, at, how_large, (pointers, supers)), bytes_of(one, how)
    for total, (number, row) in enumerate(rows):
        if total > CHUNKS_MAX:
            raise Unsure(f"{one.name} has more chunks than are looked at")
        turned = _first(number, [1 << 62, *shape[1:]], [steps[0], *steps[1:]])
        first = tuple(turned[order.index(i)] for i in range(len(order)))
        yield _chunk(tables, row, (kind, whole), first)


def _is_power(number: int) -> bool:
    return number > 0 and not number & (number - 1)


def _growing_rows(tables: Tables, at: int, how: _Growing, counts: Tuple[int, int]) -> Rows:
    """The rows of an array that grows by their number, without blocks that were never written."""
    pointers, supers = counts
    direct = 2 * (pointers.bit_length() - 1)
    blocks = 2 * (pointers - 1)
    held = how.inside * how.entry + (blocks + max(0, supers - direct)) * how.wide
    block = tables.summed_table(at, how.head + held + 4, b"EAIB", _WHAT)
    block.take(how.head - 4)
    for number in range(how.inside):
        yield number, block.take(how.entry)
    start, before = how.inside, 0
    for level in range(supers):
        count, rows = how.blocks_of(level)
        if level < direct:
            for number in range(count):
                child = block.number(how.wide)
                # The library counts all blocks before as if each were as large as this one.
                told = start + (before + number) * rows
                if child != tables.nowhere:
                    yield from _block_rows(tables, child, how, (start + number * rows, told, rows))
            before += count
        else:
            child = block.number(how.wide)
            if child != tables.nowhere:
                yield from _super_rows(tables, child, how, (start, level))
        start += count * rows


def _super_rows(tables: Tables, at: int, how: _Growing, place: Tuple[int, int]) -> Rows:
    """The rows below a super block, which begins at a row and is of a level."""
    start, level = place
    count, rows = how.blocks_of(level)
    pages = rows // how.page if rows > how.page else 0
    marks = count * ((pages + 7) // 8)
    size = how.head + how.offset + marks + count * how.wide + 4
    block = tables.summed_table(at, size, b"EASB", _WHAT)
    block.take(how.head - 4)
    _check_offset(block, how, start)
    written = block.take(marks)
    for number in range(count):
        child = block.number(how.wide)
        if child != tables.nowhere:
            marked = _marked(written, range(number * pages, (number + 1) * pages))
            yield from _block_rows(tables, child, how, (start, start, rows), marked)
        start += rows


def _block_rows(
    tables: Tables,
    at: int,
    how: _Growing,
    place: Tuple[int, int, int],
    pages: Sequence[bool] = (),
) -> Rows:
    """The rows of a block: the first, what it tells as such, how many; which pages were written."""
    start, told, rows = place
    held = how.head + how.offset + (0 if pages else rows * how.entry) + 4
    block = tables.summed_table(at, held, b"EADB", _WHAT)
    block.take(how.head - 4)
    _check_offset(block, how, told)
    numbers = range(start, start + rows)
    if pages:
        yield from _paged_rows(tables, at + held, pages, (numbers, how.page, how.entry))
    else:
        yield from ((number, block.take(how.entry)) for number in numbers)


def _check_offset(block: Cursor, how: _Growing, start: int) -> None:
    """A block tells its own first row, counted after those of the index block."""
    if block.number(how.offset) != start - how.inside:
        raise Broken(f"{block.what} is of another place")
