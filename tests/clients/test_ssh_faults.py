"""What the SSH client says of peers that are not what they should be: bare sockets on loopback."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.probes import quick_probes
from tests.clients.sshd import Sshd, make_key, running_sshd, saying

pytestmark = pytest.mark.usefixtures("cut_connections")

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def banner_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    await reader.read()


async def web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


async def endless_banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"welcome " * 1000)
            await writer.drain()


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()


@contextlib.asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def target(port: int, host: str = "127.0.0.1") -> SshTarget:
    return SshTarget(host=host, port=port, username="root", name="train-a", pin_id="p", start="1")


async def fault_at(where: SshTarget, folder: Path) -> SshError:
    pool = SshPool(
        identities=[make_key(folder / "key")],
        host_keys=HostKeys(folder / "hostkeys.json"),
        connect_timeout_s=0.5,
    )
    async with pool:
        with pytest.raises(SshError) as caught:
            await pool.probe(where, quick_probes())
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith("train-a (")
    assert caught.value.exit_code == 4
    return caught.value


@pytest.mark.parametrize(
    ("serve", "kind", "words"),
    [
        (silent, SshFault.TIMEOUT, "no SSH login within 0.5 s"),
        (banner_only, SshFault.TIMEOUT, "no SSH login within 0.5 s"),
        (web_server, SshFault.RESET, "closed during the SSH handshake"),
        (hangs_up, SshFault.RESET, "closed during the SSH handshake"),
        (endless_banner, SshFault.NOT_SSH, "something other than an SSH server"),
    ],
    ids=["silent", "banner only", "web server", "hangs up", "endless banner"],
)
async def test_a_peer_that_is_no_ssh_server_is_one_clear_sentence(
    serve: Serve, kind: SshFault, words: str, tmp_path: Path
) -> None:
    async with listening(serve) as port:
        fault = await fault_at(target(port), tmp_path)
    assert fault.kind is kind
    assert words in fault.message
    assert fault.hint


async def test_a_closed_port_is_refused(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        fault = await fault_at(target(unused.getsockname()[1]), tmp_path)
    assert fault.kind is SshFault.REFUSED


async def test_a_host_name_that_cannot_exist_is_a_dns_fault(tmp_path: Path) -> None:
    fault = await fault_at(target(22, "no..such..host"), tmp_path)
    assert fault.kind is SshFault.DNS


async def test_an_ipv6_address_is_shown_in_brackets(tmp_path: Path) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    fault = await fault_at(target(1, "::1"), tmp_path)
    assert "[::1]:1" in fault.message


@pytest.mark.parametrize("passed", [3000, 6000], ids=["early", "late"])
async def test_a_connection_cut_in_the_answer_is_lost_never_a_whole_answer(
    sshd: Sshd, passed: int
) -> None:
    """The relay lets `passed` bytes of the server's through, then resets both sides."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", sshd.port)
        left = passed

        async def down() -> None:
            nonlocal left
            while left > 0 and (chunk := await up_reader.read(min(left, 512))):
                left -= len(chunk)
                writer.write(chunk)
            writer.transport.abort()
            up_writer.transport.abort()

        async def up() -> None:
            with contextlib.suppress(ConnectionError):
                while chunk := await reader.read(4096):
                    up_writer.write(chunk)

        await asyncio.gather(down(), up())

    long = saying("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done")
    async with listening(relay) as port, sshd.pool() as pool:
        with pytest.raises(SshError) as caught:
            await pool.probe(replace(sshd.target(), port=port), [long])
    assert caught.value.kind is SshFault.LOST
