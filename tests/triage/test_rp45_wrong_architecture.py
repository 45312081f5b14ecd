import pytest

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.finding import Severity
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import NOW, a_pod


@pytest.mark.parametrize(
    "text",
    [
        "exec /start.sh: exec format error",
        "standard_init_linux.go:228: exec user process caused: exec format error",
        "no matching manifest for linux/amd64 in the manifest list entries",
        "WARNING: The requested image's platform (linux/arm64/v8) does not match the detected host platform (linux/amd64)",
        "bash: /usr/bin/python3: cannot execute binary file: Exec format error",
    ],
)
def test_text_that_shows_it_is_rp45(text: str) -> None:
    assert "RP45" in codes(text)


def test_an_image_that_is_called_by_another_processor_is_told_before_any_log_says_so() -> None:
    pod = a_pod(image="acme/train:1.2-arm64", runtime=None)
    found = finding("RP45", pod, BootLog(), source="log")
    assert found.severity is Severity.WARNING
    assert found.evidence[0].said == "its image is called acme/train:1.2-arm64"
    assert (
        finding("RP45", a_pod(image="acme/charm64:1", runtime=None), BootLog()).verdict == "absent"
    )


def test_what_the_host_said_of_it_is_quoted_first() -> None:
    pod = a_pod(image="acme/aarch64/train:1", runtime=None)
    log = BootLog(trouble="exec /start.sh: exec format error", trouble_at=NOW - 9)
    found = finding("RP45", pod, log, source="log")
    assert found.severity is Severity.CRITICAL
    assert [said.source for said in found.evidence] == ["log", "api"]
