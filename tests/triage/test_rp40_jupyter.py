from dataclasses import replace

import pytest

from rgt_tui.domain.pod import Runtime
from rgt_tui.probes.listening import ListeningReport
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "Jupyter Lab FAILED to start. /jupyter.log:",
        "[W 2026 ServerApp] 403 GET /api/kernels (@100.65.0.1) 1.2ms",
        "502 Bad Gateway https://abc-8888.proxy.runpod.net/lab",
        "JupyterLab does not load, the page stays blank",
        "Token authentication is enabled",
        "cannot connect to Jupyter on port 8888",
        "[W] '_xsrf' argument missing from POST",
    ],
)
def test_text_that_shows_it_is_rp40(text: str) -> None:
    assert "RP40" in codes(text)


ASKED = a_pod(env_names=("JUPYTER_PASSWORD",))


def test_jupyter_that_was_asked_for_and_listens_nowhere_is_told() -> None:
    found = finding("RP40", ASKED, ListeningReport((22,)))
    assert found.verdict == "present"
    assert found.evidence[0].said == "nothing listens on 8888"
    assert finding("RP40", a_pod(), ListeningReport((22,))).verdict == "absent"
    young = replace(ASKED, runtime=Runtime(uptime_s=30.0))
    assert finding("RP40", young, ListeningReport((22,))).verdict == "absent"


def test_a_port_that_the_proxy_cannot_reach_is_told() -> None:
    inside = finding("RP40", ASKED, ListeningReport((22,), local=(8888,)))
    assert "loopback address only" in inside.evidence[0].said
    raw = replace(ASKED, ports=("8888/tcp", "22/tcp"))
    assert "have 8888/tcp" in finding("RP40", raw, ListeningReport((22, 8888))).evidence[0].said
    assert finding("RP40", ASKED, ListeningReport((22, 8888))).verdict == "absent"
