"""What a program on a host writes, over a real sshd: whole and in order, however late it is read."""

import asyncio
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from rgt_tui.clients import ssh_wire
from rgt_tui.clients.ssh_session import HELD, SMALL, WINDOW, Session, start
from tests.clients.odd_server import data, odd_server, plain, reached
from tests.clients.sshd import Sshd, kill_connections, running_sshd

MUCH = HELD + WINDOW + (1 << 20)
COUNTED = f"""python3 -c "import sys
for n in range(0, {MUCH >> 3}, 8192): sys.stdout.write(''.join('%08x' % m for m in range(n, n + 8192)))"
"""


@contextlib.asynccontextmanager
async def started(server: Sshd, command: str) -> AsyncIterator[Session]:
    async with server.pool() as pool, pool.connection(server.target()) as connection:
        yield await start(connection, command)


async def all_of(session: Session, found: bytearray | None = None) -> bytes:
    """What is read to the end, in `found` too as it comes."""
    found = bytearray() if found is None else found
    while piece := await session.read():
        found += piece
    return bytes(found)


def counted(size: int) -> bytes:
    return b"".join(b"%08x" % number for number in range(size >> 3))


async def waits_behind(session: Session, count: int) -> None:
    """Until so many bytes came that nobody has read, and that asyncssh keeps."""
    for _ in range(1000):
        if sum(len(piece) for piece, _ in session._chan._recv_buf) >= count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{count:,} bytes never came")


async def test_what_is_read_late_comes_whole(tmp_path: Path) -> None:
    with running_sshd(tmp_path) as server:
        async with started(server, COUNTED) as session:
            await waits_behind(session, 1 << 20)
            assert session._held < HELD + (1 << 20), "more than this waits here unread"
            said = await all_of(session)
            await session.wait_closed()
            assert session.exit_status == 0
    assert hashlib.sha256(said).digest() == hashlib.sha256(counted(MUCH)).digest()


async def test_what_came_before_the_line_broke_is_read_before_that_is_told(tmp_path: Path) -> None:
    found = bytearray()
    with running_sshd(tmp_path) as server:
        async with started(server, f"{COUNTED}sleep 60") as session:
            await waits_behind(session, 1 << 20)
            kill_connections(server)
            with pytest.raises((OSError, asyncssh.Error)):
                await all_of(session, found)
    assert len(found) >= HELD + (1 << 20), "what asyncssh still held is lost"
    assert bytes(found) == counted(MUCH)[: len(found)]


async def test_standard_error_is_no_part_of_it_and_the_end_is_told(tmp_path: Path) -> None:
    with running_sshd(tmp_path) as server:
        async with started(server, "echo out; echo err >&2; exit 7") as session:
            assert await all_of(session) == b"out\n"
            assert await session.read() == b""
            await session.wait_closed()
            assert session.exit_status == 7
            with pytest.raises(BrokenPipeError):
                await session.write(b"too late")


async def test_much_is_sent_and_comes_back(tmp_path: Path) -> None:
    content = counted(8 << 20)
    with running_sshd(tmp_path) as server:
        async with started(server, "cat") as session:
            sending = asyncio.create_task(session.write(content))
            came = 0
            while came < len(content):
                piece = await session.read()
                assert piece == content[came : came + len(piece)]
                came += len(piece)
            await sending
            session.close()
            await session.wait_closed()


async def test_a_host_that_sends_single_bytes_fills_no_memory_with_pieces() -> None:
    said = counted(20_000)
    async with (
        odd_server([plain(data(bytes([byte]))) for byte in said]) as port,
        reached(port) as connection,
    ):
        session = await start(connection, "")
        await session.wait_closed()
        assert len(session._came) < 2 * len(said) // SMALL + 2
        assert await all_of(session) == said


async def test_the_answer_to_a_request_does_not_wait_for_a_late_acknowledgement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(socket, "TCP_QUICKACK"):
        pytest.skip("this system has no TCP_QUICKACK")
    asked: list[asyncssh.SSHClientConnection] = []
    real = ssh_wire._acknowledge

    def heard(connection: asyncssh.SSHClientConnection) -> None:
        real(connection)
        taken = connection.get_extra_info("socket")
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK) == 1
        asked.append(connection)

    monkeypatch.setattr(ssh_wire, "_acknowledge", heard)
    with running_sshd(tmp_path) as server:
        async with started(server, "echo out") as session:
            assert await all_of(session) == b"out\n"
    assert len(asked) == 1
