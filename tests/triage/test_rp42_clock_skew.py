import pytest

from tests.triage.texts import codes


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
