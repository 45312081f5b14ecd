"""ONNX: protobuf fields to the last byte; initialisers of the length their shape needs.

Field numbers of `onnx.proto` 1.17: ModelProto.graph 7, GraphProto.initializer 5, TensorProto
dims 1, data_type 2, raw_data 9, external_data 13, data_location 14. Tensors stand in the attributes
of nodes (GraphProto.node 1, NodeProto.attribute 5, AttributeProto t 5, g 6, tensors 10, graphs 11) and
functions (ModelProto.functions 25, FunctionProto.node 7), too.
"""

from __future__ import annotations

import os
import stat
from typing import Dict, Iterable, Iterator, List, NamedTuple, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File

_FIELDS_MAX = 5_000_000
READS_MAX = 500_000
_BLOCK = 4096
_ITEMS = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16,
          16: 2, 17: 1, 18: 1, 19: 1, 20: 1}  # fmt: skip
_FLOATS = {1: "f32", 10: "f16", 11: "f64", 14: "f32", 15: "f64", 16: "bf16"}
_LISTS = {4: "f32", 10: "f64"}
"""Kinds of numbers: of raw data by data type, of the packed lists float_data and double_data."""
_GRAPH, _OPSET, _FUNCTION = 7, 8, 25
_EXTERNAL = 1
_LEADS_OUT = "an initialiser lies at a path outside the model's folder"
_DEPTH_MAX = 20


class Outside(NamedTuple):
    """A tensor whose bytes lie in another file; -1 for a length that is up to that file's end."""

    location: str
    start: int
    length: int
    needed: int
    kind: str


class _Found(NamedTuple):
    """What a model's tensors are."""

    extents: List[Extent]
    floats: List[Floats]
    outside: List[Outside]


class TooMuch(Unsure):
    """A model is more than is looked through for the names of other files."""


class _Source:
    """A file of which a block is kept, since fields are read a few bytes at a time."""

    def __init__(self, file: File) -> None:
        self.file, self.size = file, file.size
        self.base, self.block = 0, b""

    def read(self, offset: int, count: int) -> bytes:
        at = offset - self.base
        if not 0 <= at <= at + count <= len(self.block):
            if count > _BLOCK or offset + count > self.size:
                return self.file.read(offset, count)
            self.base, at = offset, 0
            self.block = self.file.read(offset, min(_BLOCK, self.size - offset))
        return self.block[at : at + count]


class _Few(_Source):
    """A file of which only so much is read: a second's work."""

    left = READS_MAX

    def read(self, offset: int, count: int) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise TooMuch("it has more fields than are looked through for its other files")
        return super().read(offset, count)


class _Message:
    """The fields of a message within a file."""

    def __init__(self, file: _Source, start: int, end: int) -> None:
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
    """Fields to the last byte, and every tensor."""
    if not file.size:
        raise Broken("it is empty")
    found = _Found([], [], [])
    source = _Source(file)
    graphs = operators = 0
    for number, _, start, end in _Message(source, 0, file.size):
        if number > _FUNCTION:
            raise Broken(f"it has the field {number}, which no model has")
        operators += number == _OPSET
        graphs += number == _GRAPH
        if start:
            _walk(source, number, (start, end), found)
    if graphs != 1 or not operators:
        raise Broken(f"it holds {graphs} graphs and {operators} operator sets, a model has one")
    sizes: Dict[str, int] = {}
    for one in found.outside:
        if one.location not in sizes:
            sizes[one.location] = _size_of(file, one.location)
        _check_outside(one, sizes[one.location])
    said = f"{len(found.extents)} initialisers here, {len(found.outside)} in other files"
    floats = found.floats
    return Plan((), tuple(found.extents), None, "", f"{said}, no checksum", lambda: floats)


def outside_of(file: File) -> List[Outside]:
    """The tensors of a model that lie in other files; none where it cannot be read.

    Raises:
        TooMuch: it has too many fields to be looked through on the way.
    """
    found = _Found([], [], [])
    few = _Few(file)
    try:
        for number, _, start, end in _Message(few, 0, file.size):
            if start:
                _walk(few, number, (start, end), found)
    except TooMuch:
        raise
    except (Broken, Unsure):
        pass  # its own verdict says so
    return found.outside


def _walk(file: _Source, number: int, within: Tuple[int, int], found: _Found) -> None:
    """Finds the tensors in a field of the model."""
    if number == _GRAPH:
        _graph(file, within, found, 0)
    elif number == _FUNCTION:
        for inner, _, start, end in _Message(file, *within):
            if inner == 7 and start:
                _node(file, (start, end), found, 0)


def _graph(file: _Source, within: Tuple[int, int], found: _Found, depth: int) -> None:
    if depth > _DEPTH_MAX:
        raise Unsure("its graphs are nested too deeply")
    for number, _, start, end in _Message(file, *within):
        if number == 5 and start:
            _tensor(file, (start, end), found)
        elif number == 1 and start:
            _node(file, (start, end), found, depth)


