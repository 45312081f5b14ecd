"""The way through jump hosts, in network namespaces of which one is not reachable from here."""

import asyncio
import contextlib
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.actions.copy_ssh import command
from rgt_tui.clients.ssh import SshPool
from rgt_tui.clients.ssh_route import read_host
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pod import SshEndpoint
from tests.clients.far_pod import JUMP, POD, TARGET, far_pod, ip, pool_by
from tests.clients.sshd import make_key, saying
from tests.values import a_pod

pytestmark = pytest.mark.usefixtures("cut_connections")


@pytest.fixture
def login(tmp_path: Path) -> Path:
    return make_key(tmp_path / "login")


async def said(pool: SshPool) -> bytes:
    probe = saying('echo "$SSH_CONNECTION"')
    answer = await pool.probe(TARGET, [probe])
    return answer.sections["said"].output


async def comes_back(pool: SshPool) -> bytes:
    """What it says once its neighbours know the way again: the kernel takes seconds for that."""
    async with asyncio.timeout(40):
        while True:
            with contextlib.suppress(SshError):
                return await said(pool)
            await asyncio.sleep(0.5)


async def test_a_pod_behind_a_jump_host_answers_also_after_its_link_was_down(
    tmp_path: Path, login: Path
) -> None:
    config = (
        "Host rgt-*\n  ProxyJump hop\n"
        f"Host hop\n  HostName {JUMP}\n  Port 2222 # a comment\n  User {TARGET.username}\n"
        "  ConnectTimeout 10s\n"
    )
    with far_pod(tmp_path, login) as far:
        async with pool_by(login, tmp_path, config) as pool:
            assert (await said(pool)).startswith(b"10.213.8.1 ")
            ip("-n", far, "link", "set", "up0", "down")
            with pytest.raises((SshError, TimeoutError)):
                async with asyncio.timeout(4):
                    await pool.probe(TARGET, [saying("echo x")])
            ip("-n", far, "link", "set", "up0", "up")
            await pool.forget(TARGET)
            assert (await comes_back(pool)).startswith(b"10.213.8.1 ")


async def test_a_jump_host_that_refuses_is_named(tmp_path: Path, login: Path) -> None:
    config = "Host rgt-*\n  ProxyJump root@127.0.0.1:1\n"
    async with pool_by(login, tmp_path, config) as pool:
        with pytest.raises(SshError, match=r"jump host root@\[127\.0\.0\.1\]:1") as caught:
            await said(pool)
    assert caught.value.kind is SshFault.REFUSED


async def test_jump_hosts_in_a_circle_are_told(tmp_path: Path, login: Path) -> None:
    config = "Host rgt-*\n  ProxyJump one\nHost one\n  ProxyJump two\nHost two\n  ProxyJump one\n"
    async with pool_by(login, tmp_path, config) as pool:
        with pytest.raises(SshError, match="circle"):
            await said(pool)


async def test_a_configuration_that_openssh_refuses_is_quoted(tmp_path: Path, login: Path) -> None:
    async with pool_by(login, tmp_path, "Nonsense yes\n") as pool:
        with pytest.raises(SshError, match="Bad configuration option"):
            await said(pool)


def test_what_openssh_resolves_is_read(tmp_path: Path) -> None:
    key = tmp_path / "mine"
    key.write_text("")
    host = read_host(f"user me\nhostname h\nport 2200\nidentityfile {key}\nproxyjump a,b@c:2\n")
    assert (host.user, host.hostname, host.port) == ("me", "h", 2200)
    assert (host.jumps, host.identities) == (("a", "b@c:2"), (key,))
    assert read_host("hostname h\nproxyjump none\n").jumps == ()


def test_a_pod_is_asked_for_under_a_name_of_its_own() -> None:
    assert TARGET.alias == "rgt-7h9k2m4n6p"
    assert replace(TARGET, owner="").alias == POD


def test_the_copied_command_takes_the_same_road(tmp_path: Path, login: Path) -> None:
    """Through the jump host of our configuration, or the one that `~/.ssh/config` names."""
    file = tmp_path / "ssh_config"
    head = f"Host *\n  IdentityFile {login}\n  UserKnownHostsFile {tmp_path}/known\n"
    head += "  StrictHostKeyChecking accept-new\n  BatchMode yes\n"
    hop = f"{TARGET.username}@{JUMP}:2222"
    pod = a_pod(id=TARGET.owner)
    at = SshEndpoint(host=POD, port=2222, username=TARGET.username)
    with far_pod(tmp_path, login):
        for config, jump in ((head, hop), (f"Host rgt-*\n  ProxyJump {hop}\n{head}", "")):
            file.write_text(config)
            ssh, *words = shlex.split(command(pod, at, jump))
            argv = [ssh, "-F", str(file), *words, 'echo "$SSH_CONNECTION"']
            told = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
            assert told.stdout.startswith("10.213.8.1 "), told.stderr
