"""Weights of an ONNX model in files of their own, which nothing but the model tells apart."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Iterator, List, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers.onnx import Outside, TooMuch, inside_of, outside_of

MODELS_MAX = 50
_ABOVE = 3
"""So many folders above are looked at: a model names files in its folder and below."""


def claims(file: File) -> bool:
    """Whether a model beside it, or not far above, names it."""
    return not file.is_alone and next(_named(file), None) is not None


def check(file: File) -> Plan:
    """Every tensor that models place in it must be within it."""
    extents: List[Extent] = []
    floats: List[Floats] = []
    models = []
    for model, one in _named(file):
        end = file.size if one.length < 0 else one.start + one.length
        if end > file.size or end < one.start:
            raise Broken(f"it has {file.size} bytes, {model} needs {end}")
        models.append(model)
        name = f"tensor {len(extents)}"
        extents.append(Extent(name, one.start, end, 0))
        if one.kind:
            floats.append(Floats(name, one.start, end, one.kind))
    if not models:
        raise Unsure("no model names it")
    said = f"{len(extents)} tensors of {models[0]}, no checksum"
    return Plan((), tuple(extents), None, "", said, lambda: floats)


def _named(file: File) -> Iterator[Tuple[str, Outside]]:
    """The tensors that lie in a file, and the name of the model of each."""
    path = os.path.abspath(file.path)
    folder = os.path.dirname(path)
    for _ in range(_ABOVE + 1):
        for model in _models(folder):
            for one in _tensors(os.path.join(folder, model)):
                inside = inside_of(one.location)
                if inside and os.path.normpath(os.path.join(folder, inside)) == path:
                    yield model, one
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _models(folder: str) -> List[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith(".onnx"))
    except OSError:
        return []
    return names[:MODELS_MAX]


def _outside(path: str) -> List[Outside]:
    try:
        model = File(path)
    except Unsure:
        return []
    try:
        return outside_of(model)
    finally:
        model.close()


def _tensors(path: str) -> List[Outside]:
    try:
        found = os.lstat(path)
    except OSError:
        return []
    return _tensors_of(path, (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))


@lru_cache(maxsize=MODELS_MAX)
def _tensors_of(path: str, state: Tuple[int, ...]) -> List[Outside]:
    """Those of a model in one state of its file: every file beside it is looked for among them."""
    del state
    try:
        return _outside(path)
    except TooMuch:
        return []


def parts_of(model: str) -> List[str]:
    """Absolute paths of the files that a model names within its folder.

    Raises:
        TooMuch: it has too many fields to be looked through.
    """
    folder = os.path.dirname(model)
    found = {inside_of(one.location) for one in _outside(model)}
    return sorted(os.path.normpath(os.path.join(folder, name)) for name in found if name)


VERIFIER = Verifier(
    name="onnx-data",
    title="ONNX weights in files of their own",
    claims=claims,
    check=check,
    proves=Proves(
        structure="the tensors that a model beside it places there are within it",
        full="ends that were never written, in most cases; NaN and infinity, as a warning",
        load="as the model",
        never="changed bytes inside a tensor: no checksum",
    ),
)
