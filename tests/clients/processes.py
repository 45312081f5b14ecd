"""The program in a process of its own, with a home of its own and nothing from this one."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.shared import ROOT

CANARY = "rpa_CANARY0123456789abcdef"
"""A key that must turn up nowhere."""


@dataclass(slots=True)
class Home:
    """A home folder with what a test puts into it.

    Attributes:
        path: the folder.
        environment: of the processes started in it.
    """

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.path / "keyring").mkdir(parents=True)
        self.environment = {
            "HOME": str(self.path),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "RUNPOD_API_BASE_URL": "http://127.0.0.1:9",
            "KEYRING_FOLDER": str(self.path / "keyring"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **self.environment,
        }

    @property
    def config(self) -> Path:
        return self.path / ".config" / "rgt-tui"

    def keyring(self, backend: str) -> None:
        """Makes later processes use that class of `tests.clients.keyrings`."""
        self.environment["PYTHON_KEYRING_BACKEND"] = f"tests.clients.keyrings.{backend}"

    def put(self, name: str, text: str, mode: int = 0o600) -> Path:
        """Writes a file below the home folder."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text)
        path.chmod(mode)
        return path

    def python(self, code: str, *, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs Python code."""
        return self._run([sys.executable, "-c", code], stdin)

    def rgt(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs the program."""
        return self._run([sys.executable, "-m", "rgt_tui", *argv], stdin)

    def _run(self, argv: list[str], stdin: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv,
            input=stdin,
            env=self.environment,
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def answer(ran: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON object a process printed."""
    return json.loads(ran.stdout)
