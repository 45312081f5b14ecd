import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "error pulling image: Error response from daemon: manifest for acme/x:latest not found: manifest unknown: manifest unknown",
        "Error response from daemon: pull access denied for foo/bar",
        "toomanyrequests: You have reached your pull rate limit.",
        "denied: requested access to the resource is denied",
        'Failed to pull image "foo:bar": rpc error',
        "error creating container: Error response from daemon: No such image: foo/bar:1",
        "unauthorized: authentication required",
    ],
)
def test_text_that_shows_it_is_rp14(text: str) -> None:
    assert "RP14" in codes(text)
