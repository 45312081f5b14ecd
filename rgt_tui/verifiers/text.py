"""The small texts beside weights: JSON that parses, and text that is text."""

from __future__ import annotations

import json

from rgt_tui.verifiers import Broken, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File

TEXT_MAX = 64 << 20
_TEXTS = (".json", ".jsonl", ".txt", ".yaml", ".yml", ".md", ".jinja", ".log", ".py", ".csv", ".tsv",
          ".toml", ".ini", ".cfg")  # fmt: skip
_NAMED = frozenset({"latest", "_METADATA", "_CHECKPOINT_METADATA", ".zarray", ".zattrs", ".zgroup"})


def _matches(head: bytes, name: str) -> bool:
    return name in _NAMED or name.lower().endswith(_TEXTS)


def check(file: File) -> Plan:
    """UTF-8 without NUL; JSON that parses, unless it is empty where it may be."""
    if file.size > TEXT_MAX:
        raise Unsure("it is larger than a text is read")
    try:
        found = file.read(0, file.size).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("it is no text") from error
    if "\0" in found:
        raise Broken("it has zero bytes: its end was not written")
    if not file.name.lower().endswith(".json"):
        return Plan(said="a text; its sense was not judged")
    try:
        json.loads(found)
    except (ValueError, RecursionError) as error:
        raise Broken("it is no JSON: cut, or empty") from error
    return Plan(said="whole JSON")


VERIFIER = Verifier(
    name="text",
    title="JSON and texts beside weights",
    rank=90,
    matches=_matches,
    check=check,
    proves=Proves(
        structure="JSON parses; a text is UTF-8 without zero bytes",
        full="no more than structure",
        load="nothing to load",
        never="whether what it says is right",
    ),
)
