"""DeepSpeed: `global_step<N>/` with a file for each rank, and `latest` that names the newest."""

from __future__ import annotations

import re
from typing import Any, List, Optional, Set

from rgt_tui.verifiers import Broken, Proves, Unsure, Verifier
from rgt_tui.verifiers._folder import Folder
from rgt_tui.verifiers._pickles import each
from rgt_tui.verifiers._torch import top_level

_STEP = re.compile(r"global_step(\d{1,12})\Z")
_OPTIM = re.compile(r"(?:bf16_|fp16_)?zero_pp_rank_(\d+)_mp_rank_(\d+)_optim_states\.pt\Z")
_MODEL = re.compile(r"(?:zero_pp_rank_(\d+)_)?mp_rank_(\d+)_model_states\.pt\Z")


def check(folder: Folder) -> str:
    """The ranks are complete, and `latest` beside the folder points to what exists."""
    optim = [m for m in map(_OPTIM.match, folder.files) if m is not None]
    model = [m for m in map(_MODEL.match, folder.files) if m is not None]
    if not model:
        raise Broken("it holds no model states of any rank")
    ranks = {int(m[1]) for m in optim}
    _contiguous(ranks, "optimiser states of rank")
    _check_parts({int(m[1]) for m in model if m[1] is not None}, ranks)
    _contiguous({int(m[2]) for m in (*optim, *model)}, "states of model-parallel rank")
    if optim:
        _check_count(folder, optim[0].group(), len(ranks))
    _check_steps(folder, [m.group() for m in model])
    _check_latest(folder)
    return f"{len(model)} model states, {len(optim)} optimiser states"


def _contiguous(ranks: Set[int], what: str) -> None:
    missing = sorted(set(range(max(ranks, default=-1) + 1)) - ranks)
    if missing:
        raise Broken(f"the {what} {missing[0]} are missing")


def _check_parts(held: Set[int], ranks: Set[int]) -> None:
    """In stage 3 each rank has its part of the model, too; before, one file holds all of it."""
    missing = sorted(ranks - held) if held else []
    if missing:
        raise Broken(f"the model states of rank {missing[0]} are missing")
    _contiguous(held, "model states of rank")


def _check_count(folder: Folder, name: str, ranks: int) -> None:
    """The optimiser states tell how many ranks there were: the last one may be missing."""
    count = _number(_value(folder, name), "partition_count")
    if count is not None and count != ranks:
        raise Broken(f"{name} was saved by {count} ranks, {ranks} are here")


def _check_steps(folder: Folder, names: List[str]) -> None:
    told = _STEP.match(folder.name)
    for name in names:
        step = _number(_value(folder, name), "global_steps")
        if told is not None and step is not None and step != int(told[1]):
            raise Broken(f"{name} is of step {step}, the folder of step {told[1]}")


def _value(folder: Folder, name: str) -> Any:
    file = folder.open(name)
    try:
        return top_level(file)
    finally:
        file.close()


def _number(value: Any, key: str) -> Optional[int]:
    for one in each(value):
        found = one.get(key) if isinstance(one, dict) else None
        if isinstance(found, list) and found:
            found = max((n for n in found if isinstance(n, int)), default=None)
        if isinstance(found, int):
            return found
    return None


def _check_latest(folder: Folder) -> None:
    above = folder.parent()
    if "latest" not in above.files:
        return
    named = above.text("latest").strip()
    if not named or "/" in named or "\0" in named:
        raise Broken("`latest` beside it names no folder")
    if named not in above.folders:
        raise Broken(f"`latest` names {named!r}, which is not there")
    told, here = _STEP.match(named), _STEP.match(folder.name)
    if told is not None and here is not None and int(here[1]) > int(told[1]):
        raise Unsure(f"`latest` still names {named}: this save may not have ended")


VERIFIER = Verifier(
    name="deepspeed",
    title="DeepSpeed ZeRO (global_step*)",
    group=check,
    proves=Proves(
        structure="every rank's file is there, as many as the save had; `latest` exists",
        full="each file as PyTorch zip; its step is the folder's",
        load="each file as PyTorch zip",
        never="a rank's optimiser state from another step of the same shape",
    ),
)
