"""GGUF versions 2 and 3: key-values, tensor table, aligned data; no checksum.

Block sizes as in gguf-py 0.19, `constants.py`.
"""

from __future__ import annotations

import struct
from typing import Any, Dict, List, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File

_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Elements and bytes of a block of each ggml type."""
_FLOATS = {0: "f32", 1: "f16", 28: "f64", 30: "bf16"}
_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_COUNT_MAX = 10_000_000
_NEST_MAX = 4
_ALIGN_MAX = 1 << 24
_WINDOW = 1 << 20
_LENGTH = struct.Struct("<Q").unpack_from


class _Reader:
    """Reads forward through the head of a file, a window at a time."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.at = 0
        self.window = b""
        self.base = 0

    def take(self, count: int) -> bytes:
        if count > self.file.size - self.at:
            raise Broken(f"it ends at byte {self.file.size}, inside its tables")
        if not self.base <= self.at <= self.at + count <= self.base + len(self.window):
            self.base = self.at
            size = min(max(count, _WINDOW), self.file.size - self.at)
            self.window = self.file.read(self.at, size)
        start = self.at - self.base
        self.at += count
        return self.window[start : start + count]

    def number(self, form: str) -> int:
        return int(struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0])

    def text(self) -> str:
        return _decode(self.take(self.number("Q")))

    def value(self, kind: int, depth: int = 0) -> Any:
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self.array(depth)
        size = _SCALARS.get(kind)
        if size is None:
            raise Broken(f"a value has the unknown type {kind}")
        raw = self.take(size)
        if kind == 7 and raw not in (b"\0", b"\1"):
            raise Broken("a truth value is neither true nor false")
        return int.from_bytes(raw, "little")

    def array(self, depth: int) -> None:
        kind, count = self.number("I"), self.number("Q")
        if depth > _NEST_MAX or count > _COUNT_MAX:
            raise Broken("an array in its tables is larger than any writer makes")
        if kind in _SCALARS:
            self.take(_SCALARS[kind] * count)
            return
        if kind == _STRING:
            self.texts(count)
            return
        for _ in range(count):
            self.value(kind, depth + 1)

    def texts(self, count: int) -> None:
        """Walks over texts, of which a vocabulary has hundreds of thousands.

        Lengths below 128 are ASCII with zero bytes, so that a run of texts is read as one.
        """
        while count:
            self.text()
            count -= 1
            window, begin, end = self.window, self.at - self.base, len(self.window)
            at = begin
            while count and at + 8 <= end:
                size = _LENGTH(window, at)[0]
                stop = at + 8 + size
                if stop > end or size > 127:
                    break
                at = stop
                count -= 1
            _decode(window[begin:at])
            self.at = self.base + at


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("a name or text in its tables is damaged") from error


def check(file: File) -> Plan:
    """Its tables must be whole and its tensors tile the rest of the file."""
    reader = _Reader(file)
    reader.take(4)
    version, tensors, pairs = reader.number("I"), reader.number("Q"), reader.number("Q")
    if version not in (2, 3):
        raise Unsure(f"GGUF version {version} is not known")
    if tensors > _COUNT_MAX or pairs > _COUNT_MAX:
        raise Broken("its counts are larger than any writer makes")
    values: Dict[str, Any] = {}
    for _ in range(pairs):
        name = reader.text()
        if not name or name in values:
            raise Broken(f"the key {name!r} is empty or occurs twice")
        values[name] = reader.value(reader.number("I"))
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= _ALIGN_MAX or alignment % 8:
        raise Broken(f"its alignment is {alignment!r}")
    rows = [_row(reader) for _ in range(tensors)]
    kinds = {row[0]: row[4] for row in rows}
    start = _up(reader.at, alignment)
    if not rows and not reader.at <= file.size <= start:
        raise Broken(f"its tables end at byte {reader.at}, the file at {file.size}")
    extents = _placed(file, [row[:4] for row in rows], start, alignment)
    said = f"{len(extents)} tensors, no checksum"
    floats = [Floats(*one[:3], _FLOATS[kinds[one.name]]) for one in extents
              if kinds[one.name] in _FLOATS]  # fmt: skip
    return Plan((), tuple(extents), None, "", said, lambda: floats)


def _row(reader: _Reader) -> Tuple[str, int, int, int, int]:
    """Name, offset, bytes, bytes of a row, and type of one tensor."""
    name, dimensions = reader.text(), reader.number("I")
    if dimensions > 8:
        raise Broken(f"{name!r} has {dimensions} dimensions")
    shape = [reader.number("Q") for _ in range(dimensions)]
    kind, offset = reader.number("I"), reader.number("Q")
    if kind not in _BLOCKS:
        raise Unsure(f"{name!r} has the unknown type {kind}")
    elements, size = _BLOCKS[kind]
    count = 1
    for number in shape:
        count *= number
    if shape and shape[0] % elements:
        raise Broken(f"the shape of {name!r} does not fit its type")
    row = (shape[0] if shape else 1) // elements * size
    return name, offset, count // elements * size, row, kind


def _placed(
    file: File, rows: List[Tuple[str, int, int, int]], start: int, alignment: int
) -> List[Extent]:
    if len({row[0] for row in rows}) != len(rows):
        raise Broken("a tensor is listed twice")
    extents: List[Extent] = []
    at = 0
    for name, offset, size, row in sorted(rows, key=lambda row: row[1]):
        if offset != _up(at, alignment):
            raise Broken(
                f"{name} begins at byte {offset} of the data, expected {_up(at, alignment)}"
            )
        extents.append(Extent(name, start + offset, start + offset + size, row))
        at = offset + size
    if file.size not in (start + at, start + _up(at, alignment)) and rows:
        raise Broken(f"its tensors end at byte {start + at}, the file at {file.size}")
    return extents


def _up(at: int, alignment: int) -> int:
    return (at + alignment - 1) // alignment * alignment


VERIFIER = Verifier(
    name="gguf",
    title="GGUF",
    rank=10,
    matches=lambda head, name: head[:4] == b"GGUF",
    check=check,
    proves=Proves(
        structure="whole tables; the tensors tile the file",
        full="ends that were never written, in most cases; NaN and infinity, as a warning",
        load="gguf reads its tables; it notices less than structure does",
        never="changed bytes inside a tensor: no checksum",
    ),
)
