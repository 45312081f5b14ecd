"""What happens to checkpoint files: each operator gives damaged bytes, or None where it cannot.

An operator's kind says what can be seen of it without a reference hash: `always` by structure in
every format, `summed` by formats that carry checksums, `tail` by most, `hash` by a hash alone.
"""

import json
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"
HTML = b"<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>\n"
XML = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'

Change = Callable[[bytes, random.Random], bytes | None]


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    kind: str
    change: Change


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged file."""

    source: Path
    operator: Operator
    seed: int

    @property
    def name(self) -> str:
        return f"{self.source.name}-{self.operator.name}"

    def damaged(self, content: bytes) -> bytes | None:
        changed = self.operator.change(content, random.Random(f"{self.name}{self.seed}"))
        return None if changed == content else changed


def _cut(share: float) -> Change:
    return lambda data, dice: data[: int(len(data) * share)]


def _zero_tail(low: float, high: float) -> Change:
    def change(data: bytes, dice: random.Random) -> bytes | None:
        start = int(len(data) * (1 - dice.uniform(low, high)))
        return data[:start] + bytes(len(data) - start)

    return change


def _flip(low: float, high: float) -> Change:
    def change(data: bytes, dice: random.Random) -> bytes | None:
        at = int(len(data) * dice.uniform(low, high))
        at = min(max(at, 0), len(data) - 1)
        return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]

    return change


def _hole(size: int) -> Change:
    def change(data: bytes, dice: random.Random) -> bytes | None:
        if len(data) < 4 * size:
            return None
        at = len(data) // 2 // size * size
        return data[:at] + bytes(size) + data[at + size :]

    return change


def _swap(data: bytes, dice: random.Random) -> bytes | None:
    size = 512
    if len(data) < 8 * size:
        return None
    one, two = len(data) // 2, len(data) // 2 + 2 * size
    return (
        data[:one] + data[two : two + size] + data[one + size : two] + data[one : one + size]
        + data[two + size :]
    )  # fmt: skip


def _half_old(data: bytes, dice: random.Random) -> bytes | None:
    """The second half as it was before the last save: other numbers of the same kind."""
    start, end = int(len(data) * 0.55), int(len(data) * 0.9)
    return data[:start] + bytes(b ^ 0x15 for b in data[start:end]) + data[end:]


def _insert(data: bytes, dice: random.Random) -> bytes:
    at = int(len(data) * dice.uniform(0.3, 0.7))
    return data[:at] + bytes([dice.randrange(256)]) + data[at:]


def _delete(data: bytes, dice: random.Random) -> bytes:
    at = int(len(data) * dice.uniform(0.3, 0.7))
    return data[:at] + data[at + 1 :]


def _crlf(data: bytes, dice: random.Random) -> bytes | None:
    return data.replace(b"\n", b"\r\n") if data.count(b"\n") > 1 else None


OPERATORS = (
    Operator("cut-1-byte", "always", lambda data, dice: data[:-1]),
    Operator("cut-4096", "always", lambda data, dice: data[:-4096] if len(data) > 5000 else None),
    Operator("cut-half", "always", _cut(0.5)),
    Operator("cut-to-1-percent", "always", _cut(0.01)),
    Operator("cut-to-97-percent", "always", _cut(0.97)),
    Operator("cut-to-8-bytes", "always", lambda data, dice: data[:8]),
    Operator("cut-random", "always", lambda data, dice: data[: dice.randrange(1, len(data) - 1)]),
    Operator("empty", "always", lambda data, dice: b""),
    Operator("append-1-byte", "always", lambda data, dice: data + b"\x01"),
    Operator("append-page", "always", lambda data, dice: data + bytes(4096)),
    Operator("append-twice", "always", lambda data, dice: data + data),
    Operator("insert-1-byte", "always", _insert),
    Operator("delete-1-byte", "always", _delete),
    Operator("crlf", "always", _crlf),
    Operator("lfs-pointer", "always", lambda data, dice: LFS),
    Operator("html-page", "always", lambda data, dice: HTML),
    Operator("xml-error", "always", lambda data, dice: XML),
    Operator("all-zero", "always", lambda data, dice: bytes(len(data))),
    Operator("random-bytes", "always", lambda data, dice: dice.randbytes(len(data))),
    Operator("zero-head", "always", lambda data, dice: bytes(64) + data[64:]),
    Operator("zero-tail-1-5", "tail", _zero_tail(0.01, 0.05)),
    Operator("zero-tail-5-20", "tail", _zero_tail(0.05, 0.20)),
    Operator("zero-tail-20-50", "tail", _zero_tail(0.20, 0.50)),
    Operator("zero-tail-50-95", "tail", _zero_tail(0.50, 0.95)),
    Operator("flip-middle", "summed", _flip(0.45, 0.55)),
    Operator("flip-late", "summed", _flip(0.7, 0.8)),
    Operator("hole-4096", "summed", _hole(4096)),
    Operator("swap-blocks", "summed", _swap),
    Operator("half-old", "summed", _half_old),
    Operator("flip-first-8", "hash", lambda data, dice: _flip(0, 8 / len(data))(data, dice)),
    Operator("flip-last-64", "hash", lambda data, dice: _flip(1 - 64 / len(data), 1)(data, dice)),
)


def cases(sources: list[Path], seeds: int = 1) -> Iterator[Case]:
    for source in sources:
        for operator in OPERATORS:
            for seed in range(seeds):
                yield Case(source, operator, seed)


def safetensors_with(header: object, data: bytes = b"") -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def _tensor(begin: int, end: int, shape: list[int], dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


CRAFTED: dict[str, tuple[str, bytes]] = {
    "overlap": ("a.safetensors", safetensors_with(
        {"a": _tensor(0, 8, [2]), "b": _tensor(4, 12, [2])}, bytes(12))),
    "gap": ("a.safetensors", safetensors_with(
        {"a": _tensor(0, 8, [2]), "b": _tensor(12, 20, [2])}, bytes(20))),
    "twice": ("a.safetensors", safetensors_with(
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
        b'"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4))),
    "dtype": ("a.safetensors", safetensors_with({"a": _tensor(0, 8, [2], "F33")}, bytes(8))),
    "shape": ("a.safetensors", safetensors_with({"a": _tensor(0, 8, [3])}, bytes(8))),
    "negative": ("a.safetensors", safetensors_with({"a": _tensor(0, 8, [-2])}, bytes(8))),
    "huge": ("a.safetensors", safetensors_with({"a": _tensor(0, 8, [2**63, 2])}, bytes(8))),
    "header-bomb": ("a.safetensors", struct.pack("<Q", 2**63) + b"{}"),
    "header-deep": ("a.safetensors", safetensors_with(b"{" + b'"a":[' * 20000 + b"}")),
    "metadata": ("a.safetensors", safetensors_with({"__metadata__": {"a": 1}})),
    "no-header": ("a.safetensors", b"{}" * 20),
    "kohya-hash": ("a.safetensors", safetensors_with(
        {"__metadata__": {"sshs_model_hash": "00" * 32}, "a": _tensor(0, 8, [2])}, b"12345678")),
    "gguf-counts": ("a.gguf", b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60)),
    "gguf-string": ("a.gguf", b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**50)),
    "npy-shape": ("a.npy", b"\x93NUMPY\x01\x00\x46\x00" + b"{'descr': '<f4', 'fortran_order': "
                  b"False, 'shape': (99,), }".ljust(69) + b"\n" + bytes(8)),
    "npy-code": ("a.npy", b"\x93NUMPY\x01\x00\x46\x00" + b"__import__('os').system('id')".ljust(69)
                 + b"\n"),
    "hdf5-end": ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes([0, 0, 0, 0, 0, 8, 8, 0]) + bytes(8)
                 + struct.pack("<QQQQ", 0, 2**64 - 1, 4096, 2**64 - 1) + bytes(64)),
    "msgpack-bomb": ("a.msgpack", b"\xdf\xff\xff\xff\xff"),
    "onnx-end": ("a.onnx", b"\x3a\xff\xff\xff\xff\x0f"),
}  # fmt: skip
"""Files made by hand to be wrong: by name, what they are called and their bytes."""
