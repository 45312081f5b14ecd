"""The chunks of a dataset of HDF5: what they unpack to, and their checksums.

Filters: `H5Zdeflate.c`, `H5Zshuffle.c`, `H5Zfletcher32.c` of HDF5 1.14. Deflate ends in an Adler-32
of what was packed.
"""

from __future__ import annotations

import zlib
from typing import List, Sequence, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._hdf5_datasets import Chunking, Dataset
from rgt_tui.verifiers._hdf5_indexes import CHUNKS_MAX, Chunk, bytes_of, count_of, indexed
from rgt_tui.verifiers._hdf5_tables import Tables

DEFLATE, SHUFFLE, FLETCHER = 1, 2, 3
READ = frozenset([DEFLATE, SHUFFLE, FLETCHER])
_OTHERS = {4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4",
           32015: "zstd"}  # fmt: skip
UNPACKED_MAX = 256 << 20
_WORD = 65535
_BLOCK = 128 << 10
_EVEN = int.from_bytes(b"\0\0\xff\xff" * (_BLOCK // 4), "big")


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
    end, nowhere, is_packed = tables.file.size, tables.nowhere, bool(one.filters)
    for chunk in indexed(tables, one, how):
        at, size = chunk.at, chunk.size
        if at == nowhere:
            continue
        if how.is_plain_at_edges and is_edge(one, how, chunk):
            chunk = chunk._replace(mask=0xFFFFFFFF)
        _check_first(one, how, chunk.first)
        if at + size > end:
            raise Broken(f"{one.name}: a chunk ends after the file")
        if not is_packed and size != whole:
            raise Broken(f"{one.name}: a chunk has {size} bytes, its shape needs {whole}")
        found.append(chunk)
        if len(found) > CHUNKS_MAX:
            raise Unsure(f"{one.name} has more chunks than are looked at")
    if len({chunk.first for chunk in found}) != len(found):
        raise Broken(f"{one.name}: a chunk is listed twice")
    return found


def _check_first(one: Dataset, how: Chunking, first: Tuple[int, ...]) -> None:
    for at, step, length in zip(first, how.shape, one.shape):
        if at % step:
            raise Broken(f"{one.name}: a chunk begins inside another")
        if at >= length:
            raise Broken(f"{one.name}: a chunk begins outside of its shape")


def is_edge(one: Dataset, how: Chunking, chunk: Chunk) -> bool:
    """Whether a part of a chunk lies outside of its dataset."""
    return any(at + step > length for at, step, length in zip(chunk.first, how.shape, one.shape))


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
    stored = (int.from_bytes(told[0:2], "little"), int.from_bytes(told[2:4], "little"))
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
