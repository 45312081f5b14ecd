import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "An error occurred (SignatureDoesNotMatch) when calling the ListObjectsV2 operation",
        "botocore.exceptions.PaginationError: Error during pagination: The same next token was received twice: x",
        "An error occurred (InvalidAccessKeyId) when calling the HeadObject operation",
        "https://s3api-eu-ro-1.runpod.io/abc returned 403 Forbidden",
    ],
)
def test_text_that_shows_it_is_rp47(text: str) -> None:
    assert "RP47" in codes(text)
