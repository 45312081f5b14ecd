import pytest

from tests.triage.asking import failed
from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "kex_exchange_identification: Connection closed by remote host",
        "Connection timed out during banner exchange",
        "ssh: connect to host 194.68.245.1 port 22132: Connection timed out",
        "kex_exchange_identification: read: Connection reset by peer",
        "paramiko.ssh_exception.NoValidConnectionsError: [Errno None] Unable to connect to port 22013 on 1.2.3.4",
        "Connection closed by 1.2.3.4 port 22132",
        "ConnectionRefusedError: [Errno 111] Connect call failed ('213.173.108.100', 12157)",
        "ssh: connect to host x port 22: No route to host",
        "sshd: no hostkeys available -- exiting.",
    ],
)
def test_text_that_shows_it_is_rp19(text: str) -> None:
    assert "RP19" in codes(text)


def test_a_refused_connection_of_a_pod_that_is_up_for_long_is_rp19() -> None:
    found = failed("RP19", "ssh_refused", "connection refused, nothing listens on that port")
    assert found.is_present
    assert "up for 1h00m" in found.evidence[1].said


def test_a_refused_key_is_not_rp19() -> None:
    assert failed("RP19", "ssh_auth", "no key").verdict == "absent"
