"""The header of a `.npy` file: numpy's format 1.0 to 3.0."""

from __future__ import annotations

import ast
import re
from typing import Any, List, Tuple

from rgt_tui.verifiers import Broken, Floats, Unsure

MAGIC = b"\x93NUMPY"
HEAD = 64 * 1024
_FLOATS = {"<f2": "f16", "<f4": "f32", "<c8": "f32", "<f8": "f64", "<c16": "f64"}
_TYPE = re.compile(r"[<>|=]?([?bBiufcmMSUVO])(\d{1,6})?(?:\[[^\]]{1,12}\])?\Z")


def expected_size(head: bytes, name: str) -> int:
    """How many bytes the whole file must have, by its header.

    Raises:
        Broken: it is no header.
        Unsure: the array holds Python objects, or records.
    """
    return _measured(head, name)[1]


def floats_of(head: bytes, name: str, at: int) -> List[Floats]:
    """The numbers of a file that begins at byte `at`, by its header; none where it holds others.

    Raises:
        Broken, Unsure: as `expected_size`.
    """
    start, end, kind = _measured(head, name)
    known = _FLOATS.get(kind) if isinstance(kind, str) else None
    return [Floats(name, at + start, at + end, known)] if known is not None else []


def _measured(head: bytes, name: str) -> Tuple[int, int, Any]:
    """Where the array begins and ends, and its type."""
    if head[:6] != MAGIC or len(head) < 12 or head[6] not in (1, 2, 3) or head[7]:
        raise Broken(f"{name} does not begin with numpy's header")
    wide = 2 if head[6] == 1 else 4
    length = int.from_bytes(head[8 : 8 + wide], "little")
    start = 8 + wide + length
    if start > len(head):
        raise Broken(f"{name}: its header is cut or larger than any writer makes")
    kind, shape = _fields(head[8 + wide : start], name)
    count = _item(kind, name)
    for size in shape:
        count *= size
    return start, start + count, kind


def _fields(raw: bytes, name: str) -> Tuple[Any, Tuple[int, ...]]:
    try:
        found = ast.literal_eval(raw.decode("utf-8").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise Broken(f"{name}: its header is damaged") from error
    if not isinstance(found, dict) or set(found) != {"descr", "fortran_order", "shape"}:
        raise Broken(f"{name}: its header is damaged")
    shape = found["shape"]
    if not isinstance(shape, tuple) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise Broken(f"{name}: its shape is damaged")
    if not isinstance(found["fortran_order"], bool):
        raise Broken(f"{name}: its header is damaged")
    return found["descr"], shape


def _item(kind: Any, name: str) -> int:
    """Bytes of one element."""
    if isinstance(kind, list):
        return sum(_field(field, name) for field in kind)
    found = _TYPE.match(kind) if isinstance(kind, str) else None
    if found is None:
        raise Broken(f"{name}: its type is damaged")
    letter, digits = found[1], found[2]
    if letter == "O":
        raise Unsure(f"{name} holds Python objects, which only a load builds")
    size = int(digits) if digits else 1
    return 4 * size if letter == "U" else size


def _field(field: Any, name: str) -> int:
    if not isinstance(field, tuple) or len(field) not in (2, 3):
        raise Broken(f"{name}: its type is damaged")
    count = 1
    if len(field) == 3:
        shape = field[2] if isinstance(field[2], tuple) else (field[2],)
        for size in shape:
            if not isinstance(size, int):
                raise Broken(f"{name}: its type is damaged")
            count *= size
    return _item(field[1], name) * count
