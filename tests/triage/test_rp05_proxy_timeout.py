import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "requests.exceptions.HTTPError: 524 Server Error: <none> for url: https://abc-8000.proxy.runpod.net/v1/chat",
        "POST https://abc123-8000.proxy.runpod.net/generate -> 524",
        "WebSocket connection to 'wss://abc-3001.proxy.runpod.net/queue/join' failed:",
        "the Cloudflare proxy has a 100 second timeout so long requests die",
        "openai.InternalServerError: error code: 524",
        "Status code: 524, long generation never returns",
        "<title>abc.proxy.runpod.net | 524: A timeout occurred</title>",
    ],
)
def test_text_that_shows_it_is_rp5(text: str) -> None:
    assert "RP5" in codes(text)
