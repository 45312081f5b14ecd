"""The way to a Pod by a person's ProxyCommand, agent and jump host: real programs on loopback."""

import getpass
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool
from rgt_tui.clients.ssh_route import Routes, expanded, read_host
from rgt_tui.domain.errors import SshError, SshFault
from tests.clients.sshd import Sshd, make_key, running_sshd, saying

pytestmark = pytest.mark.usefixtures("cut_connections")

WAY = """
import os, socket, sys, threading
print("a word on stderr", file=sys.stderr, flush=True)
way = socket.create_connection((sys.argv[1], int(sys.argv[2])))
open(sys.argv[3], "a").write("used ")
def up():
    while chunk := os.read(0, 65536):
        way.sendall(chunk)
    way.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while chunk := way.recv(65536):
    os.write(1, chunk)
"""


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


def pool_by(
    sshd: Sshd, config: str, *, identities: tuple[Path, ...] | None = None, jump: str = ""
) -> SshPool:
    file = sshd.folder / "ssh_config"
    file.write_text(config)
    book = HostKeys(sshd.folder / "hostkeys.json")
    keys = (sshd.identity,) if identities is None else identities
    routes = Routes(book=book, config=file, identities=keys, jump=jump)
    return SshPool(identities=keys, host_keys=book, routes=routes)


async def said(pool: SshPool, sshd: Sshd) -> bytes:
    target = replace(sshd.target(), owner="7h9k2m4n6p")
    answer = await pool.probe(target, [saying("echo here")])
    return answer.sections["said"].output


async def test_a_proxy_command_is_the_way_and_its_stderr_is_not_the_hosts(sshd: Sshd) -> None:
    used = sshd.folder / "used"
    (sshd.folder / "way.py").write_text(WAY)
    config = f"Host rgt-*\n  ProxyCommand {sys.executable} {sshd.folder}/way.py %h %p {used}\n"
    async with pool_by(sshd, config) as pool:
        assert await said(pool, sshd) == b"here\n"
        assert pool.is_by_jump(replace(sshd.target(), owner="7h9k2m4n6p"))
    assert used.read_text() == "used "


async def test_a_proxy_command_that_fails_is_one_clear_sentence(sshd: Sshd) -> None:
    async with pool_by(sshd, "Host rgt-*\n  ProxyCommand exit 3\n") as pool:
        with pytest.raises(SshError) as caught:
            await said(pool, sshd)
    assert caught.value.kind in (SshFault.RESET, SshFault.LOST)
    assert caught.value.message.startswith("train-a (127.0.0.1:")


@pytest.mark.parametrize("host", ["h;touch x", "$(x)", "-oX", "a b", "h\nx", "`x`"])
def test_no_name_from_outside_reaches_the_shell_unless_it_is_plain(host: str) -> None:
    assert expanded("nc %h %p # %% %r %n", "rgt-a", "h.x", 22, "me") == "nc h.x 22 # % me rgt-a"
    with pytest.raises(SshError, match="ProxyCommand cannot be given"):
        expanded("nc %h %p", "rgt-a", host, 22, "root")


def test_a_token_that_is_not_known_is_told() -> None:
    with pytest.raises(SshError, match="ProxyCommand has %k"):
        expanded("nc %k", "rgt-a", "h", 22, "root")


@pytest.fixture
def agent(sshd: Sshd) -> Iterator[Path]:
    """An agent with a wrong key before the right one."""
    if shutil.which("ssh-agent") is None:
        pytest.skip("no ssh-agent here: install openssh-client")
    socket = sshd.folder / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as it:
        try:
            for _ in range(100):
                if socket.exists():
                    break
                time.sleep(0.05)
            for key in (make_key(sshd.folder / "wrong"), sshd.identity):
                subprocess.run(
                    ["ssh-add", "-q", str(key)],
                    check=True,
                    env={**os.environ, "SSH_AUTH_SOCK": str(socket)},
                    capture_output=True,
                )
            yield socket
        finally:
            it.terminate()


async def test_the_agent_that_is_named_offers_only_the_key_that_is_named(
    sshd: Sshd, agent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    sshd.options = {"MaxAuthTries": "1"}
    sshd.stop()
    sshd.start()
    sshd.identity.unlink()  # the agent alone has it
    named = f"Host rgt-*\n  IdentityAgent {agent}\n  IdentityFile {sshd.identity}.pub\n"
    async with pool_by(sshd, f"{named}  IdentitiesOnly yes\n", identities=()) as pool:
        assert await said(pool, sshd) == b"here\n"
    none = named.replace(str(agent), "none")
    async with pool_by(sshd, f"{none}  IdentitiesOnly yes\n", identities=()) as pool:
        with pytest.raises(SshError, match="no SSH key was found"):
            await said(pool, sshd)


def test_what_openssh_says_of_agents_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_AGENT", "/run/mine")
    told = {"none": "", "SSH_AUTH_SOCK": None, "$MY_AGENT": "/run/mine", "/a": "/a"}
    for word, agent in told.items():
        assert read_host(f"hostname h\nidentityagent {word}\n").agent == agent
    assert read_host("hostname h\n").agent is None
    assert read_host("hostname h\nidentitiesonly yes\n").identities_only


async def test_a_jump_host_of_our_own_configuration_is_on_the_way(
    sshd: Sshd, tmp_path: Path
) -> None:
    (tmp_path / "hop").mkdir()
    lets_in = {"AuthorizedKeysFile": str(sshd.folder / "login.pub")}
    with running_sshd(tmp_path / "hop", **lets_in) as hop:
        jump = f"{getpass.getuser()}@127.0.0.1:{hop.port}"
        async with pool_by(sshd, "", jump=jump) as pool:
            assert await said(pool, sshd) == b"here\n"
            hop.stop()
            async with pool_by(sshd, "", jump=jump) as late:
                with pytest.raises(SshError, match="jump host") as caught:
                    await said(late, sshd)
            assert caught.value.kind is SshFault.REFUSED
            hop.start()
