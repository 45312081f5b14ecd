"""What an HDF5 file holds: its datasets, the bytes that they take, and what the bytes are."""

from __future__ import annotations

from typing import Dict, Iterator, List, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Unsure
from rgt_tui.verifiers._content import HOLE, File
from rgt_tui.verifiers._hdf5_chunks import (
    UNPACKED_MAX,
    chunks_of,
    has_checksum,
    is_edge,
    opaque,
    unpacked,
)
from rgt_tui.verifiers._hdf5_datasets import Chunking, Dataset, dataset
from rgt_tui.verifiers._hdf5_indexes import Chunk, bytes_of, count_of
from rgt_tui.verifiers._hdf5_objects import things
from rgt_tui.verifiers._hdf5_tables import Tables
from rgt_tui.verifiers._numbers import LOOKED_MAX, Looked, first_in

_BRIEF_CHUNKS = 5000
"""So many chunks are looked for where only the structure is wanted: in 50 ms."""


class Contents:
    """The datasets of a file; `unread` says what could not be read, `missing` what is not there.

    `later` are the chunks that only a full read looks for.
    """

    def __init__(self, file: File) -> None:
        self.file = file
        self.datasets: List[Dataset] = []
        self.chunks: Dict[str, List[Chunk]] = {}
        self.extents: List[Extent] = []
        self.floats: List[Floats] = []
        self.unread: List[str] = []
        self.missing: List[str] = []
        self.later = 0
        self._brief = _BRIEF_CHUNKS

    @property
    def said(self) -> str:
        """One phrase on what was looked at."""
        said = f"{len(self.datasets)} datasets, each within the file"
        return f"{said}; {self.later} chunks wait for a full read" if self.later else said

    def read(self, tables: Tables, root: int) -> None:
        """Reads the tables of every dataset, whatever cannot be read of some.

        Raises:
            Broken: they contradict themselves, or the file.
        """
        outside: List[str] = []
        try:
            for thing in things(tables, root, outside):
                try:
                    self._add(tables, dataset(tables, thing))
                except Unsure as why:
                    self.unread.append(str(why))
        except Unsure as why:
            self.unread.append(str(why))
        self.unread += [f"{name} leads to another file" for name in outside]
        if tables.unsummed and not self.file.is_brief:
            self.unread.append(f"the checksums of {tables.unsummed} bytes of tables were not made")
        self._check_apart()

    def _add(self, tables: Tables, one: Dataset) -> None:
        self.datasets.append(one)
        if one.chunks is not None:
            self._add_chunks(tables, one, one.chunks)
        elif one.size and not one.inside:
            start, end = one.place
            if start == tables.nowhere:
                self._miss(one, one.size)
                return
            if end > tables.file.size:
                raise Broken(f"{one.name} ends at byte {end}, the file at {tables.file.size}")
            row = one.item * (one.shape[-1] if one.shape else 1)
            self.extents.append(Extent(one.name, start, end, row))
            if one.kind is not None:
                self.floats.append(Floats(one.name, start, end, one.kind))

    def _add_chunks(self, tables: Tables, one: Dataset, how: Chunking) -> None:
        whole = bytes_of(one, how)
        if name := opaque(one.filters):
            self.unread.append(f"{one.name} is packed by {name}, which is not read here")
        elif whole > UNPACKED_MAX:
            self.unread.append(f"{one.name} has chunks of {whole} bytes, more than is unpacked")
        if self._waits(one, how):
            return
        self.chunks[one.name] = found = chunks_of(tables, one)
        if one.size:
            self._miss(one, (count_of(one.shape, how.shape) - len(found)) * whole)
        if not one.filters:
            self.extents += [
                Extent(one.name, chunk.at, chunk.at + chunk.size, 0)
                for chunk in found
                if not is_edge(one, how, chunk)
            ]

    def _waits(self, one: Dataset, how: Chunking) -> bool:
        """Whether the chunks of a dataset are looked for only by a full read."""
        count = count_of(one.shape, how.shape)
        if not self.file.is_brief or count <= self._brief:
            self._brief -= count
            return False
        self.later += count
        return True

    def _miss(self, one: Dataset, size: int) -> None:
        """What was never written reads as zeros; as little as a good file has is no remark."""
        if size >= HOLE:
            self.missing.append(f"{size} bytes of {one.name} were never written")

    def _check_apart(self) -> None:
        parts = [(e.start, e.end, e.name) for e in self.extents]
        for name, chunks in self.chunks.items():
            parts += [(chunk.at, chunk.at + chunk.size, name) for chunk in chunks]
        last = (0, 0, "")
        for part in sorted(set(parts)):
            if part[0] < last[1]:
                raise Broken(f"{part[2]} and {last[2]} share bytes from {part[0]} on")
            last = max(last, part, key=lambda it: it[1])

    def deep(self) -> str:
        """Unpacks what is packed, checks its checksums, and looks at the numbers in chunks.

        Raises:
            Broken: a checksum is wrong, or a chunk does not unpack.
            Unsure: there is a number that is none, or nothing but zeros.
        """
        watch = _Watch()
        for one in self.datasets:
            if one.inside and one.kind is not None:
                watch.look(one, one.inside)
            elif one.chunks is not None and one.name in self.chunks and not opaque(one.filters):
                self._unpack(one, one.chunks, watch)
        for why in (*watch.found, *self.missing):
            raise Unsure(why)
        chunks = [(c, one) for one in self.datasets for c in self.chunks.get(one.name, ())]
        summed = sum(has_checksum(chunk, one.filters) for chunk, one in chunks)
        said = f"{len(self.datasets)} datasets, "
        said += f"checksums of {summed} of {len(chunks)} chunks" if summed else "no checksum"
        looked = Looked("", watch.looked, watch.total).said
        return f"{said}; in chunks {looked}" if looked else said

    def _unpack(self, one: Dataset, how: Chunking, watch: _Watch) -> None:
        whole = bytes_of(one, how)
        if whole > UNPACKED_MAX:
            return
        blank = bool(one.filters)
        for chunk in self.chunks[one.name]:
            wanted = watch.wants(one, whole)
            if not one.filters and not wanted:
                continue
            data = unpacked(self.file.read(chunk.at, chunk.size), chunk, one, whole)
            blank = blank and data.count(0) == len(data)
            if wanted:
                watch.look_at_chunk(one, how, chunk, data)
        if blank and one.size >= HOLE and self.chunks[one.name]:
            watch.found.append(f"{one.name} holds nothing but zeros")


