"""Models in shards: an index that names for each tensor the file it lies in."""

from __future__ import annotations

import re
from typing import Any, Dict, Set

from rgt_tui.verifiers import Broken, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._folder import Folder
from rgt_tui.verifiers._torch import names_in
from rgt_tui.verifiers.hdf5 import contents_of
from rgt_tui.verifiers.safetensors import header

KERAS = ".weights.json"
INDEX = (".safetensors.index.json", ".bin.index.json", KERAS)
PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<end>\.[A-Za-z0-9.]+)\Z")

KERAS_PART = re.compile(r"(?P<stem>.+)_(?P<number>\d{5})\.weights\.h5\Z")


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
    shards = placed(places)
    if "" in shards:
        raise Broken(f"{name} places {min(shards[''])!r} in no file")
    sizes = 0
    for shard, wanted in sorted(shards.items()):
        file = folder.open(shard)
        try:
            sizes += _compare(file, wanted)
        finally:
            file.close()
    _check_total(index, sizes, name)
    extra = [n for n in folder.files if n not in shards and _is_part(n, name)]
    if extra:
        raise Unsure(f"{extra[0]} looks like a shard but the index does not name it")
    return f"{len(places)} tensors in {len(shards)} shards"


def placed(places: Dict[Any, Any]) -> Dict[str, Set[str]]:
    """The names that a `weight_map` places in each file; those that it places in none are at "".

    Keras places the variables of a layer in several, as a list.
    """
    shards: Dict[str, Set[str]] = {}
    for name, where in places.items():
        files = where if isinstance(where, list) and where else [where]
        for file in files:
            shards.setdefault(file if isinstance(file, str) else "", set()).add(str(name))
    return shards


def _is_part(name: str, index: str) -> bool:
    """Whether a file looks like a shard of the model that an index is of."""
    if index.endswith(KERAS):
        keras = KERAS_PART.match(name)
        return keras is not None and keras["stem"] == index[: -len(KERAS)]
    same = name.split("-")[0] == index.split(".")[0].split("-")[0]
    return same and PART.match(name) is not None and not name.endswith(".json")


def _compare(file: File, wanted: Set[str]) -> int:
    """Makes sure a shard holds what the index says; the bytes of its tensors, 0 where they are not told."""
    if file.name.endswith(".h5"):
        return _compare_layers(file, wanted)
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


def _compare_layers(file: File, wanted: Set[str]) -> int:
    """The same of a shard of Keras, in which each layer is a folder of datasets."""
    contents = contents_of(file)
    if contents.unread:
        raise Unsure(f"{file.name}: {contents.unread[0]}")
    held = {one.name.strip("/").rpartition("/")[0] for one in contents.datasets}
    layers = {one.strip("/") for one in wanted}
    missing = sorted(one for one in layers if not any(_is_within(have, one) for have in held))
    if missing:
        raise Broken(f"{file.name} holds nothing of {missing[0]!r}, which the index places there")
    extra = sorted(have for have in held if not any(_is_within(have, one) for one in layers))
    if extra:
        raise Broken(f"{file.name} holds {extra[0]!r}, which the index does not place there")
    return 0


def _is_within(path: str, layer: str) -> bool:
    return path == layer or path.startswith(layer + "/")


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
