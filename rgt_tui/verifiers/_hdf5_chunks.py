"""The chunks of a dataset of HDF5: where they lie, what they unpack to, and their checksums.

Indexes: HDF5 File Format Specification 3.0, VII; filters: `H5Zdeflate.c`, `H5Zshuffle.c`,
`H5Zfletcher32.c` of HDF5 1.14. Deflate ends in an Adler-32 of what was packed.
"""

from __future__ import annotations

import zlib
from typing import Iterator, List, NamedTuple, Sequence, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._hdf5_datasets import Chunking, Dataset
from rgt_tui.verifiers._hdf5_tables import Tables, records, tree

DEFLATE, SHUFFLE, FLETCHER = 1, 2, 3
READ = frozenset([DEFLATE, SHUFFLE, FLETCHER])
_OTHERS = {4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4",
           32015: "zstd"}  # fmt: skip
CHUNKS_MAX = 1_000_000
UNPACKED_MAX = 256 << 20
_WORD = 65535
_BLOCK = 128 << 10
_EVEN = int.from_bytes(b"\0\0\xff\xff" * (_BLOCK // 4), "big")


class Chunk(NamedTuple):
    """One chunk: where its bytes lie, how many, the filters left out, and its first element."""

    at: int
    size: int
    mask: int
    first: Tuple[int, ...]


def opaque(filters: Sequence[int]) -> str:
    """The name of a filter that is not read here; empty where all are."""
    for one in filters:
        if one not in READ:
            return _OTHERS.get(one, f"number {one}")
    return ""


def chunks_of(tables: Tables, one: Dataset) -> List[Chunk]:
    """All chunks that were written, checked against shape and file.

    Raises:
        Unsure: their index is of a kind that is not read here.
    """
    how = one.chunks
    if how is None or how.at == tables.nowhere or not one.size:
        return []
    if count_of(one.shape, how.shape) > CHUNKS_MAX:
        raise Unsure(f"{one.name} has more chunks than are looked at")
    found: List[Chunk] = []
    whole = bytes_of(one, how)
    for chunk in _indexed(tables, one, how):
        if chunk.at == tables.nowhere:
            continue
        if how.is_plain_at_edges and is_edge(one, how, chunk):
            chunk = chunk._replace(mask=0xFFFFFFFF)
        if any(at % step for at, step in zip(chunk.first, how.shape)):
            raise Broken(f"{one.name}: a chunk begins inside another")
        if chunk.at + chunk.size > tables.file.size:
            raise Broken(f"{one.name}: a chunk ends after the file")
        if not one.filters and chunk.size != whole:
            raise Broken(f"{one.name}: a chunk has {chunk.size} bytes, its shape needs {whole}")
        found.append(chunk)
        if len(found) > CHUNKS_MAX:
            raise Unsure(f"{one.name} has more chunks than are looked at")
    return found


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


def is_edge(one: Dataset, how: Chunking, chunk: Chunk) -> bool:
    """Whether a part of a chunk lies outside of its dataset."""
    return any(at + step > length for at, step, length in zip(chunk.first, how.shape, one.shape))


def _indexed(tables: Tables, one: Dataset, how: Chunking) -> Iterator[Chunk]:
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
        return _by_array(tables, one, how)
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
    for key, at in tree(tables, how.at, 1, 16 + 8 * rank):
        first = tuple(_number(key, 8 + 8 * axis, 8) for axis in range(rank))
        yield Chunk(at, _number(key, 0, 4), _number(key, 4, 4), first)


def _by_records(tables: Tables, one: Dataset, how: Chunking) -> Iterator[Chunk]:
    rank, wide, whole = len(how.shape), tables.wide, bytes_of(one, how)
    for kind, row in records(tables, how.at, (10, 11)):
        tail = len(row) - 8 * rank
        size = _number(row, wide, tail - wide - 4) if kind == 11 else whole
        mask = _number(row, tail - 4, 4) if kind == 11 else 0
        first = tuple(_number(row, tail + 8 * axis, 8) * how.shape[axis] for axis in range(rank))
        yield Chunk(_number(row, 0, wide), size, mask, first)


def _by_array(tables: Tables, one: Dataset, how: Chunking) -> Iterator[Chunk]:
    """A fixed array: one row for each chunk there can be, in pages where they are many."""
    wide = tables.wide
    head = tables.summed_table(how.at, 12 + tables.long + wide, b"FAHD", "an index of chunks")
    version, kind, entry, bits = (head.number(1) for _ in range(4))
    count, at = head.number(tables.long), head.number(wide)
    if version or kind > 1 or entry < wide or count > CHUNKS_MAX:
        raise Unsure(f"{head.what} is of a version or size that is not read")
    if at == tables.nowhere:
        return
    whole = bytes_of(one, how)
    most = [n if n is not None else length for n, length in zip(one.most, one.shape)]
    rows = _rows(tables, at, (count, entry, 1 << bits))
    for number, row in enumerate(rows):
        size = _number(row, wide, entry - wide - 4) if kind else whole
        mask = _number(row, entry - 4, 4) if kind else 0
        if row:
            yield Chunk(_number(row, 0, wide), size, mask, _first(number, most, how.shape))


def _rows(tables: Tables, at: int, sizes: Tuple[int, int, int]) -> Iterator[bytes]:
    """The rows of a fixed array; an empty one for each of a page that was never written."""
    count, entry, page = sizes
    fixed = 6 + tables.wide
    if count <= page:
        block = tables.summed_table(at, fixed + count * entry + 4, b"FADB", "an index of chunks")
        block.take(fixed - 4)
        for _ in range(count):
            yield block.take(entry)
        return
    pages = -(-count // page)
    marks = (pages + 7) // 8
    block = tables.summed_table(at, fixed + marks + 4, b"FADB", "an index of chunks")
    block.take(fixed - 4)
    written = block.take(marks)
    where = at + fixed + marks + 4
    for number in range(pages):
        rows = min(page, count - number * page)
        one = tables.cursor(where, rows * entry, "an index of chunks")
        for _ in range(rows):
            yield one.take(entry) if written[number // 8] & (0x80 >> number % 8) else b""
        where += page * entry + 4


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def unpacked(data: bytes, chunk: Chunk, one: Dataset, whole: int) -> bytes:
    """The elements of a chunk, its filters undone and its checksums checked.

    Raises:
        Broken: a checksum is wrong, or it does not unpack to a chunk.
    """
    where = f"{one.name}, the chunk at byte {chunk.at}"
    for number, kind in reversed(list(enumerate(one.filters))):
        if chunk.mask >> number & 1:
            continue
        if kind == FLETCHER:
            data = _summed(data, where)
        elif kind == DEFLATE:
            data = _inflated(data, whole, where)
        elif kind == SHUFFLE:
            data = _sorted(data, one.item)
    if len(data) != whole:
        raise Broken(f"{where} unpacks to {len(data)} bytes, its shape needs {whole}")
    return data


def has_checksum(chunk: Chunk, filters: Sequence[int]) -> bool:
    """Whether every byte of a chunk is under a checksum."""
    return any(
        kind in (DEFLATE, FLETCHER) and not chunk.mask >> number & 1
        for number, kind in enumerate(filters)
    )


def _inflated(data: bytes, whole: int, where: str) -> bytes:
    unpack = zlib.decompressobj()
    try:
        found = unpack.decompress(data, whole + 8)
    except zlib.error as error:
        raise Broken(f"{where}: its packed data are damaged") from error
    if not unpack.eof or unpack.unused_data:
        raise Broken(f"{where}: its packed data do not end where they should")
    return found


def _sorted(data: bytes, item: int) -> bytes:
    """Undoes the shuffle: the first bytes of all elements, then the second ones."""
    count = len(data) // item
    if item < 2 or count < 2:
        return data
    found = bytearray(data)
    for place in range(item):
        found[place : count * item : item] = data[place * count : (place + 1) * count]
    return bytes(found)


def _summed(data: bytes, where: str) -> bytes:
    """The data before their checksum; early releases on little-endian machines swapped its bytes."""
    if len(data) < 4:
        raise Broken(f"{where} is too short for its checksum")
    data, told = data[:-4], data[-4:]
    one, two = fletcher(data)
    stored = (_number(told, 0, 2), _number(told, 2, 2))
    swapped = (int.from_bytes(told[0:2], "big"), int.from_bytes(told[2:4], "big"))
    for low, high in (stored, swapped):
        if (low % _WORD, high % _WORD) == (one, two):
            return data
    raise Broken(f"{where}: its checksum is wrong")


def fletcher(data: bytes) -> Tuple[int, int]:
    """The two sums of HDF5's fletcher32, modulo 65535, where 0 and 65535 are the same.

    Words are added by long numbers, since a loop makes 10 MB/s: with m = 65535 a word's weight is
    (1 + m)^k, which is 1 + km modulo m squared, so one remainder holds both sums.
    """
    one = two = 0
    for at in range(0, len(data), _BLOCK):
        block = data[at : at + _BLOCK]
        block += b"\0" * (len(block) % 2)
        number, words = int.from_bytes(block, "big"), len(block) // 2
        exact = _total((number & _EVEN) + ((number >> 16) & _EVEN), len(block))
        weighted = (number - exact) % (_WORD * _WORD) // _WORD
        two = (two + words * one + weighted + exact) % _WORD
        one = (one + exact) % _WORD
    return one, two


def _total(lanes: int, size: int) -> int:
    """The sum of numbers of 32 bits that lie side by side: half on half, until one is left."""
    bits = 32
    while bits < 8 * size:
        bits *= 2
    while bits > 32:
        bits //= 2
        lanes = (lanes & ((1 << bits) - 1)) + (lanes >> bits)
    return lanes
