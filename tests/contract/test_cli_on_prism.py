"""The command line against Prism's mock of the untouched OpenAPI document, as a script calls it.

SSH is left out: the document's example names an address on the internet.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.prism import prism
from tests.shared import ROOT


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with prism() as origin:
        yield origin


def test_pods_lists_the_documents_pod(mock: str, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "RGT_TUI_HOME": str(tmp_path),
        "RUNPOD_API_BASE_URL": mock,
        "RUNPOD_API_KEY": "rpa_TEST",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "rgt_tui", "pods", "--json", "--no-ssh"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    (pod,) = json.loads(ran.stdout)["pods"]
    assert pod["status"] == "RUNNING"
    assert pod["readiness"] == "up"
    assert pod["ssh"] == "direct"
    assert pod["storage"] == "volume"