def _node(file: _Source, within: Tuple[int, int], found: _Found, depth: int) -> None:
    for number, _, start, end in _Message(file, *within):
        for inner, _, from_, to in _Message(file, start, end) if number == 5 and start else ():
            if inner in (5, 10) and from_:
                _tensor(file, (from_, to), found)
            elif inner in (6, 11) and from_:
                _graph(file, (from_, to), found, depth + 1)


def _tensor(file: _Source, within: Tuple[int, int], found: _Found) -> None:
    """Checks one tensor, or tells where its bytes lie."""
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
            found.floats.append(Floats(_name(found.extents), from_, to, _LISTS[number]))
        elif number == 13:
            place.update(_pair(file, from_, to))
        elif number in single:
            single[number] = value
    kind = single[2]
    if single[14] == _EXTERNAL:
        found.outside.append(_placed(place, count * _ITEMS.get(kind, 0), _FLOATS.get(kind, "")))
    elif raw[1]:
        if kind in _ITEMS and raw[1] - raw[0] != count * _ITEMS[kind]:
            raise Broken("an initialiser does not have the bytes its shape needs")
        _take(raw, kind, found.extents, found.floats)


def _placed(place: Dict[str, str], needed: int, kind: str) -> Outside:
    try:
        start, length = int(place.get("offset", "0")), int(place.get("length", "-1"))
    except ValueError as error:
        raise Broken("the place of an initialiser is no number") from error
    if start < 0 or length < -1:
        raise Broken("the place of an initialiser is no place")
    return Outside(place.get("location", ""), start, length, needed, kind)


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


def _packed(file: _Source, start: int, end: int) -> Iterator[int]:
    message = _Message(file, start, end)
    while message.at < end:
        yield message.varint()


def _pair(file: _Source, start: int, end: int) -> Dict[str, str]:
    found = {number: file.read(a, b - a) for number, _, a, b in _Message(file, start, end) if a}
    key, value = found.get(1, b""), found.get(2, b"")
    return {key.decode("utf-8", "replace"): value.decode("utf-8", "surrogateescape")}


def path_of(model: str, location: str) -> str:
    """Where a file lies that a model names, never out of its folder nor through a link.

    Raises:
        Broken: it leads out of the folder, or is not there.
        Unsure: it is, or lies behind, a link.
    """
    inside = inside_of(location)
    if not inside:
        raise Broken(_LEADS_OUT)
    folder = os.path.dirname(model) or "."
    for way in (location, inside):  # who does not normalise follows the links of the first
        path = folder
        for part in way.split("/"):
            path = os.path.join(path, part)
            if os.path.islink(path):
                raise Unsure(f"its weights lie behind the link {part!r}, which is not followed")
    if not os.path.lexists(path):
        raise Broken(f"the file of an initialiser is missing: {location!r}")
    return os.path.normpath(path)


def inside_of(location: str) -> str:
    """The plain path in the model's folder that a place names, as onnx reads it; empty for none.

    onnx 1.23 takes `a/../b`, whether or not `a` is there, and refuses what then still climbs.
    """
    if not location or location.startswith("/") or "\0" in location:
        return ""
    plain = os.path.normpath(location)
    return "" if plain == "." or plain.split("/")[0] == ".." else plain


def _size_of(file: File, location: str) -> int:
    """Bytes of a file that a model names."""
    if file.beside is not None:
        inside = inside_of(location)
        if not inside:
            raise Broken(_LEADS_OUT)
        return file.beside(inside)
    if file.is_alone:
        raise Unsure("its weights lie in another file, which was not looked at")
    found = os.stat(path_of(file.path, location), follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):
        raise Unsure(f"{location!r}, where its weights should lie, is no regular file")
    return found.st_size


def _check_outside(one: Outside, size: int) -> None:
    length = size - one.start if one.length < 0 else one.length
    if one.start + length > size or length < 0:
        raise Broken(
            f"an initialiser needs {one.start + max(0, length)} bytes of {one.location!r}, which "
            f"has {size}"
        )
    if one.needed and length != one.needed:
        raise Broken(f"an initialiser takes {length} bytes, its shape needs {one.needed}")


VERIFIER = Verifier(
    name="onnx",
    title="ONNX",
    rank=60,
    matches=lambda head, name: name.lower().endswith(".onnx"),
    check=check,
    proves=Proves(
        structure="fields to the last byte; initialisers have the bytes of their shape, in other "
        "files, too",
        full="ends that were never written, in most cases; NaN and infinity, as a warning; the files "
        "that it names are in its folder, long enough, and looked through as well",
        load="onnx reads every byte",
        never="changed bytes inside an initialiser or a node: no checksum",
    ),
)
