"""No program that this one starts finds a key in its environment."""

import ast
import os
import subprocess
from pathlib import Path

import pytest

from rgt_tui.clients.handed_down import SECRETS, handed_down
from rgt_tui.clients.ssh_wire import _proxy

PACKAGE = Path(__file__).parents[2] / "rgt_tui"
STARTS = frozenset({
    "asyncio.create_subprocess_exec", "subprocess.Popen", "subprocess.run", "os.execv", "os.execvp",
})  # fmt: skip
INSIDE = "verifiers/_framework.py"
"""Starts its programs in a process that was started by the rule, or on a Pod."""


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret")


@pytest.mark.usefixtures("keys")
def test_what_is_no_secret_is_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    handed = handed_down()
    assert handed["SSH_AUTH_SOCK"] == "/run/agent"
    assert set(os.environ) - set(handed) == set(SECRETS)


@pytest.mark.usefixtures("keys")
def test_the_way_over_a_program_of_the_person_has_none() -> None:
    ran = subprocess.run(_proxy("env"), capture_output=True, check=True)
    assert b"PATH=" in ran.stdout
    assert b"s3cret" not in ran.stdout


def test_whatever_starts_a_program_says_what_it_hands_down() -> None:
    silent, told = [], 0
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith("simulator/") or name == INSIDE:
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in STARTS:
                is_told = any(keyword.arg == "env" for keyword in call.keywords)
                told += is_told
                silent += [] if is_told else [f"{name}:{call.lineno}"]
    assert not silent
    assert told > 5
