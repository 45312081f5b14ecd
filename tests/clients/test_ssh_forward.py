"""Forwarded ports over a real sshd: bytes whole, refusals told, a new connection where one was lost."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rgt_tui.clients.ssh_forward import CannotListen, Forwards, PortPair
from tests.clients.sshd import free_port, running_sshd

ADDRESS = ("127.0.0.1",)


@contextlib.asynccontextmanager
async def echo() -> AsyncIterator[int]:
    """A server that sends back what it got once it got all of it; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(-1))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield int(server.sockets[0].getsockname()[1])


async def asked(port: int, content: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(content)
    writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(-1), 20)
    finally:
        writer.close()


async def test_bytes_go_through_whole_for_many_clients_and_after_a_lost_connection(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    content = os.urandom(1 << 20)
    with running_sshd(tmp_path) as sshd:
        async with (
            echo() as port,
            sshd.pool() as pool,
            Forwards(pool, sshd.target(), said.append) as forwards,
        ):
            (found,) = await forwards.listen(ADDRESS, PortPair(0, port))
            assert (found.remote, found.local != port) == (port, True)
            answers = await asyncio.gather(*(asked(found.local, content) for _ in range(6)))
            assert all(answer == content for answer in answers)
            (await forwards.connected()).abort()
            assert await asked(found.local, b"again") == b"again"
    assert said == []


async def test_a_port_where_nothing_listens_is_told_and_the_client_let_go(tmp_path: Path) -> None:
    said: list[str] = []
    with running_sshd(tmp_path) as sshd:
        async with sshd.pool() as pool, Forwards(pool, sshd.target(), said.append) as forwards:
            port = free_port()
            (found,) = await forwards.listen(ADDRESS, PortPair(0, port))
            assert await asked(found.local, b"hello?") == b""
    (sentence,) = said
    assert sentence.startswith(f"port {port}: connection refused in the Pod")
    assert f"nothing listens on {port} there" in sentence


async def test_an_sshd_that_forbids_forwards_is_named(tmp_path: Path) -> None:
    said: list[str] = []
    with running_sshd(tmp_path, AllowTcpForwarding="no") as sshd:
        async with sshd.pool() as pool, Forwards(pool, sshd.target(), said.append) as forwards:
            (found,) = await forwards.listen(ADDRESS, PortPair(0, 8888))
            assert await asked(found.local, b"hello?") == b""
            sshd.stop()
            (await forwards.connected()).abort()
            assert await asked(found.local, b"and now?") == b""
    assert "AllowTcpForwarding" in said[0]
    assert "connection refused" in said[1]


async def test_a_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.socket() as taken, running_sshd(tmp_path) as sshd:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with sshd.pool() as pool, Forwards(pool, sshd.target(), print) as forwards:
            with pytest.raises(CannotListen, match=f"cannot listen on 127.0.0.1:{port}"):
                await forwards.listen(ADDRESS, PortPair(port, 8888))
