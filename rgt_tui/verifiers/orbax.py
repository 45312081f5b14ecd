"""Orbax: a folder committed by a rename or a marker; its OCDBT content is opaque here."""

from __future__ import annotations

import os
import posixpath
import re
from typing import Collection, Set

from rgt_tui.verifiers import Broken, Proves, Unsure, Verifier
from rgt_tui.verifiers._folder import Folder

COMMITTED = "committed; its arrays are read only by Orbax itself"
"""What is said of a good one: more than this only a load can tell."""
TMP = ".orbax-checkpoint-tmp"
MARKS = frozenset({"_CHECKPOINT_METADATA", "_METADATA", "manifest.ocdbt", "commit_success.txt"})
_DEPTH = 6
_NOTES = MARKS | {"_sharding", ".zarray", "zarr.json"}
_CHUNK = re.compile(r"(?:c/)?\d+(?:[./]\d+)*\Z|c\Z")
"""What follows the folder of an array in the path of its chunks, by Zarr 2 (`0.1`) and 3 (`c/0/1`)."""


def check(folder: Folder) -> str:
    """It was committed and its manifest is there; that its arrays are whole cannot be told."""
    if TMP in folder.name:
        raise Broken("it was never renamed: the save did not end")
    stored = _stored(folder, 0)
    if "_CHECKPOINT_METADATA" in folder.files:
        notes = folder.json("_CHECKPOINT_METADATA")
        if not isinstance(notes, dict):
            raise Broken("_CHECKPOINT_METADATA is no table")
        done = notes.get("commit_timestamp_nsecs", notes.get("commit_timestamp"))
        if "init_timestamp_nsecs" in notes and done is None:
            raise Broken("_CHECKPOINT_METADATA tells no commit: the save did not end")
    if not stored:
        raise Broken("it holds no manifest.ocdbt and no array")
    raise Unsure(COMMITTED)


def _stored(folder: Folder, depth: int) -> int:
    """Manifests and arrays below a folder; refuses empty ones and unfinished parts."""
    found = _manifests(folder)
    for name in folder.folders:
        if TMP in name:
            raise Broken(f"{name} was never renamed: the save did not end")
        if depth < _DEPTH and name != "d":
            found += _stored(Folder(folder.within(name)), depth + 1)
    return found


def _manifests(folder: Folder) -> int:
    """Manifests and arrays in one folder; refuses empty ones."""
    found = 0
    for name in folder.files:
        if name in ("manifest.ocdbt", ".zarray", "zarr.json") or name.endswith(".msgpack"):
            if not folder.size(name):
                raise Broken(f"{os.path.join(folder.name, name)} is empty")
            found += 1
        if name == "_METADATA":
            folder.json(name)
    if "manifest.ocdbt" in folder.files and "d" in folder.folders:
        data = Folder(folder.within("d"))
        if not data.files or not all(data.size(name) for name in data.files):
            raise Broken(f"{os.path.join(folder.name, 'd')} lacks its data")
    return found


def own(paths: Collection[str]) -> Set[str]:
    """Of the paths of files within a checkpoint, those that Orbax has put there: the group's verdict is on them.

    OCDBT keeps its data in `d` beside a `manifest.ocdbt`; Zarr its chunks below the folder of an array.
    """
    arrays = {posixpath.dirname(path) for path in paths if path.endswith((".zarray", "zarr.json"))}
    return {path for path in paths if _is_own(path, paths) or _is_chunk(path, arrays)}


def _is_own(path: str, paths: Collection[str]) -> bool:
    folder, name = posixpath.split(path)
    above, last = posixpath.split(folder)
    if last == "d":
        return posixpath.join(above, "manifest.ocdbt") in paths
    return name in _NOTES or (last == "array_metadatas" and name.startswith("process_"))


def _is_chunk(path: str, arrays: Set[str]) -> bool:
    folder = posixpath.dirname(path)
    while folder:
        if folder in arrays:
            return _CHUNK.match(path[len(folder) + 1 :]) is not None
        folder = posixpath.dirname(folder)
    return False


VERIFIER = Verifier(
    name="orbax",
    title="Orbax",
    group=check,
    proves=Proves(
        structure="committed; manifests are there and not empty",
        full="no more than structure: the verdict stays unknown",
        load="orbax reads every array into memory, and checks the checksums that it has",
        never="the bytes of its arrays",
    ),
)
