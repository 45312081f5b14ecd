"""PyTorch Distributed Checkpoint, FSDP included: `.metadata` and `__<rank>_<n>.distcp` files.

`.metadata` is renamed into place last (torch `filesystem.py`): without it the save did not end.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Set, Tuple

from rgt_tui.verifiers import (
    Broken,
    Extent,
    Floats,
    Plan,
    Proves,
    Region,
    Unsure,
    Verifier,
    moved,
    safetensors,
)
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._folder import Folder
from rgt_tui.verifiers._pickles import LARGEST, Inert, each, walk
from rgt_tui.verifiers._torch import Item, walk_items
from rgt_tui.verifiers._zips import Archive, read_archive

META = ".metadata"
_ZSTD = b"\x28\xb5\x2f\xfd"
Place = Tuple[str, int, int]


def check_group(folder: Folder) -> str:
    """Every byte of every rank's file belongs to an item, and the save has ended."""
    places, missing = _metadata(folder)
    if missing:
        raise Broken(f".metadata places {missing!r} in no file")
    by_name = _by_name(places)
    for name, parts in sorted(by_name.items()):
        folder.size(name)
        file = folder.open(name)
        try:
            for offset, length in _divided(file, name, parts)[0]:
                _archive_of(file.part(offset, length), name, offset)
        finally:
            file.close()
    extra = [name for name in folder.matching(".distcp") if name not in by_name]
    if extra:
        raise Unsure(f"{extra[0]} belongs to another save: .metadata does not name it")
    return f"{len(places)} items in {len(by_name)} files"


def check(file: File) -> Plan:
    """One rank's file: the items that `.metadata` beside it places there, with their checksums."""
    if file.is_alone:
        raise Unsure(f"its items are named in {META} beside it, which was not looked at")
    folder = Folder(os.path.dirname(file.path) or ".")
    if META not in folder.files:
        raise Unsure(f"{META} is missing beside it, without which its items are not known")
    parts = _by_name(_metadata(folder)[0]).get(file.name)
    if parts is None:
        raise Unsure(f"{META} beside it does not name it")
    parts, tail = _divided(file, file.name, parts)
    regions: List[Region] = []
    extents: List[Extent] = list(tail.extents)
    items: List[Item] = []
    for offset, length in parts:
        item = file.part(offset, length)
        archive = _archive_of(item, file.name, offset)
        if archive is None:
            continue
        items.append(Item(f"the item at byte {offset}", offset, item, archive))
        regions += items[-1].regions()
        extents += items[-1].extents()
    opaque = len(parts) - len(items)
    warning = f"{opaque} items were written compressed or by another library" if opaque else ""
    bare = f", {len(tail.extents)} tensors without one" if tail.extents else ""
    said = f"{len(parts)} items with checksums{bare}"
    floats: List[Floats] = list(tail.floats() if tail.floats is not None else ())
    return Plan(
        tuple(regions), tuple(extents), lambda: walk_items(file.name, items, floats) + bare, warning,
        said, lambda: floats, () if opaque else (*parts, *tail.items),
    )  # fmt: skip


def _metadata(folder: Folder) -> Tuple[List[Place], str]:
    """The places of all items, and the name of one that is described but lies nowhere."""
    if META not in folder.files:
        if ".metadata.tmp" in folder.files:
            raise Broken(".metadata.tmp was never renamed: the save did not end")
        raise Broken(".metadata is missing: the save did not end")
    if folder.size(META) > LARGEST:
        raise Unsure(".metadata is larger than is walked")
    file = folder.open(META)
    try:
        value = walk(file.read(0, file.size), META).value
    finally:
        file.close()
    places, keys, described = _found(value)
    if not places:
        raise Broken(".metadata places no item in any file")
    missing = sorted(described - keys)
    return places, missing[0] if missing else ""


