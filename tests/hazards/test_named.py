"""Each hazard is held off by a test."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.hazards.named import HAZARDS, INVARIANTS

TESTS = Path(__file__).parents[1]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def marked() -> Iterator[tuple[int, str]]:
    """Each number that a mark names, and the file."""
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if ".hazard(" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.hazard":
                assert node.args, f"{path.name}:{node.lineno} names no hazard"
                for argument in node.args:
                    assert isinstance(argument, ast.Constant), f"{path.name}:{argument.lineno}"
                    assert isinstance(argument.value, int), f"{path.name}:{argument.lineno}"
                    yield argument.value, path.name


def test_each_hazard_is_held_off_by_a_test() -> None:
    held_off = {number for number, _ in marked()}
    assert {n: said for n, said in HAZARDS.items() if n not in held_off} == {}


def test_no_mark_names_a_hazard_that_is_none() -> None:
    assert [(number, where) for number, where in marked() if number not in HAZARDS] == []


def test_each_invariant_has_its_tests_and_they_are_there() -> None:
    assert len(INVARIANTS) == 14
    missing = []
    for named in (test for tests in INVARIANTS.values() for test in tests):
        path, _, name = named.partition("::")
        tree = ast.parse((TESTS / path).read_text())
        found = {it.name for it in ast.walk(tree) if isinstance(it, FUNCTIONS)}
        missing += [] if name in found else [named]
    assert missing == []
