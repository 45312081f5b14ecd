"""The datasets of an HDF5 file: shape, kind of number, and where their bytes lie.

Messages: HDF5 File Format Specification 3.0, IV.A.2.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._hdf5_objects import (
    DATASPACE,
    DATATYPE,
    FILTERS,
    LAYOUT,
    OUTSIDE,
    Thing,
    body_of,
)
from rgt_tui.verifiers._hdf5_tables import Cursor, Tables

COMPACT, CONTIGUOUS, CHUNKED = 0, 1, 2
_FLOAT, _VARIABLE = 1, 9
_RANK_MAX = 32
_TYPES = 5
_FLOATS = {
    (2, 10, 5, 10): "f16",
    (2, 7, 8, 7): "bf16",
    (4, 23, 8, 23): "f32",
    (8, 52, 11, 52): "f64",
}
"""Kinds of little-endian numbers: bytes, bits of the mantissa, of the exponent and where that begins."""


class Chunking(NamedTuple):
    """How a chunked dataset is cut, and where the index of its chunks lies.

    `by` is 0 for a version 1 B-tree, else the number of version 4 layouts. `single` are size and
    filter mask of the only chunk where it is packed; `is_plain_at_edges` leaves those unpacked.
    """

    by: int
    at: int
    shape: Tuple[int, ...]
    single: Tuple[int, int] = (0, 0)
    is_plain_at_edges: bool = False


class Dataset(NamedTuple):
    """One dataset. `kind` is one that `_numbers` knows, None for others; `most` is None without end."""

    name: str
    shape: Tuple[int, ...]
    most: Tuple[Optional[int], ...]
    item: int
    kind: Optional[str]
    filters: Tuple[int, ...]
    place: Tuple[int, int]
    inside: bytes
    chunks: Optional[Chunking]

    @property
    def size(self) -> int:
        """Bytes of all its elements."""
        count = self.item
        for length in self.shape:
            count *= length
        return count


def dataset(tables: Tables, thing: Thing) -> Dataset:
    """What the header of a dataset says.

    Raises:
        Unsure: it says it in a way that is not read here.
    """
    bodies: Dict[int, bytes] = {}
    for one in thing.messages:
        if one.kind == OUTSIDE:
            raise Unsure(f"{thing.name} lies in another file")
        if one.kind in (DATASPACE, DATATYPE, LAYOUT, FILTERS):
            bodies[one.kind] = body_of(tables, one)
    if DATASPACE not in bodies or DATATYPE not in bodies:
        raise Broken(f"{thing.name} has no shape or no type")
    shape, most = _shape(tables, Cursor(bodies[DATASPACE], f"the shape of {thing.name}"))
    item, kind = _type(Cursor(bodies[DATATYPE], f"the type of {thing.name}"))
    filters = _filters(Cursor(bodies.get(FILTERS, b""), f"the filters of {thing.name}"))
    bare = Dataset(thing.name, shape, most, item, kind, filters, (0, 0), b"", None)
    return _placed(tables, bare, Cursor(bodies[LAYOUT], f"the layout of {thing.name}"))


def _shape(tables: Tables, body: Cursor) -> Tuple[Tuple[int, ...], Tuple[Optional[int], ...]]:
    version, rank, flags, kind = (body.number(1) for _ in range(4))
    if version not in (1, 2) or rank > _RANK_MAX:
        raise Unsure(f"{body.what} is of a version that is not known")
    body.take(4 if version == 1 else 0)
    if version == 2 and kind == 2:
        return (0,), (0,)
    shape = tuple(body.number(tables.long) for _ in range(rank))
    if not flags & 1:
        return shape, shape
    endless = (1 << 8 * tables.long) - 1
    most = [body.number(tables.long) for _ in range(rank)]
    if any(length > limit for length, limit in zip(shape, most)):
        raise Broken(f"{body.what} is larger than it may become")
    return shape, tuple(None if length == endless else length for length in most)


def _type(body: Cursor) -> Tuple[int, Optional[str]]:
    """Bytes of one element, and the kind of number it is."""
    first, order = body.number(1), body.take(3)
    size = body.number(4)
    if not size:
        raise Broken(f"{body.what} has elements of no bytes")
    if not 1 <= first >> 4 <= _TYPES:
        raise Unsure(f"{body.what} is of a version that is not known")
    if first & 15 != _FLOAT or order[0] & 0x41:
        return size, None
    _, _, exponent, bits, _, mantissa = (body.number(n) for n in (2, 2, 1, 1, 1, 1))
    return size, _FLOATS.get((size, mantissa, bits, exponent))


def _filters(body: Cursor) -> Tuple[int, ...]:
    """The numbers of its filters, in the order in which they were applied."""
    if not body.data:
        return ()
    version, count = body.number(1), body.number(1)
    if version not in (1, 2):
        raise Unsure(f"{body.what} are of a version that is not known")
    body.take(6 if version == 1 else 0)
    found: List[int] = []
    for _ in range(count):
        number = body.number(2)
        named = body.number(2) if version == 1 or number >= 256 else 0
        body.take(2)
        values = body.number(2)
        body.take(named + (-named % 8 if version == 1 else 0))
        body.take(4 * (values + (values % 2 if version == 1 else 0)))
        found.append(number)
    return tuple(found)


def _placed(tables: Tables, bare: Dataset, body: Cursor) -> Dataset:
    version, kind = body.number(1), body.number(1)
    if version not in (3, 4, 5) or kind not in (COMPACT, CONTIGUOUS, CHUNKED):
        raise Unsure(f"{body.what} is of a kind that is not read (version {version}, {kind})")
    if kind == COMPACT:
        inside = body.take(body.number(2))
        if len(inside) < bare.size:
            raise Broken(f"{bare.name} has {len(inside)} bytes, its shape needs {bare.size}")
        return bare._replace(inside=inside[: bare.size])
    if kind == CONTIGUOUS:
        at, size = body.number(tables.wide), body.number(tables.long)
        if size != bare.size and at != tables.nowhere:
            raise Broken(f"{bare.name} takes {size} bytes, its shape needs {bare.size}")
        return bare._replace(place=(at, at + bare.size))
    chunks = _old_chunks(tables, body) if version == 3 else _chunks(tables, body)
    if len(chunks.shape) != len(bare.shape) + 1 or not all(chunks.shape):
        raise Broken(f"{bare.name} is cut into chunks of another number of dimensions")
    if chunks.shape[-1] != bare.item:
        raise Broken(f"{bare.name}: its chunks have elements of another size")
    return bare._replace(chunks=chunks._replace(shape=chunks.shape[:-1]))


def _old_chunks(tables: Tables, body: Cursor) -> Chunking:
    rank, at = body.number(1), body.number(tables.wide)
    return Chunking(0, at, tuple(body.number(4) for _ in range(rank)))


def _chunks(tables: Tables, body: Cursor) -> Chunking:
    flags, rank, wide = body.number(1), body.number(1), body.number(1)
    shape = tuple(body.number(wide) for _ in range(rank))
    index = body.number(1)
    single = (0, 0)
    if index == 1 and flags & 2:
        single = body.number(tables.long), body.number(4)
    body.take({1: 0, 2: 0, 3: 1, 4: 5, 5: 6}.get(index, 0))
    return Chunking(index, body.number(tables.wide), shape, single, bool(flags & 1))
