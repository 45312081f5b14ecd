import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.probes.clock import ClockReport
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import NOW, a_pod


@pytest.mark.parametrize(
    "text",
    [
        "botocore.exceptions.ClientError: An error occurred (RequestTimeTooSkewed) when calling the PutObject operation",
        "x509: certificate has expired or is not yet valid: current time 2024-01-01T00:00:00Z is before 2026",
        "E: Release file for http://archive.ubuntu.com is not valid yet (invalid for another 3h)",
        "jwt.exceptions.ImmatureSignatureError: The token is not yet valid (iat)",
        "google.auth.exceptions.RefreshError: Token used too early",
    ],
)
def test_text_that_shows_it_is_rp42(text: str) -> None:
    assert "RP42" in codes(text)


def test_a_clock_that_is_surely_off_is_told_and_one_within_the_error_is_not() -> None:
    off = ClockReport(remote_at=NOW, offset_s=-300.0, error_s=1.0)
    found = finding("RP42", a_pod(), off)
    assert (found.verdict, found.severity) == ("present", Severity.WARNING)
    assert "5m behind" in found.evidence[0].said
    far = ClockReport(remote_at=NOW, offset_s=4000.0, error_s=1.0)
    assert finding("RP42", a_pod(), far).severity is Severity.CRITICAL
    unsure = ClockReport(remote_at=NOW, offset_s=90.0, error_s=60.0)
    assert finding("RP42", a_pod(), unsure).verdict == "absent"
    assert finding("RP42", a_pod(), ClockReport(remote_at=NOW)).verdict == "unknown"
