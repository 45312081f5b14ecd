"""PyTorch Lightning's `.ckpt`: a torch zip whose value names the version that wrote it."""

from __future__ import annotations

import re

from rgt_tui.verifiers import Broken, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._torch import plan_of, top_level
from rgt_tui.verifiers._zips import find, read_archive

_MARK = "pytorch-lightning_version"
_STEP = re.compile(r"step=(\d{1,12})")


def check(file: File) -> Plan:
    """As any torch zip; the step its name tells must be the one inside."""
    plan = plan_of(file)
    member = find(read_archive(file), "data.pkl")
    if member is None or _MARK.encode() not in file.read(member.data, min(member.size, 1 << 20)):
        return plan
    torch = plan.deep

    def deep() -> str:
        said = torch() if torch is not None else ""
        value = top_level(file)
        inside = value.get("global_step") if isinstance(value, dict) else None
        told = _STEP.search(file.name)
        if told is not None and isinstance(inside, int) and inside != int(told[1]):
            raise Unsure(f"its name tells step {told[1]}, its content step {inside}")
        if not isinstance(value, dict) or "state_dict" not in value:
            raise Broken("a Lightning checkpoint without a state_dict")
        return f"Lightning, step {inside}; {said}"

    return plan._replace(deep=deep)


VERIFIER = Verifier(
    name="lightning",
    title="PyTorch Lightning (.ckpt)",
    rank=30,
    matches=lambda head, name: head[:4] == b"PK\3\4" and name.lower().endswith(".ckpt"),
    check=check,
    proves=Proves(
        structure="as PyTorch zip",
        full="as PyTorch zip; the step in the name is the one inside",
        load="as PyTorch zip",
        never="as PyTorch zip",
    ),
)
