"""Prism (@stoplight/prism-cli), an outside reading of the OpenAPI document, started with node.

As a mock it answers from the document alone; as a proxy it judges both sides of a conversation.
It is looked for in .tools/prism, where `make tools` puts it, in the folder that RGT_PRISM names,
and among npm's global packages. Where it is absent, the tests that want it are skipped.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.document import document_path
from tests.shared import ROOT

READY = "Prism is listening"
START_S = 40.0
_ENTRY = Path("@stoplight", "prism-cli", "dist", "index.js")


def find_prism() -> tuple[str, Path]:
    """node and Prism's entry file; skips the test where one is absent."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not here: Prism cannot judge")
    folders = [ROOT / ".tools" / "prism" / "node_modules"]
    if named := os.environ.get("RGT_PRISM"):
        folders = [Path(named) / "node_modules", Path(named)]
    elif npm := shutil.which("npm"):
        told = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
        folders.append(Path(told.stdout.strip() or "/nonexistent"))
    found = next((folder / _ENTRY for folder in folders if (folder / _ENTRY).is_file()), None)
    if found is None:
        pytest.skip("Prism is not here: run `make tools`, or name its folder in RGT_PRISM")
    return node, found


@contextlib.contextmanager
def prism(*, behind: str | None = None) -> Iterator[str]:
    """The origin of a running Prism: a mock, or a judging proxy before the service at `behind`."""
    node, entry = find_prism()
    document = str(document_path())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mode = ["mock", document] if behind is None else ["proxy", "--errors", document, behind]
    argv = [node, str(entry), *mode, "-h", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment()
    ) as process:
        try:
            _await_ready(process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _environment() -> dict[str, str]:
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    return {name: value for name, value in os.environ.items() if name.lower() not in proxies}


def _await_ready(process: subprocess.Popen[str]) -> None:
    """Returns when Prism listens; goes on reading what it says, lest its pipe fill up."""
    settled, listens = threading.Event(), threading.Event()
    said: deque[str] = deque(maxlen=30)

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if READY in line:
                listens.set()
                settled.set()
        settled.set()

    threading.Thread(target=read, daemon=True).start()
    settled.wait(START_S)
    if not listens.is_set():
        pytest.fail("Prism did not start: " + "".join(said))
