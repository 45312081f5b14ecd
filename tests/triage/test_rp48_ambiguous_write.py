import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected end of JSON input",
        "POST /v1/pods returned 500 but the pod was created anyway",
        "create timed out but the pod exists",
        "two pods with the same name were created after a retry",
        "POST /v2/pods -> 502, reconcile by listing",
    ],
)
def test_text_that_shows_it_is_rp48(text: str) -> None:
    assert "RP48" in codes(text)
