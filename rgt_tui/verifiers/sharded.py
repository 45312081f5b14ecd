"""Models in shards: an index that names for each tensor the file it lies in."""

from __future__ import annotations

import re
from typing import Any, Dict, Set

from rgt_tui.verifiers import Broken, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._folder import Folder
from rgt_tui.verifiers._torch import names_in
from rgt_tui.verifiers.safetensors import header

INDEX = (".safetensors.index.json", ".bin.index.json")
PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<end>\.[A-Za-z0-9.]+)\Z")


def check(folder: Folder) -> str:
    """Every shard is there and holds exactly the tensors that the index places in it."""
    said = [_indexed(folder, name) for name in folder.matching(*INDEX)]
    _counted(folder)
    return "; ".join(said) or "all numbered parts are there"


def _counted(folder: Folder) -> None:
    """Numbered parts must be as many as they say."""
    sets: Dict[Any, Set[int]] = {}
    for name in folder.files:
        found = PART.match(name)
        if found is not None:
            key = (found["stem"], int(found["count"]), found["end"])
            sets.setdefault(key, set()).add(int(found["number"]))
    for (stem, count, end), numbers in sets.items():
        first = 0 if 0 in numbers and count not in numbers else 1
        missing = sorted(set(range(first, first + count)) - numbers)
        if missing:
            raise Broken(f"{stem}-{missing[0]:05d}-of-{count:05d}{end} is missing")


def _indexed(folder: Folder, name: str) -> str:
    index = folder.json(name)
    places = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(places, dict) or not places:
        raise Broken(f"{name} has no weight_map")
    shards: Dict[str, Set[str]] = {}
    for tensor, shard in places.items():
        if not isinstance(shard, str):
            raise Broken(f"{name} places {tensor!r} in no file")
        shards.setdefault(shard, set()).add(tensor)
    sizes = 0
    for shard, wanted in sorted(shards.items()):
        file = folder.open(shard)
        try:
            sizes += _compare(file, wanted)
        finally:
            file.close()
    _check_total(index, sizes, name)
    extra = [n for n in folder.files if PART.match(n) and n not in shards and _same(n, name)]
    if extra:
        raise Unsure(f"{extra[0]} looks like a shard but the index does not name it")
    return f"{len(places)} tensors in {len(shards)} shards"


def _same(part: str, index: str) -> bool:
    return part.split("-")[0] == index.split(".")[0].split("-")[0] and not part.endswith(".json")


def _compare(file: File, wanted: Set[str]) -> int:
    """Makes sure a shard holds what the index says; the bytes of its tensors."""
    if file.name.endswith(".safetensors"):
        table, start = header(file)
        table.pop("__metadata__", None)
        held, size = set(table), file.size - start
    else:
        held, size = set(names_in(file)), 0
    missing = sorted(wanted - held)
    if missing:
        raise Broken(f"{file.name} does not hold {missing[0]!r}, which the index places there")
    extra = sorted(held - wanted)
    if extra:
        raise Broken(f"{file.name} holds {extra[0]!r}, which the index does not place there")
    return size


def _check_total(index: Dict[str, Any], sizes: int, name: str) -> None:
    notes = index.get("metadata")
    total = notes.get("total_size") if isinstance(notes, dict) else None
    if isinstance(total, int) and sizes and total != sizes:
        raise Unsure(f"{name} says {total} bytes of tensors, the shards hold {sizes}")


VERIFIER = Verifier(
    name="sharded",
    title="sharded index",
    group=check,
    proves=Proves(
        structure="every shard is there and holds exactly the tensors the index places in it",
        full="each shard as its own format",
        load="each shard as its own format",
        never="a shard of the same names from another save, where shards carry no checksum",
    ),
)
