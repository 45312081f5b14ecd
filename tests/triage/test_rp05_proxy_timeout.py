import pytest

from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.probes.listening import ListeningReport
from tests.triage.asking import asked, finding, told
from tests.triage.texts import codes
from tests.values import a_pod


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


def test_the_ports_behind_the_proxy_and_who_listens_stand_before_the_line_of_the_log() -> None:
    pod = a_pod(ports=("7860/http", "22/tcp"))
    line = "client: HTTP 524 after 100.3 s"
    found = told("RP5", pod, ListeningReport(ports=(22, 7860)), line)
    assert [(said.source, said.said) for said in found.evidence[:3]] == [
        ("api", "7860/http is served through the proxy: an answer has to begin within 100 s"),
        ("ssh", "something listens on 7860"),
        ("log", line),
    ]


def test_a_pod_without_a_port_behind_the_proxy_cannot_have_it() -> None:
    assert "RP5" not in asked(a_pod(ports=("22/tcp",)))


def test_logs_that_were_read_and_show_nothing_of_it_clear_it() -> None:
    assert finding("RP5", a_pod(), LogSigns(), source="log").verdict == "absent"
