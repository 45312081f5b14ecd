"""The exact strings of the catalogue beside the project, one by one, and its traps."""

import re

import pytest

from tests.shared import FOLDER, shared_file
from tests.triage.texts import codes

CATALOGUE = "symptoms/CATALOGUE.md"
PARTS = {
    ("RP2", "No such file or directory"): "bash: /root/run.sh: {}",
    ("RP2", "ModuleNotFoundError"): "10:00:00 up 2 min, 0 users\n{}: No module named 'torch'",
    (
        "RP4",
        '"status":"EXITED"',
    ): '{{{},"mounts":{{"persistent":{{"size":200,"path":"/workspace"}}}}}}',
    ("RP9", "OCI runtime create failed"): "{}: unsatisfied condition: cuda>=12.8",
    ("RP10", "unrecognized arguments"): "vllm: error: {}: /start.sh",
    ("RP13", "90% |███"): "Sending (->1.2.3.4:9009)\n{}  | (1.2/1.3 GB, 3.1 MB/s)",
    ("RP14", "No such image"): "error creating container: Error response from daemon: {}: a/b:1",
    ("RP14", "error creating container"): "{}: Error response from daemon: No such image: a/b:1",
    ("RP16", "waiting for public IP"): "{0}\n{0}\n{0}",
    (
        "RP17",
        "not … enough disk space",
    ): "This machine does not have enough disk space to deploy your pod",
    ("RP19", "Connection refused"): "ssh: connect to host 1.2.3.4 port 22001: {}",
    ("RP24", "Pending … Yes"): "    Remapped Rows\n        Pending        : Yes",
    (
        "RP26",
        "SW Thermal Slowdown : N us",
    ): "SW Thermal Slowdown : 10 us\nSW Thermal Slowdown : 99910 us",
    ("RP32", "blocked for more than 120 seconds"): "INFO: task python:812 {}.",
    (
        "RP33",
        "code 23",
    ): 'rsync: [receiver] chown "/workspace/x" failed: Operation not permitted (1)\nrsync error: ({}) at main.c(1338)',
    (
        "RP35",
        "No running processes found",
    ): "| N/A 36C P0 62W / 300W | 71214MiB / 81920MiB | 0% Default |\n|  {}  |",
    (
        "RP38",
        "429 Client Error: Too Many Requests",
    ): "{} for url: https://huggingface.co/api/models/x",
    (
        "RP38",
        "HTTP status client error (429",
    ): "{} Too Many Requests) for url (https://cas-server.xethub.hf.co/x)",
    ("RP40", "502"): "GET https://abc-8888.proxy.runpod.net/api/status -> {} Bad Gateway",
    ("RP44", "unauthorized"): '{{"status":401,"title":"{}"}}',
}
"""What the catalogue names a part of, with what a program prints around it."""
SAID_WITH_OTHERS = {
    ("RP5", "WebSocket connection to 'wss://"),
    ("RP5", ".proxy.runpod.net"),
    ("RP5", "failed"),
    ("RP15", "start container for "),
    ("RP15", ": begin"),
    ("RP38", "hf download"),
}
"""Pieces of one message that prove nothing each; the whole messages are in `test_variants`."""
TRAPS = (
    "tmpfs 4.0K 4.0K 0 100% /run/nvidia-ctk-hook",
    "mfs#eu-ro-1.runpod.net:9421  2.3P  1.8P  0.5P  78% /workspace",
    "|  No running processes found  |",
    "Idle : Active",
    "SW Power Cap : Active",
    "start container for a/b:1: begin",
    "Traceback (most recent call last):\n  File \"/ComfyUI/custom_nodes/x/__init__.py\", line 3\nModuleNotFoundError: No module named 'foo'",
    "Warning: Permanently added '1.2.3.4' (ED25519) to the list of known hosts.",
    "429 Client Error: Too Many Requests for url: https://huggingface.co/x\nDownload complete",
    'if "No space left on device" in str(error):',
    "E external/local_xla/xla/stream_executor/cuda/cuda_dnn.cc:9261] cannot find cuDNN",
)


def listed() -> list[tuple[str, str]]:
    """Codes and strings of the catalogue's table; nothing where it is absent."""
    path = FOLDER / CATALOGUE
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = []
    for row in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]
        if len(cells) > 6 and re.fullmatch(r"RP\d+", cells[1]):
            strings = (text.replace("\\|", "|") for text in re.findall(r"`([^`]+)`", cells[5]))
            found += [(cells[1], text) for text in strings]
    return found


def test_the_catalogue_is_read_where_it_lies_beside_the_project() -> None:
    shared_file(CATALOGUE)
    strings = listed()
    assert len(strings) > 100
    assert {*PARTS, *SAID_WITH_OTHERS} <= set(strings)


@pytest.mark.parametrize(("code", "text"), listed() or [("", "")])
def test_a_string_of_the_catalogue_is_recognised(code: str, text: str) -> None:
    shared_file(CATALOGUE)
    if (code, text) in SAID_WITH_OTHERS:
        assert codes(text) == []
    else:
        assert code in codes(
            PARTS.get((code, text), "{}").format(text) if (code, text) in PARTS else text
        )


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_of_the_catalogue_finds_nothing(text: str) -> None:
    assert codes(text) == []
