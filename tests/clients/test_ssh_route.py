"""The way through jump hosts, in network namespaces of which one is not reachable from here."""

import asyncio
import contextlib
import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool
from rgt_tui.clients.ssh_route import Routes, read_host
from rgt_tui.clients.ssh_target import SshTarget
from rgt_tui.domain.errors import SshError, SshFault
from tests.clients import sshd as servers
from tests.clients.sshd import Sshd, make_key, saying

pytestmark = pytest.mark.usefixtures("cut_connections")

JUMP, POD = "10.213.7.2", "10.213.8.2"
"""The first is reachable from here; the second only from the first."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextlib.contextmanager
def namespaces() -> Iterator[tuple[str, str]]:
    """Two network namespaces in a row: here, near, far; skips where they cannot be made."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2 (`make tools`)")
    near, far = f"rgt{os.getpid()}a", f"rgt{os.getpid()}b"
    link = f"r{os.getpid()}"
    try:
        try:
            ip("netns", "add", near)
            ip("netns", "add", far)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespace here: {error.stderr.decode().strip()}")
        ip("link", "add", link, "type", "veth", "peer", "name", "up0", "netns", near)
        ip("addr", "add", "10.213.7.1/24", "dev", link)
        ip("link", "set", link, "up")
        inner = ("link", "add", "down0", "type", "veth", "peer", "name", "up0", "netns", far)
        ip("-n", near, *inner)
        for name, device, address in (
            (near, "up0", JUMP),
            (near, "down0", "10.213.8.1"),
            (far, "up0", POD),
        ):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
            ip("-n", name, "link", "set", device, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield near, far
    finally:
        for name in (near, far):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@contextlib.contextmanager
def sshd_in(namespace: str, folder: Path, address: str, login: Path) -> Iterator[Sshd]:
    if not Path(servers.SSHD).exists():
        pytest.skip("no sshd here: install openssh-server")
    folder.mkdir()
    servers.PRIVILEGE_FOLDER.mkdir(exist_ok=True, mode=0o755)
    options = {"ListenAddress": address, "AuthorizedKeysFile": f"{login}.pub"}
    server = Sshd(folder, 2222, options, wrapper=("ip", "netns", "exec", namespace))
    server.new_host_key()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def login(tmp_path: Path) -> Path:
    return make_key(tmp_path / "login")


def pool_by(login: Path, folder: Path, config: str) -> SshPool:
    file = folder / "ssh_config"
    file.write_text(config)
    book = HostKeys(folder / "pins" / "hostkeys.json")
    routes = Routes(book=book, config=file, identities=(login,), timeout_s=20)
    return SshPool(identities=(login,), host_keys=book, routes=routes, connect_timeout_s=20)


TARGET = SshTarget(
    host=POD,
    port=2222,
    username=getpass.getuser(),
    name="train-a",
    pin_id="7h9k2m4n6p",
    start="1",
    owner="7h9k2m4n6p",
)


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
    with (
        namespaces() as (near, far),
        sshd_in(near, tmp_path / "near", JUMP, login),
        sshd_in(far, tmp_path / "far", POD, login),
    ):
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