def _by_name(places: List[Place]) -> Dict[str, List[Tuple[int, int]]]:
    found: Dict[str, List[Tuple[int, int]]] = {}
    for name, offset, length in sorted(set(places)):
        found.setdefault(name, []).append((offset, length))
    return found


def _found(value: Any) -> Tuple[List[Place], set[str], set[str]]:
    """Places of all items, names of those placed, and names of those described."""
    places: List[Place] = []
    keys: Set[str] = set()
    described: Set[str] = set()
    for one in each(value):
        if not isinstance(one, Inert) or not isinstance(one.state, dict):
            continue
        kind, state = one.named[1], one.state
        if kind == "_StorageInfo":
            places.append(_place(state))
        elif kind == "MetadataIndex" and isinstance(state.get("fqn"), str):
            keys.add(state["fqn"])
        elif kind == "Metadata" and isinstance(state.get("state_dict_metadata"), dict):
            described.update(k for k in state["state_dict_metadata"] if isinstance(k, str))
    return places, keys, described


def _place(state: Dict[str, Any]) -> Place:
    name, offset, length = (state.get(k) for k in ("relative_path", "offset", "length"))
    if not isinstance(name, str) or not isinstance(offset, int) or not isinstance(length, int):
        raise Broken(".metadata has an item without a place")
    if offset < 0 or length < 0:
        raise Broken(".metadata has an item at a place that cannot be")
    return name, offset, length


def _divided(
    file: File, name: str, parts: List[Tuple[int, int]]
) -> Tuple[List[Tuple[int, int]], Plan]:
    """The items that lie one after the other, and what is known of a block of safetensors after them.

    With `SerializationFormat.SAFETENSORS` all tensors of a rank are such a block, and each has its
    beginning for a place (torch 2.13, `filesystem.py`).
    """
    start = parts[-1][0]
    if file.read(start, min(9, max(0, file.size - start)))[8:9] != b"{":
        _check_tiling(name, parts, file.size)
        return parts, Plan()
    before = [part for part in parts if part[0] < start]
    _check_tiling(name, before, start)
    rest = file.size - start
    found = safetensors.check(file.part(start, rest))
    sizes = {length for offset, length in parts if offset == start}
    if sizes != {one.end - one.start for one in found.extents}:
        raise Broken(f"{name}: its tensors do not have the bytes that {META} gives them")
    floats = moved(found.floats() if found.floats is not None else (), start)
    extents = tuple(moved(found.extents, start))
    return before, Plan(extents=extents, floats=lambda: floats, items=((start, rest),))


def _check_tiling(name: str, parts: List[Tuple[int, int]], size: int) -> None:
    at = 0
    for offset, length in parts:
        if offset != at:
            raise Broken(f"{name}: an item begins at byte {offset}, expected {at}")
        at = offset + length
    if at != size:
        raise Broken(f"{name} has {size} bytes, its items take {at}")


def _archive_of(item: File, name: str, offset: int) -> Optional[Archive]:
    """An item that torch saved is an archive with checksums of its own; None for others."""
    head = item.read(0, min(item.size, 4))
    if head[:4] == _ZSTD:
        return None
    if head[:4] != b"PK\3\4":
        raise Broken(f"{name}: the item at byte {offset} is nothing that torch saves")
    try:
        return read_archive(item)
    except Broken as error:
        raise Broken(f"{name}, the item at byte {offset}: {error}") from error


VERIFIER = Verifier(
    name="dcp",
    title="PyTorch DCP, FSDP (.metadata + .distcp)",
    rank=20,
    matches=lambda head, name: name.endswith(".distcp"),
    check=check,
    group=check_group,
    proves=Proves(
        structure=".metadata is whole; its items tile every file",
        full="CRC-32 of every item that torch saved; each tensor fits its storage; no hostile "
        "pickle; NaN and infinity, as a warning",
        load="torch.load(weights_only=True) of every item by itself; .metadata is never unpickled",
        never="items written compressed are opaque; tensors written as safetensors carry no checksum",
    ),
)
