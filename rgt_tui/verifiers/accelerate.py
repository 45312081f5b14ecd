"""accelerate's `save_state`: model, optimiser, scheduler and a random state for each rank."""

from __future__ import annotations

import re

from rgt_tui.verifiers import Broken, Proves, Verifier
from rgt_tui.verifiers._folder import Folder

RANDOM = re.compile(r"random_states_(\d+)\.pkl\Z")
_MODEL = re.compile(r"(?:model|pytorch_model)(?:_\d+)?(?:\.safetensors|\.bin)(?:\.index\.json)?\Z")


def check(folder: Folder) -> str:
    """A model is there and no rank's random state is missing or empty."""
    ranks = sorted(int(m[1]) for m in map(RANDOM.match, folder.files) if m is not None)
    if ranks != list(range(len(ranks))):
        missing = sorted(set(range(max(ranks) + 1)) - set(ranks))
        raise Broken(f"random_states_{missing[0]}.pkl is missing")
    inner = [n for n in folder.folders if n.startswith(("pytorch_model", "model", "optimizer"))]
    if not inner and not any(map(_MODEL.match, folder.files)):
        raise Broken("it holds no model")
    empty = [name for name in folder.files if not folder.size(name)]
    if empty:
        raise Broken(f"{empty[0]} is empty")
    return f"{len(ranks)} ranks, {len(folder.files)} files"


VERIFIER = Verifier(
    name="accelerate",
    title="accelerate state",
    group=check,
    proves=Proves(
        structure="a model and every rank's random state are there",
        full="each file as its own format",
        load="each file as its own format",
        never="files of different saves mixed",
    ),
)
