"""Runs schemathesis, an outside judge, against a simulator."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from rgt_tui.simulator.rest.app import Hook
from tests.contract.document import SERVED, document_path

NOW = 1_795_500_000.0
_HEADING = re.compile(r"^_{3,} | SUMMARY =", re.MULTILINE)
_CODE = re.compile(r"^- (ST\d+)", re.MULTILINE)

# Rules beyond the schema are refused with 400, as the document says of create and patch.
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "402", "403", "404", "409"]
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge said."""

    is_green: bool
    report: str

    def codes(self, heading: str) -> set[str]:
        """The names of the faults it found under a heading: an operation, or `Stateful tests`."""
        _, _, section = self.report.partition(f"_ {heading} _")
        return set(_CODE.findall(_HEADING.split(section, maxsplit=1)[0]))


def judge(folder: Path, hook: Hook | None = None, *options: str, paths: str = SERVED) -> Verdict:
    """Lets schemathesis try the operations under `paths`; the world stands still meanwhile."""
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    world = build_world(seed=7, now=NOW)
    with Simulator(world, 0.0, quota=UNMETERED, hook=hook) as simulator:
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                f"--config-file={configuration}",
                "run",
                str(document_path()),
                f"--url={simulator.url}",
                f"--header=Authorization: Bearer {simulator.api_key}",
                "--include-path-regex",
                paths,
                "--generation-deterministic",
                "--continue-on-failure",
                *options,
            ],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120"},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return Verdict(done.returncode == 0, done.stdout)
