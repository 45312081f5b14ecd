"""Every door to a deletion is closed but one: read from the sources, not from what they do."""

import ast
import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from rgt_tui.domain.request import Verb
from tests.shared import ROOT

PACKAGE = ROOT / "rgt_tui"
OURS = [it for it in sorted(PACKAGE.rglob("*.py")) if "simulator" not in it.parts]


@functools.cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """Every node that these rules are about, of every file of ours."""
    return tuple(
        (str(path.relative_to(PACKAGE)), node)
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call | ast.Constant | ast.ImportFrom | ast.Attribute)
    )


def called(node: ast.AST) -> str:
    """The name that a call calls; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def where(is_it: Callable[[ast.AST], bool]) -> set[str]:
    return {path for path, node in nodes() if is_it(node)}


CALLERS = {
    "delete_pod": {"termination/ending.py"},
    "Permit": {"guard/permit.py"},
    "issue": {"guard/proceeding.py"},
    "Recorded": {"clients/journal.py"},
    "DeletePass": {"clients/teardown.py"},
    "Checklist": {"guard/step.py"},
    "Approval": {"guard/step.py"},
    "Waiver": {"guard/step.py"},
    "Proceeding": {"termination/case.py"},
}


@pytest.mark.parametrize("name", CALLERS)
def test_only_one_place_calls_it(name: str) -> None:
    assert where(lambda node: called(node) == name) == CALLERS[name]


def imports_of(name: str, module: str) -> set[str]:
    return where(
        lambda node: (
            isinstance(node, ast.ImportFrom)
            and node.module == module
            and any(alias.name == name for alias in node.names)
        )
    )


def test_the_tokens_of_permit_and_record_stay_at_home() -> None:
    assert imports_of("_ISSUER", "rgt_tui.guard.permit") == set()
    assert imports_of("_ISSUER", "rgt_tui.guard.record") == {"clients/journal.py"}
    attributes = where(lambda node: isinstance(node, ast.Attribute) and node.attr == "_ISSUER")
    assert attributes == set()


def test_only_the_end_of_a_case_imports_the_function_that_deletes() -> None:
    importers = imports_of("teardown", "rgt_tui.clients") | where(
        lambda node: isinstance(node, ast.ImportFrom) and node.module == "rgt_tui.clients.teardown"
    )
    assert importers == {"termination/ending.py"}


def test_only_the_end_of_a_case_uses_a_permit_up() -> None:
    def names(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr == "intend_delete"

    assert where(names) == {"termination/ending.py"}


def test_only_the_step_moves_a_checklist() -> None:
    def moves(node: ast.AST) -> bool:
        words = {it.arg for it in node.keywords} if isinstance(node, ast.Call) else set()
        return called(node) == "replace" and bool(
            words & {"phase", "mark", "approval", "fenced_at"}
        )

    assert where(moves) == {"guard/step.py"}


def test_nobody_sends_delete_but_the_one_function() -> None:
    def is_delete(node: ast.AST) -> bool:
        return isinstance(node, ast.Constant) and node.value == "DELETE"

    # S3 deletes single objects of a volume's trash, with a question and a record of its own.
    assert where(is_delete) - {"clients/s3.py", "clients/trash.py"} == {
        "clients/gate.py",
        "clients/journal.py",
        "clients/teardown.py",
    }


def test_no_code_names_the_other_ways_to_end_a_pod() -> None:
    words = ("podTerminate", "terminate_pod", '"action":"terminate"', "podStop")

    def names(node: ast.AST) -> bool:
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        text = str(node.value) if is_text and isinstance(node, ast.Constant) else ""
        return any(word in text for word in words) or called(node) == "terminate_pod"

    # The dossier's pattern recognises a Pod whose own start command ends it.
    assert where(names) <= {"dossier/losses.py"}


def test_no_verb_terminates() -> None:
    assert {verb.value for verb in Verb} == {"start", "stop", "restart"}


def test_the_guard_reads_no_environment_and_no_wall_clock() -> None:
    for path in (PACKAGE / "guard").glob("*.py"):
        text = Path(path).read_text()
        assert "environ" not in text
        assert "import time" not in text
        assert "import os" not in text
