"""Asks the composed verifier as a process of its own, as it runs on a Pod."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rgt_tui.verifiers._compose import BOOT, preamble


def ask(
    *requests: dict[str, Any], python: Sequence[str] = (sys.executable, "-I", "-S")
) -> list[Any]:
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    ran = subprocess.run(
        [*python, "-c", BOOT], input=preamble() + lines.encode(), capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return [json.loads(line) for line in ran.stdout.splitlines()]


def verify(*paths: Path, level: str = "full") -> tuple[dict[str, Any], dict[str, Any]]:
    """Proofs of files by name, and of groups by format."""
    answers = ask({"op": "verify", "paths": [str(path) for path in paths], "level": level})
    files = {Path(a["file"]["path"]).name: a["file"] for a in answers if "file" in a}
    groups = {a["group"]["format"]: a["group"] for a in answers if "group" in a}
    return files, groups
