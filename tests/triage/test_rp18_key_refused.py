import pytest

from tests.triage.asking import all_failed, failed
from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "root@213.173.1.2: Permission denied (publickey,password).",
        "Received disconnect from 1.2.3.4: Too many authentication failures",
        "paramiko.ssh_exception.AuthenticationException: Authentication failed.",
        'Load key "/home/me/.ssh/id_ed25519": bad permissions',
        "root@1.2.3.4's password:",
        "asyncssh.misc.PermissionDenied: Permission denied for user root on host 1.2.3.4",
        "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]",
        "git@ssh.runpod.io: Permission denied (publickey).",
    ],
)
def test_text_that_shows_it_is_rp18(text: str) -> None:
    assert "RP18" in codes(text)


def test_a_login_that_no_key_opened_is_rp18() -> None:
    assert failed("RP18", "ssh_auth", "no offered key was accepted").is_present


def test_another_fault_of_the_connection_is_not_rp18() -> None:
    assert failed("RP18", "ssh_timeout", "silence").verdict == "absent"


def test_a_key_that_is_missing_here_is_no_fault_of_every_pod() -> None:
    assert all_failed("RP18", "ssh_no_key", "ssh_no_key").verdict == "unknown"
    assert all_failed("RP18", "ssh_auth", "ssh_auth").is_present
    assert all_failed("RP18", "ssh_key_mode", "ssh_auth").is_present
