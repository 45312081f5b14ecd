import pytest

from tests.triage.asking import failed
from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "Host key verification failed.",
        "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!",
        "paramiko.ssh_exception.BadHostKeyException: Host key for server does not match",
        "asyncssh.misc.HostKeyNotVerifiable: Host key is not trusted for host 1.2.3.4",
        "ssh: handshake failed: knownhosts: key mismatch",
    ],
)
def test_text_that_shows_it_is_rp20(text: str) -> None:
    assert "RP20" in codes(text)


def test_another_host_key_within_one_start_is_rp20() -> None:
    assert failed("RP20", "ssh_host_key_changed", "the host key is another one").is_present
