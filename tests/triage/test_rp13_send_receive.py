import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "runpodctl-receive: croc: receive: room (secure channel) not ready, maybe peer disconnected",
        "panic: runtime error\ngithub.com/runpod/runpodctl/cmd/croc.(*Client).receiveData(0x0)",
        "runpodctl send gets stuck at 34% on a 20GB file",
        "Receiving (<-1.2.3.4:9009)\nmodel.tar  12% |██                  | (1.2/10 GB, 2.1 MB/s) [9m:1h10m]",
        "message too large",
        "croc transfer fails with EOF after 3 GB",
    ],
)
def test_text_that_shows_it_is_rp13(text: str) -> None:
    assert "RP13" in codes(text)
