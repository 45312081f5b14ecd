import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        '{"title":"Unauthorized","status":401,"detail":"invalid api key"}',
        '{"error":"api request failed with status 403","code":"forbidden","status":403}',
        "runpod.error.AuthenticationError: Unauthorized request, please check your API key.",
        "HTTP/2 429",
        "error code: 1010",
        'Error: data is nil: {"data":{"myself":null}}',
        "QueryError: Something went wrong. Please try again later or contact support.",
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "401 Unauthorized from https://api.runpod.io/v2/pods",
    ],
)
def test_text_that_shows_it_is_rp44(text: str) -> None:
    assert "RP44" in codes(text)
