"""Megatron-LM: `iter_<NNNNNNN>/` with a folder a rank, and a tracker that names the newest."""

from __future__ import annotations

import re
from typing import List

from rgt_tui.verifiers import Broken, Proves, Unsure, Verifier
from rgt_tui.verifiers._folder import Folder
from rgt_tui.verifiers.dcp import check_group as check_dcp

TRACKER = "latest_checkpointed_iteration.txt"
_RANK = re.compile(r"mp_rank_(\d{2,})(?:_(\d{3}))?(?:_(\d{3}))?\Z")
_ITERATION = re.compile(r"iter_(\d{7})\Z")


def check(folder: Folder) -> str:
    """Every rank is there, and the tracker beside the folder points to what exists."""
    said = _distributed(folder) if _is_distributed(folder) else _ranks(folder)
    _check_tracker(folder)
    return said


def _is_distributed(folder: Folder) -> bool:
    return any(True for _ in folder.matching(".distcp")) or ".metadata" in folder.files


def _distributed(folder: Folder) -> str:
    if "metadata.json" not in folder.files:
        raise Broken("metadata.json is missing: it is written last, so the save did not end")
    folder.json("metadata.json")
    if "common.pt" not in folder.files:
        raise Broken("common.pt is missing")
    return check_dcp(folder)


def _ranks(folder: Folder) -> str:
    ranks = [m for m in map(_RANK.match, folder.folders) if m is not None]
    if not ranks:
        raise Broken("it holds no rank's folder")
    for place in (1, 2, 3):
        _check_grid([int(m[place]) for m in ranks if m[place] is not None], place)
    axes = [sorted({m[place] for m in ranks if m[place] is not None}) for place in (1, 2, 3)]
    wanted = 1
    for axis in axes:
        wanted *= max(1, len(axis))
    if len(ranks) != wanted:
        raise Broken(f"{len(ranks)} ranks are there, their numbers make {wanted}")
    for match in ranks:
        inner = Folder(folder.within(match.group()))
        if not any(True for _ in inner.matching("model_optim_rng.pt", "model_rng.pt")):
            raise Broken(f"{match.group()} holds no model_optim_rng.pt")
    return f"{len(ranks)} ranks"


def _check_grid(numbers: List[int], place: int) -> None:
    missing = sorted(set(range(max(numbers, default=-1) + 1)) - set(numbers))
    if missing:
        raise Broken(f"rank {missing[0]} of axis {place} is missing")


def _check_tracker(folder: Folder) -> None:
    above = folder.parent()
    if TRACKER not in above.files:
        return
    named = above.text(TRACKER).strip()
    if named == "release":
        target = "release"
    elif named.isdigit() and len(named) < 10:
        target = f"iter_{int(named):07d}"
    else:
        raise Broken(f"{TRACKER} beside it holds no number")
    if target not in above.folders:
        raise Broken(f"{TRACKER} names {target}, which is not there")
    here, told = _ITERATION.match(folder.name), _ITERATION.match(target)
    if here is not None and told is not None and int(here[1]) > int(told[1]):
        raise Unsure(f"{TRACKER} still names {target}: this save may not have ended")


VERIFIER = Verifier(
    name="megatron",
    title="Megatron-LM (iter_*)",
    group=check,
    proves=Proves(
        structure="every rank's file is there; the tracker points to what exists",
        full="each file as PyTorch zip or DCP",
        load="each file as PyTorch zip",
        never="a rank from another iteration of the same shape",
    ),
)
