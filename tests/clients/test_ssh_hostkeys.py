"""Host keys are bound to a Pod and its start, checked against a real sshd."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import FIRST_SEEN, LISTED, PINNED, HostKeys, KnownHosts
from rgt_tui.clients.ssh import SshPool
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.probes import all_probes
from rgt_tui.probes._script import compose
from tests.clients.sshd import DEADLINE_S, Sshd, fault_of, probe, running_sshd


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


async def test_a_host_key_is_pinned_on_first_use_and_known_the_second_time(sshd: Sshd) -> None:
    assert (await probe(sshd)).host_key.how == FIRST_SEEN
    answer = await probe(sshd)
    assert answer.host_key.how == PINNED
    shown = ssh_keygen("-lf", str(sshd.folder / "host.pub"))
    assert answer.host_key.fingerprint in shown


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
async def test_a_changed_host_key_within_one_start_is_refused(sshd: Sshd, kind: str) -> None:
    old = (await probe(sshd)).host_key.fingerprint
    sshd.stop()
    sshd.new_host_key(kind)
    sshd.start()
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.HOST_KEY_CHANGED
    assert old in fault.message
    assert fault.message.count("SHA256:") == 2
    assert "hostkeys.json" in fault.hint


async def test_the_host_key_of_another_start_is_taken_anew(sshd: Sshd) -> None:
    first = (await probe(sshd)).host_key
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    second = (await probe(sshd, start="2")).host_key
    assert second.how == FIRST_SEEN
    assert second.fingerprint != first.fingerprint


async def test_a_known_hosts_file_is_obeyed(sshd: Sshd) -> None:
    words = (sshd.folder / "host.pub").read_text().split()
    file = sshd.folder / "known_hosts"
    file.write_text(f"[127.0.0.1]:{sshd.port} {words[0]} {words[1]}\n")
    async with SshPool(identities=[sshd.identity], host_keys=KnownHosts(file)) as pool:
        answer = await pool.probe(sshd.target(), compose(all_probes()), deadline_s=DEADLINE_S)
    assert answer.host_key.how == LISTED
    file.write_text(f"other.example {words[0]} {words[1]}\n")
    async with SshPool(identities=[sshd.identity], host_keys=KnownHosts(file)) as pool:
        with pytest.raises(SshError, match="lists no key of this host; it shows SHA256:") as caught:
            await pool.probe(sshd.target(), compose(all_probes()), deadline_s=DEADLINE_S)
    assert caught.value.kind is SshFault.HOST_KEY_CHANGED


async def test_a_damaged_pin_file_is_set_aside_and_said(sshd: Sshd) -> None:
    file = sshd.folder / "hostkeys.json"
    file.write_text('{"schema": 1, "pins": {"hos')
    book = HostKeys(file)
    async with SshPool(identities=[sshd.identity], host_keys=book) as pool:
        answer = await pool.probe(sshd.target(), compose(all_probes()), deadline_s=DEADLINE_S)
    assert answer.host_key.how == FIRST_SEEN
    assert "set aside" in book.notes[0]
    assert file.stat().st_mode & 0o777 == 0o600


def ssh_keygen(*options: str) -> str:
    ran = subprocess.run(["ssh-keygen", *options], capture_output=True, text=True, check=True)
    return ran.stdout
