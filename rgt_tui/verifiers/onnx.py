"""ONNX: protobuf fields to the last byte; initialisers of the length their shape needs.

Field numbers of `onnx.proto` 1.17: ModelProto.graph 7, GraphProto.initializer 5, TensorProto
dims 1, data_type 2, raw_data 9, external_data 13, data_location 14.
"""

from __future__ import annotations

import os
from typing import Dict, Iterable, Iterator, List, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File

_FIELDS_MAX = 5_000_000
_ITEMS = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16,
          16: 2, 17: 1, 18: 1, 19: 1, 20: 1}  # fmt: skip
_FLOATS = {1: "f32", 10: "f16", 11: "f64", 14: "f32", 15: "f64", 16: "bf16"}
_LISTS = {4: "f32", 10: "f64"}
"""Kinds of numbers: of raw data by data type, of the packed lists float_data and double_data."""
_GRAPH, _OPSET, _INITIALIZER = 7, 8, 5
_EXTERNAL = 1


class _Message:
    """The fields of a message within a file."""

    def __init__(self, file: File, start: int, end: int) -> None:
        self.file, self.at, self.end = file, start, end

    def __iter__(self) -> Iterator[Tuple[int, int, int, int]]:
        """Number, value (or 0), start and end of the content of each field."""
        seen = 0
        while self.at < self.end:
            seen += 1
            if seen > _FIELDS_MAX:
                raise Broken("it has more fields than any writer makes")
            tag = self.varint()
            number, kind = tag >> 3, tag & 7
            if not number or kind not in (0, 1, 2, 5):
                raise Broken("it is no protobuf: a field has a type that does not exist")
            value = start = 0
            if kind == 0:
                value = self.varint()
            else:
                size = self.varint() if kind == 2 else 8 if kind == 1 else 4
                start = self.at
                self.at += size
            if self.at > self.end:
                raise Broken(f"a field ends at byte {self.at}, what holds it at {self.end}")
            yield number, value, start, self.at

    def varint(self) -> int:
        value = shift = 0
        room = self.file.read(self.at, min(10, self.end - self.at))
        for byte in room:
            self.at += 1
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7
        raise Broken("a number in it does not end")


def check(file: File) -> Plan:
    """Fields to the last byte, and every initialiser."""
    if not file.size:
        raise Broken("it is empty")
    extents: List[Extent] = []
    floats: List[Floats] = []
    graphs = outside = operators = 0
    for number, _, start, end in _Message(file, 0, file.size):
        if number > 25:
            raise Broken(f"it has the field {number}, which no model has")
        operators += number == _OPSET
        if number != _GRAPH:
            continue
        graphs += 1
        for inner, _, from_, to in _Message(file, start, end):
            if inner == _INITIALIZER:
                outside += _initializer(file, (from_, to), extents, floats)
    if graphs != 1 or not operators:
        raise Broken(f"it holds {graphs} graphs and {operators} operator sets, a model has one")
    said = f"{len(extents)} initialisers here, {outside} in other files, no checksum"
    return Plan((), tuple(extents), None, "", said, lambda: floats)


def _initializer(
    file: File, within: Tuple[int, int], extents: List[Extent], floats: List[Floats]
) -> int:
    """Checks one tensor; 1 when its data lie in another file."""
    count = 1
    single = {2: 0, 14: 0}
    raw = (0, 0)
    place: Dict[str, str] = {}
    for number, value, from_, to in _Message(file, *within):
        if number == 1:
            count *= _product(_packed(file, from_, to) if from_ else [value])
        elif number == 9:
            raw = (from_, to)
        elif number in _LISTS and from_:
            floats.append(Floats(_name(extents), from_, to, _LISTS[number]))
        elif number == 13:
            place.update(_pair(file, from_, to))
        elif number in single:
            single[number] = value
    kind = single[2]
    if single[14] == _EXTERNAL:
        _check_outside(file, place, count * _ITEMS.get(kind, 0))
        return 1
    if raw[1]:
        if kind in _ITEMS and raw[1] - raw[0] != count * _ITEMS[kind]:
            raise Broken("an initialiser does not have the bytes its shape needs")
        _take(raw, kind, extents, floats)
    return 0


def _take(raw: Tuple[int, int], kind: int, extents: List[Extent], floats: List[Floats]) -> None:
    if kind in _FLOATS:
        floats.append(Floats(_name(extents), raw[0], raw[1], _FLOATS[kind]))
    extents.append(Extent(_name(extents), raw[0], raw[1], 0))


def _name(extents: List[Extent]) -> str:
    return f"initialiser {len(extents)}"


def _product(sizes: Iterable[int]) -> int:
    count = 1
    for size in sizes:
        count *= size
    return count


def _packed(file: File, start: int, end: int) -> Iterator[int]:
    message = _Message(file, start, end)
    while message.at < end:
        yield message.varint()


def _pair(file: File, start: int, end: int) -> Dict[str, str]:
    found = {number: file.read(a, b - a) for number, _, a, b in _Message(file, start, end) if a}
    key, value = found.get(1, b""), found.get(2, b"")
    return {key.decode("utf-8", "replace"): value.decode("utf-8", "surrogateescape")}


def _check_outside(file: File, place: Dict[str, str], size: int) -> None:
    name = place.get("location", "")
    if not name or name.startswith("/") or ".." in name.split("/"):
        raise Broken("an initialiser lies at a path outside the model's folder")
    if file.is_alone:
        raise Unsure("its weights lie in another file, which was not looked at")
    other = os.path.join(os.path.dirname(file.path), name)
    try:
        there = os.stat(other, follow_symlinks=False).st_size
        begin, length = int(place.get("offset", "0")), int(place.get("length", str(size)))
    except (OSError, ValueError) as error:
        raise Broken("the file of an initialiser is missing") from error
    if begin + length > there or (size and length != size):
        raise Broken(f"an initialiser needs {begin + length} bytes of its file, which has {there}")


VERIFIER = Verifier(
    name="onnx",
    title="ONNX",
    rank=60,
    matches=lambda head, name: name.lower().endswith(".onnx"),
    check=check,
    proves=Proves(
        structure="fields to the last byte; initialisers have the bytes of their shape",
        full="ends that were never written, in most cases; NaN and infinity in the model's own "
        "file, as a warning; outside data are long enough",
        load="onnx reads every byte",
        never="changed bytes inside an initialiser or a node: no checksum",
    ),
)
