"""Flax's msgpack checkpoints: one value that must end where the file does; no checksum.

Arrays are extension type 1: a packed (shape, dtype, bytes); flax `serialization.py`.
"""

from __future__ import annotations

import re
from typing import List

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File

_NAME = re.compile(r"(?:checkpoint_\d+|.*\.msgpack)\Z")
_VALUES_MAX = 3_000_000
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8,
          0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}  # fmt: skip
_COUNTED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_MANY = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
_ITEMS = {
    "float32": 4, "float64": 8, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1, "int16": 2,
    "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8, "bool": 1, "complex64": 8,
    "complex128": 16, "V2": 2,
}  # fmt: skip


_FLOATS = {
    "float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16", "complex64": "f32",
    "complex128": "f64",
}  # fmt: skip


class _Walk:
    """A walk over one value: reads heads, skips contents."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.at = 0
        self.extents: List[Extent] = []
        self.floats: List[Floats] = []

    def number(self, size: int) -> int:
        raw = self.file.read(self.at, size)
        self.at += size
        return int.from_bytes(raw, "big")

    def skip(self, size: int) -> int:
        start = self.at
        if start + size > self.file.size:
            raise Broken(f"it ends at byte {self.file.size}, inside a value")
        self.at += size
        return start

    def run(self) -> None:
        left, seen = 1, 0
        while left:
            left += self.one() - 1
            seen += 1
            if seen > _VALUES_MAX:
                raise Unsure("it has more values than are walked")

    def one(self) -> int:
        """Walks one head and what it holds; the number of values that follow inside it."""
        code = self.number(1)
        if code < 0x80 or code >= 0xE0:
            return 0
        if code < 0xA0:
            return (code & 0x0F) * (2 if code < 0x90 else 1)
        if code < 0xC0:
            self.skip(code & 0x1F)
            return 0
        if code in _FIXED:
            self.skip(_FIXED[code])
        elif code in _COUNTED:
            self.skip(self.number(_COUNTED[code]))
        elif code in _MANY:
            size, each = _MANY[code]
            return self.number(size) * each
        elif 0xD4 <= code <= 0xD8:
            self.extension(1 << (code - 0xD4))
        elif code in _EXTENSIONS:
            self.extension(self.number(_EXTENSIONS[code]))
        else:
            raise Broken("a value has a type that msgpack does not have")
        return 0

    def extension(self, size: int) -> None:
        kind = self.number(1)
        start = self.skip(size)
        if kind == 1:
            self.array(start, size)

    def array(self, start: int, size: int) -> None:
        """An array of flax: its bytes must be as many as shape and dtype say."""
        inner = _Walk(self.file.part(start, size))
        if inner.number(1) != 0x93:
            raise Broken("an array of it is damaged")
        count = inner.shape()
        name = inner.word()
        item = _ITEMS.get(name)
        length = inner.counted()
        if inner.at + length != size or (item is not None and count * item != length):
            raise Broken("an array of it does not have the bytes its shape needs")
        if name in _FLOATS:
            end = start + size
            called = f"array {len(self.extents)}"
            self.floats.append(Floats(called, end - length, end, _FLOATS[name]))
        self.extents.append(
            Extent(f"array {len(self.extents)}", start + size - length, start + size, 0)
        )

    def shape(self) -> int:
        code = self.number(1)
        if not 0x90 <= code <= 0x9F:
            raise Broken("an array's shape is damaged")
        count = 1
        for _ in range(code & 0x0F):
            head = self.number(1)
            count *= head if head < 0x80 else self.number(_FIXED.get(head, 1))
        return count

    def word(self) -> str:
        code = self.number(1)
        size = code & 0x1F if 0xA0 <= code < 0xC0 else self.number(_COUNTED.get(code, 1))
        return self.file.read(self.skip(size), size).decode("ascii", "replace")

    def counted(self) -> int:
        code = self.number(1)
        if code not in (0xC4, 0xC5, 0xC6):
            raise Broken("an array's bytes are missing")
        return self.number(_COUNTED[code])


def check(file: File) -> Plan:
    """One value, to the last byte."""
    walk = _Walk(file)
    walk.run()
    if walk.at != file.size:
        raise Broken(f"its value ends at byte {walk.at}, the file at {file.size}")
    said = f"{len(walk.extents)} arrays, no checksum"
    return Plan((), tuple(walk.extents), None, "", said, lambda: walk.floats)


VERIFIER = Verifier(
    name="msgpack",
    title="Flax msgpack",
    rank=60,
    matches=lambda head, name: _NAME.match(name) is not None,
    check=check,
    proves=Proves(
        structure="one value that ends where the file does; arrays have the bytes of their shape",
        full="ends that were never written, in most cases; NaN and infinity, as a warning",
        load="needs flax; not done here",
        never="changed bytes inside an array: no checksum",
    ),
)
