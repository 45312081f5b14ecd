"""Hugging Face Trainer: `checkpoint-<N>/` with weights, optimiser and `trainer_state.json`."""

from __future__ import annotations

import re

from rgt_tui.verifiers import Broken, Proves, Unsure, Verifier
from rgt_tui.verifiers._folder import Folder

NAME = re.compile(r"checkpoint-(\d{1,12})\Z")
STATE = "trainer_state.json"
_WEIGHTS = (".safetensors", ".bin", ".pt", ".index.json", ".distcp")
_NO_WEIGHTS = frozenset({"training_args.bin", "optimizer.bin", "scheduler.bin", "optimizer.pt",
                         "scheduler.pt", "scaler.pt"})  # fmt: skip
_INNER = ("global_step", "pytorch_model_fsdp", "optimizer_", "model")


def check(folder: Folder) -> str:
    """Its state is of the step its name tells, and weights are there."""
    if STATE not in folder.files:
        raise Broken(f"{STATE} is missing: it is written last, so the save did not end")
    state = folder.json(STATE)
    step = state.get("global_step") if isinstance(state, dict) else None
    if not isinstance(step, int):
        raise Broken(f"{STATE} tells no global_step")
    told = NAME.match(folder.name)
    if told is not None and step != int(told[1]):
        raise Broken(f"its name tells step {told[1]}, {STATE} step {step}")
    weights = [n for n in folder.matching(*_WEIGHTS) if n not in _NO_WEIGHTS]
    if not weights and not any(name.startswith(_INNER) for name in folder.folders):
        raise Broken("it holds no weights")
    empty = [name for name in folder.files if not folder.size(name)]
    if empty:
        raise Broken(f"{empty[0]} is empty")
    if folder.others:
        raise Unsure(f"{folder.others[0]} is a link or no file: it was not followed")
    return f"step {step}, {len(folder.files)} files"


VERIFIER = Verifier(
    name="trainer",
    title="HF Trainer (checkpoint-N)",
    group=check,
    proves=Proves(
        structure="weights are there; the step of the name is that of trainer_state.json",
        full="each file as its own format",
        load="each file as its own format",
        never="weights of another step, where they carry no checksum",
    ),
)
