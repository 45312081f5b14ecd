"""Which keys are offered, and what is said of those that cannot be: against a real sshd."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.probes import quick_probes
from tests.clients.sshd import Sshd, fault_of, make_key, probe, running_sshd


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


async def test_a_wrong_key_is_one_clear_sentence(sshd: Sshd) -> None:
    make_key(sshd.identity)
    (sshd.folder / "login.pub").write_text("")
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.AUTH
    assert fault.message.endswith("no offered key was accepted")
    assert "--identity" in fault.hint
    assert f"Offered: {sshd.identity}." in fault.hint


async def test_where_there_was_nothing_to_offer_no_key_is_called_refused(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nobody"))
    async with SshPool(identities=(), host_keys=HostKeys(tmp_path / "hostkeys.json")) as pool:
        with pytest.raises(SshError, match="no key was offered") as caught:
            await pool.probe(sshd.target(), quick_probes())
    assert caught.value.kind is SshFault.NO_KEY
    assert "--identity" in caught.value.hint


async def test_a_folder_in_place_of_a_key_is_no_matter_of_its_mode(sshd: Sshd) -> None:
    sshd.identity.unlink()
    sshd.identity.mkdir(mode=0o755)
    with pytest.raises(SshError, match="not a private key") as caught:
        await probe(sshd)
    assert "folder" in caught.value.hint


async def test_a_key_that_others_can_read_is_refused(sshd: Sshd) -> None:
    sshd.identity.chmod(0o644)
    with pytest.raises(SshError, match=r"can be read by others \(mode 0644\)") as caught:
        await probe(sshd)
    assert caught.value.kind is SshFault.KEY_MODE
    assert f"chmod 600 {sshd.identity}" in caught.value.hint


async def test_a_missing_key_file_is_named(sshd: Sshd) -> None:
    sshd.identity.unlink()
    with pytest.raises(SshError, match=f"{sshd.identity} cannot be read: No such file") as caught:
        await probe(sshd)
    assert caught.value.kind is SshFault.NO_KEY


async def test_a_public_key_in_place_of_the_private_one_is_named(sshd: Sshd) -> None:
    shutil.copyfile(sshd.folder / "login.pub", sshd.identity)
    with pytest.raises(SshError, match="not a private key") as caught:
        await probe(sshd)
    assert caught.value.kind is SshFault.NO_KEY


async def test_a_locked_key_without_an_agent_says_how_to_unlock_it(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    make_key(sshd.identity, passphrase="correct horse")
    with pytest.raises(SshError, match="protected by a passphrase") as caught:
        await probe(sshd)
    assert caught.value.kind is SshFault.KEY_LOCKED
    assert "ssh-add" in caught.value.hint


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty agent."""
    if shutil.which("ssh-agent") is None:
        pytest.skip("no ssh-agent here: install openssh-client")
    socket = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE) as ran:
        assert ran.stdout is not None
        ran.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        yield socket
        ran.terminate()


async def test_the_agent_opens_a_locked_key(sshd: Sshd, agent: Path) -> None:
    ssh("ssh-add", "-q", str(sshd.identity))
    ssh("ssh-keygen", "-q", "-p", "-N", "correct horse", "-f", str(sshd.identity))
    assert (await probe(sshd)).fault is None
    ssh("ssh-add", "-q", "-D")
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.KEY_LOCKED
    assert "was not tried" in fault.message


async def test_a_named_key_comes_before_a_crowded_agent(sshd: Sshd, agent: Path) -> None:
    for number in range(7):
        ssh("ssh-add", "-q", str(make_key(sshd.folder / f"other{number}")))
    assert (await probe(sshd)).fault is None
    (sshd.folder / "login.pub").write_text("")
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.AUTH


def ssh(*argv: str) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
