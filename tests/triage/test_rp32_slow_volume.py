import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "INFO: task python:812 blocked for more than 120 seconds.",
        "root 812 D+ request_wait_answer python",
        "ls /workspace hangs forever, the network volume is not responding",
        "Transport endpoint is not connected",
        "time dd if=/workspace/x of=/dev/null\n1073741824 bytes (1.1 GB, 1.0 GiB) copied, 98.2 s, 10.9 MB/s",
        "reads from the network volume are extremely slow",
        "processes in uninterruptible sleep on mfs",
    ],
)
def test_text_that_shows_it_is_rp32(text: str) -> None:
    assert "RP32" in codes(text)
