"""Host keys are bound to a Pod and its start, checked against a real sshd."""

import base64
import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import FIRST_SEEN, LISTED, PINNED, HostKeys, KnownHosts, Place
from rgt_tui.clients.ssh import SshPool
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.probes import quick_probes
from tests.clients.sshd import Sshd, fault_of, probe, running_sshd

KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519" + b"k" * 36).decode()
PLACE = Place(pin_id="host", start="1", host="127.0.0.1", port=22)


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
        answer = await pool.probe(sshd.target(), quick_probes())
    assert answer.host_key.how == LISTED
    file.write_text(f"other.example {words[0]} {words[1]}\n")
    async with SshPool(identities=[sshd.identity], host_keys=KnownHosts(file)) as pool:
        with pytest.raises(SshError, match="lists no key of this host; it shows SHA256:") as caught:
            await pool.probe(sshd.target(), quick_probes())
    assert caught.value.kind is SshFault.HOST_KEY_CHANGED


async def test_a_damaged_pin_file_is_set_aside_and_said(sshd: Sshd) -> None:
    file = sshd.folder / "hostkeys.json"
    file.write_text('{"schema": 1, "pins": {"hos')
    book = HostKeys(file)
    async with SshPool(identities=[sshd.identity], host_keys=book) as pool:
        answer = await pool.probe(sshd.target(), quick_probes())
    assert answer.host_key.how == FIRST_SEEN
    assert "set aside" in book.notes[0]
    assert file.stat().st_mode & 0o777 == 0o600


def _foreign(file: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    os.chown(file, 12345, -1)


def _newer(file: Path) -> None:
    file.write_text(json.dumps({"schema": 2, "hosts": []}))


def _a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (_a_pipe, "not a regular file"),
    "huge": (lambda file: os.truncate(file, 300_000_000), "longer than"),
    "writable by all": (lambda file: file.chmod(0o666), "everybody can change it"),
    "an open folder": (lambda file: file.parent.chmod(0o777), "its folder can be changed"),
    "another user's": (_foreign, "belongs to another user"),
    "newer": (_newer, "newer rgt-tui"),
}


@pytest.mark.parametrize(("spoil", "words"), REFUSED.values(), ids=REFUSED)
def test_pins_that_cannot_be_relied_on_are_refused_and_not_forgotten(
    tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    file = tmp_path / "hostkeys.json"
    HostKeys(file).accept(PLACE, KEY)
    spoil(file)
    for ask in (HostKeys(file).trusted, lambda place: HostKeys(file).accept(place, KEY)):
        with pytest.raises(SshError, match=words) as caught:
            ask(PLACE)
        assert caught.value.kind is SshFault.KEY_MODE
        assert str(file) in caught.value.message
        assert caught.value.hint
    assert os.path.lexists(file)
    assert not file.with_suffix(".unreadable").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b'{"schema": true, "pins": {}}',
        b'{"schema": 1, "pins": []}',
        b'{"schema": 1, "pins": {"host": 5}}',
        b'{"schema": 1, "pins": {"host": {"start": "1", "key": 5}}}',
        b'{"schema": 1, "pins": {"host": {"start": "1", "key": "ssh-ed25519 A"}}}',
        b'{"schema": 1, "pins": {"host": {"start": "1", "key": "one"}}}',
    ],
)
def test_pins_of_another_shape_are_set_aside_and_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "hostkeys.json"
    file.write_bytes(content)
    book = HostKeys(file)
    assert book.trusted(PLACE).takes_new
    assert "set aside" in book.notes[0]
    assert file.with_suffix(".unreadable").read_bytes() == content


def test_a_lock_that_another_program_keeps_is_not_waited_for_without_end(tmp_path: Path) -> None:
    file = tmp_path / "hostkeys.json"
    book = HostKeys(file)
    with file.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert book.accept(PLACE, KEY).how == FIRST_SEEN
    assert "another program has kept the lock" in book.notes[0]
    assert not file.exists()
    assert book.accept(PLACE, KEY).how == FIRST_SEEN
    assert book.accept(PLACE, KEY).how == PINNED


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "hostkeys.lock").symlink_to(tmp_path / "elsewhere")
    book = HostKeys(tmp_path / "hostkeys.json")
    book.accept(PLACE, KEY)
    assert "cannot be remembered" in book.notes[0]
    assert not (tmp_path / "elsewhere").exists()


async def test_a_host_that_never_stops_complaining_is_told_before_the_deadline(
    sshd: Sshd,
) -> None:
    sshd.stop()
    sshd.options["ForceCommand"] = "yes greetings >&2"
    sshd.start()
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.BAD_ANSWER
    assert "sent far more" in fault.message


def ssh_keygen(*options: str) -> str:
    ran = subprocess.run(["ssh-keygen", *options], capture_output=True, text=True, check=True)
    return ran.stdout
