"""Value classes are made by `domain/records.py`: the start pays for every one of them."""

import ast
from pathlib import Path

from tests.shared import ROOT

APART = ("simulator", "verifiers")
"""A program of its own, and files that run on a Pod's python3."""


def takes_it_elsewhere(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "dataclasses"
        and any(name.name == "dataclass" for name in node.names)
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_no_file_takes_dataclass_from_the_standard_library() -> None:
    package = ROOT / "rgt_tui"
    files = [p for p in package.rglob("*.py") if p.relative_to(package).parts[0] not in APART]
    home = {"rgt_tui/domain/records.py"}
    assert {str(p.relative_to(ROOT)) for p in files if takes_it_elsewhere(p)} == home
