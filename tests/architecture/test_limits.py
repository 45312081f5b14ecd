"""The house limits: short files, short functions, one home for colours."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import ROOT

FILE_LINES = 400
FUNCTION_LINES = 50
PACKAGE = ROOT / "rgt_tui"


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


def test_no_file_is_longer_than_the_limit() -> None:
    long = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in sources()}
    assert {name: lines for name, lines in long.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_the_limit() -> None:
    measured = dict(pair for path in sources() for pair in functions(path))
    assert {name: lines for name, lines in measured.items() if lines > FUNCTION_LINES} == {}


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager", "misc", "base"])
def test_no_module_is_named_after_nothing(name: str) -> None:
    assert [p for p in PACKAGE.rglob("*") if p.stem == name] == []


def test_only_the_child_process_imports_the_runpod_package() -> None:
    importers = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            if any(name.split(".")[0] == "runpod" for name in names):
                importers.add(str(path.relative_to(PACKAGE)))
    assert importers == {"clients/sdk_child.py"}
