import pytest

from rgt_tui.domain.pod import SshEndpoint
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import a_pod

PROXY = SshEndpoint(host="ssh.runpod.io", port=22, username="x")


@pytest.mark.parametrize(
    "text",
    [
        "subsystem request failed on channel 0.",
        "protocol version mismatch -- is your shell clean?",
        "Received message too long 1163413838",
        "channel 3: open failed: administratively prohibited: open failed",
        "Error: Your SSH client doesn't support PTY",
        "scp and sftp do not work over ssh.runpod.io, basic SSH only gives a terminal",
        '{"status":"RUNNING","ssh":{"proxy":{"host":"ssh.runpod.io"},"direct":null}}',
        "paramiko.ssh_exception.SSHException: EOF; your SSH client does not support PTY",
    ],
)
def test_text_that_shows_it_is_rp6(text: str) -> None:
    assert "RP6" in codes(text)


def test_a_pod_that_the_gateway_alone_reaches_is_rp6() -> None:
    found = finding("RP6", a_pod(ssh_direct=None, ssh_proxy=PROXY, ports=("8888/http",)))
    assert found.is_present
    assert "22/tcp is not among its ports" in found.evidence[1].said


def test_a_direct_address_is_not_rp6() -> None:
    assert finding("RP6", a_pod()).verdict == "absent"
