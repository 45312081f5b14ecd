"""The evidence file of one deletion: what was on the screen when it was approved, kept for ever."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.items import Item

FORMAT: Final = "rgt-evidence 1"


def plain(value: object) -> object:
    """A value of the guard as JSON knows it; nothing in it is secret."""
    if is_dataclass(value) and not isinstance(value, type):
        return {it.name: plain(getattr(value, it.name)) for it in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(it) for key, it in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [plain(it) for it in value]
    if isinstance(value, Decimal):
        return str(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def save_evidence(state: Path, op: str, checklist: Checklist) -> tuple[Path, str]:
    """Writes the evidence file and gives its path and digest.

    Raises:
        OSError: it is not on the disk.
    """
    content = json.dumps({"format": FORMAT, "op": op, "checklist": plain(checklist)}, indent=1)
    path = state / "evidence" / f"{checklist.pod}-{op}.json"
    places.ensure_private(path.parent)
    places.create_private(path, content.encode("ascii"))
    return path, f"sha256:{hashlib.sha256(content.encode('ascii')).hexdigest()}"


def summary(checklist: Checklist) -> dict[str, object]:
    """What the journal keeps of a checklist; the evidence file has the rest."""
    approval = checklist.approval
    return {
        "items": [
            {"id": line.item, "state": line.mark, "why": line.why[:200]} for line in checklist.lines
        ],
        "waivers": plain(checklist.waivers),
        "manifest": checklist.dossier.binding.manifest,
        "evidence_digest": checklist.digest,
        "challenge": checklist.challenge.text,
        "typed": approval.text if approval is not None else "",
        "loses": checklist.dossier.loss.said,
    }


JSON_NAMES: Final = {
    Item.IDENTITY: "identity",
    Item.BLAST: "blast_radius",
    Item.DURABLE: "safe",
    Item.LOADS: "verified",
    Item.QUIET: "quiet",
    Item.APPROVAL: "approved",
}
"""The lines as the command line's contract names them."""
