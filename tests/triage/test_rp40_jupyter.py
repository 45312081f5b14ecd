import pytest

from tests.triage.texts import codes


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
