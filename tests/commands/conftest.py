"""The command line, called as a script would call it, on a simulated account."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.cli import main
from rgt_tui.simulator import Simulator, build_world
from tests.shared import ROOT

Called = tuple[int, str, str]
"""Exit code, standard output, standard error."""
Call = Callable[..., Called]
Started = Callable[..., "subprocess.Popen[str]"]


def answer(called: Called) -> dict[str, Any]:
    found = json.loads(called[1])
    assert found["schema"] == 1
    assert isinstance(found, dict)
    return found


def settings(simulator: Simulator, home: Path) -> dict[str, str]:
    """The environment of a program of its own that speaks to the simulated account."""
    return {
        "HOME": str(home),
        "RGT_TUI_HOME": str(home / "rgt"),
        "PATH": os.environ["PATH"],
        "RUNPOD_API_KEY": simulator.api_key,
        "RUNPOD_API_BASE_URL": simulator.url,
    }


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """The mixed demo fleet, served on loopback."""
    with Simulator(build_world()) as served:
        yield served


@pytest.fixture
def call(
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    """Calls the command line with the simulated account's key in the environment."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path / "rgt"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("RUNPOD_API_BASE_URL", simulator.url)

    def run(*argv: str, key: str | None = simulator.api_key) -> Called:
        # The variable is taken out of the environment once it has been read.
        monkeypatch.delenv("RUNPOD_API_KEY", raising=False)
        if key is not None:
            monkeypatch.setenv("RUNPOD_API_KEY", key)
        code = main(argv)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def started(simulator: Simulator, tmp_path: Path) -> Iterator[Started]:
    """Starts the command line as a program of its own, which does not outlive the test."""
    begun: list[subprocess.Popen[str]] = []

    def start(*argv: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "rgt_tui", "--identity", simulator.ssh_identity, *argv],
            env=settings(simulator, tmp_path),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()