class _Watch:
    """Looks through numbers up to a bound; `found` says what was found."""

    def __init__(self) -> None:
        self.looked = self.total = 0
        self.found: List[str] = []

    def wants(self, one: Dataset, size: int) -> bool:
        """Whether the numbers of so many bytes are looked at; they count in any case."""
        if one.kind is None:
            return False
        self.total += size
        return self.looked + size <= LOOKED_MAX

    def look(self, one: Dataset, data: bytes) -> None:
        """Looks at all elements of a dataset."""
        self.looked, self.total = self.looked + len(data), self.total + len(data)
        self._take(one, first_in(data, one.kind or ""), "")

    def look_at_chunk(self, one: Dataset, how: Chunking, chunk: Chunk, data: bytes) -> None:
        """Looks at the elements of a chunk; at the edge, at those within the dataset."""
        self.looked += len(data)
        if first_in(data, one.kind or "") < 0:
            return
        for start, end in _rows_within(one, how, chunk):
            at = first_in(data[start:end], one.kind or "")
            if at >= 0:
                element = start // one.item + at
                self._take(one, element, f" in the chunk at byte {chunk.at}")
                return

    def _take(self, one: Dataset, at: int, where: str) -> None:
        if at >= 0:
            said = f"element {at}{where} of {one.name}"
            self.found.append(f"it holds NaN or infinity: {said} is no number")


def _rows_within(one: Dataset, how: Chunking, chunk: Chunk) -> Iterator[Tuple[int, int]]:
    """Where in a chunk those parts of its rows lie that are within the dataset."""
    width = one.item
    kept = [min(step, n - at) for step, n, at in zip(how.shape, one.shape, chunk.first)]
    starts = [0]
    span = width
    for step in how.shape:
        span *= step
    for step, keep in zip(how.shape[:-1], kept[:-1]):
        span //= step
        starts = [start + number * span for start in starts for number in range(max(0, keep))]
    last = max(0, kept[-1]) * width if kept else width
    for start in starts:
        yield start, start + last
