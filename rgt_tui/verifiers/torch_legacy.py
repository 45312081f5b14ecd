"""PyTorch's format before 1.6: five pickles, then the storages one after the other."""

from __future__ import annotations

from typing import List, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._names import RUNS_CODE, strangers
from rgt_tui.verifiers._pickles import Walked, walk
from rgt_tui.verifiers._torch import FLOATS, check_tensors

MAGIC = bytes.fromhex("8002 8a0a 6cfc9c46f9206aa85019 2e".replace(" ", ""))
_PROTOCOL = 1001
_FIRST = 128 << 10
_PICKLES_MAX = 64 << 20


def _matches(head: bytes, name: str) -> bool:
    return head.startswith(MAGIC)


def check(file: File) -> Plan:
    """The five pickles must be there and the storages end exactly where the file does."""
    pickles, start = _pickles(file)
    version, graph, keys = pickles[1].value, pickles[3], pickles[4].value
    if version != _PROTOCOL:
        raise Broken(f"its protocol is {version!r}, torch writes {_PROTOCOL}")
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(graph.storages):
        raise Broken("its list of storages is not that of its tensors")
    check_tensors(graph)
    extents = _storages(file, [str(key) for key in keys], graph, start)
    said = f"{len(graph.tensors)} tensors on {len(extents)} storages, no checksum"
    strange = strangers(graph.named, graph.called)
    warning = f"it names classes that are on no list: {strange}" if strange else ""
    kinds = [graph.storages[str(key)].kind for key in keys]
    floats = [Floats(*one[:3], FLOATS[kind]) for one, kind in zip(extents, kinds)
              if kind in FLOATS]  # fmt: skip
    return Plan((), tuple(extents), None, warning, said, lambda: floats)


def _pickles(file: File) -> Tuple[List[Walked], int]:
    """The five pickles, and where the storages begin."""
    found: List[Walked] = []
    at = 0
    for what in ("magic", "protocol", "system", "value", "storage list"):
        one = _pickle(file, at, what)
        found.append(one)
        at += one.end
    return found, at


def _pickle(file: File, at: int, what: str) -> Walked:
    """The pickle at a byte; of a large file no more is read than it needs."""
    left = file.size - at
    size = min(left, _FIRST)
    while True:
        try:
            return walk(file.read(at, size), what)
        except Broken as error:
            if size == left or RUNS_CODE in str(error):
                raise
            if size == _PICKLES_MAX:
                raise Unsure("its pickles are longer than is walked") from error
        size = min(left, 8 * size, _PICKLES_MAX)


def _storages(file: File, keys: List[str], graph: Walked, at: int) -> List[Extent]:
    extents: List[Extent] = []
    for key in keys:
        storage = graph.storages[key]
        count = int.from_bytes(file.read(at, 8), "little", signed=True)
        if count != storage.elements:
            raise Broken(f"storage {key} has {count} elements, its tensors {storage.elements}")
        end = at + 8 + count * storage.item
        extents.append(Extent(f"storage {key}", at + 8, end, 0))
        at = end
    if at != file.size:
        raise Broken(f"its storages end at byte {at}, the file at {file.size}")
    return extents


VERIFIER = Verifier(
    name="torch-legacy",
    title="PyTorch before 1.6",
    rank=20,
    matches=_matches,
    check=check,
    proves=Proves(
        structure="five whole pickles; the storages end where the file does; no hostile pickle",
        full="ends that were never written, in most cases; NaN and infinity, as a warning",
        load="torch.load(weights_only=True) of every byte",
        never="changed bytes inside a storage: no checksum",
    ),
)
