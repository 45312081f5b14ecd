"""accelerate's `save_state`: model, optimiser, scheduler and a random state for each rank."""

from __future__ import annotations

import re
from typing import Dict, List, Set

from rgt_tui.verifiers import Broken, Proves, Verifier
from rgt_tui.verifiers._folder import Folder

RANDOM = re.compile(r"random_states_(\d+)\.pkl\Z")
_MODEL = re.compile(
    r"(?:model|pytorch_model(?:_fsdp)?)(?:_\d+)?(?:\.safetensors|\.bin)(?:\.index\.json)?\Z"
)
_OF_RANK = re.compile(
    r"(?P<stem>(?:pytorch_model_fsdp|optimizer)(?:_\d+)?)_rank(?P<rank>\d+)\.bin\Z"
)
"""FSDP's files of a rank each; accelerate 1.15, `utils/fsdp_utils.py`."""


def check(folder: Folder) -> str:
    """A model is there and no rank's random state is missing or empty."""
    ranks = sorted(int(m[1]) for m in map(RANDOM.match, folder.files) if m is not None)
    if ranks != list(range(len(ranks))):
        missing = sorted(set(range(max(ranks) + 1)) - set(ranks))
        raise Broken(f"random_states_{missing[0]}.pkl is missing")
    inner = [n for n in folder.folders if n.startswith(("pytorch_model", "model", "optimizer"))]
    of_ranks = _check_ranks(folder, ranks)
    is_there = inner or "pytorch_model_fsdp" in of_ranks or any(map(_MODEL.match, folder.files))
    if not is_there:
        raise Broken("it holds no model")
    empty = [name for name in folder.files if not folder.size(name)]
    if empty:
        raise Broken(f"{empty[0]} is empty")
    return f"{len(ranks)} ranks, {len(folder.files)} files"


def _check_ranks(folder: Folder, ranks: List[int]) -> str:
    """Makes sure that every rank that left a random state has its part; gives the names of the parts."""
    parts: Dict[str, Set[int]] = {}
    for found in filter(None, map(_OF_RANK.match, folder.files)):
        parts.setdefault(found["stem"], set()).add(int(found["rank"]))
    for stem, held in sorted(parts.items()):
        missing = sorted(set(ranks) - held)
        if missing:
            raise Broken(f"{stem}_rank{missing[0]}.bin is missing")
    return " ".join(parts)


VERIFIER = Verifier(
    name="accelerate",
    title="accelerate state",
    group=check,
    proves=Proves(
        structure="a model, every rank's random state and its part of FSDP are there",
        full="each file as its own format",
        load="each file as its own format",
        never="files of different saves mixed",
    ),
)
