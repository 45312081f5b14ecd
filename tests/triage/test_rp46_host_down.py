import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "Your pod's host machine is undergoing scheduled maintenance",
        "The host machine is currently offline",
        '{"machine":{"maintenanceStart":"2026-11-20T00:00:00Z","maintenanceEnd":"2026-11-20T06:00:00Z"}}',
        "US-KS-2 network outage, pods unreachable",
        "This server has recently suffered a network outage and may have spotty network connectivity",
    ],
)
def test_text_that_shows_it_is_rp46(text: str) -> None:
    assert "RP46" in codes(text)
