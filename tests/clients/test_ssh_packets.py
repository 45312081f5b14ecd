"""Packets of data that are opened beside asyncssh, over a real sshd: the same bytes, the same end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from rgt_tui.clients.ssh_packets import READ, _Opener, open_quickly
from rgt_tui.clients.ssh_session import PACKET, start
from tests.clients.odd_server import DATA, data, odd_server, plain, reached
from tests.clients.sshd import Sshd, running_sshd
from tests.clients.test_ssh_session import all_of, counted

SIZE = 4 << 20
COUNTED = f"""python3 -c "import sys
for n in range(0, {SIZE >> 3}, 8192): sys.stdout.write(''.join('%08x' % m for m in range(n, n + 8192)))"
"""


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """By packet that was opened here, which key opened it."""
    found: list[int] = []
    real = _Opener._takes

    def takes(self: _Opener, packet: memoryview) -> bool:
        is_taken = real(self, packet)
        found.extend([id(self._key)] * is_taken)
        return is_taken

    monkeypatch.setattr(_Opener, "_takes", takes)
    return found


@contextlib.asynccontextmanager
async def connected(server: Sshd) -> AsyncIterator[asyncssh.SSHClientConnection]:
    async with server.pool() as pool, pool.connection(server.target()) as connection:
        yield connection


def hears(connection: asyncssh.SSHClientConnection, change: Callable[[bytes], list[bytes]]) -> None:
    """What comes from now on comes as `change` has it."""
    inner: Any = connection
    real = inner.data_received

    def data_received(data: bytes, datatype: int | None = None) -> None:
        for piece in change(data):
            real(piece, datatype)

    inner.data_received = data_received


def test_the_inner_parts_of_the_asyncssh_here_were_read() -> None:
    assert asyncssh.__version__ in READ, (
        "compare _recv_pkthdr, _recv_packet and _process_data of the new version with ssh_packets"
    )


@pytest.mark.parametrize("rekeys", ["default none", "1M"])
async def test_data_comes_whole_and_in_order_whatever_keys_there_are(
    tmp_path: Path, taken: list[int], rekeys: str
) -> None:
    with running_sshd(tmp_path, RekeyLimit=rekeys) as server:
        async with connected(server) as connection:
            session = await start(connection, COUNTED)
            assert await all_of(session) == counted(SIZE)
            await session.wait_closed()
            assert session.exit_status == 0
    assert len(taken) >= SIZE // PACKET, "asyncssh has opened them itself"
    assert (len(set(taken)) > 2) is (rekeys == "1M")


@pytest.mark.parametrize("piece", [1, 3, 19, 21, 40_000])
async def test_packets_come_in_any_pieces(tmp_path: Path, taken: list[int], piece: int) -> None:
    with running_sshd(tmp_path) as server:
        async with connected(server) as connection:
            hears(
                connection,
                lambda data: [data[at : at + piece] for at in range(0, len(data), piece)],
            )
            session = await start(connection, "head -c 100000 /dev/zero")
            assert await all_of(session) == bytes(100_000)
    assert taken


async def test_another_cipher_is_left_to_asyncssh(tmp_path: Path, taken: list[int]) -> None:
    with running_sshd(tmp_path, Ciphers="chacha20-poly1305@openssh.com,aes128-ctr") as server:
        async with connected(server) as connection:
            assert await all_of(await start(connection, COUNTED)) == counted(SIZE)
    assert not taken


async def test_so_is_all_with_an_asyncssh_nobody_has_read(
    tmp_path: Path, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncssh, "__version__", "2.24.10")
    with running_sshd(tmp_path) as server:
        async with connected(server) as connection:
            assert await all_of(await start(connection, COUNTED)) == counted(SIZE)
    assert not taken


async def test_channels_beside_one_another_have_each_their_own(
    tmp_path: Path, taken: list[int]
) -> None:
    with running_sshd(tmp_path) as server:
        async with connected(server) as connection:
            sessions = [
                await start(connection, f"for n in $(seq 20000); do echo {word}; done")
                for word in ("one", "two")
            ]
            process = await connection.create_process("echo out; echo err >&2", encoding=None)
            one, two, both = await asyncio.gather(*map(all_of, sessions), process.communicate())
    assert (one, two) == (b"one\n" * 20_000, b"two\n" * 20_000)
    assert both == (b"out\n", b"err\n")
    assert taken


async def broken(server: Sshd, change: Callable[[bytes], list[bytes]]) -> bytes:
    """What is heard before the connection ends by what it hears."""
    found = bytearray()
    async with connected(server) as connection:
        session = await start(connection, f"{COUNTED}sleep 60")
        hears(connection, change)
        async with asyncio.timeout(20):
            with pytest.raises((OSError, asyncssh.Error)):
                await all_of(session, found)
        assert connection.is_closed()
    return bytes(found)


async def test_a_bit_that_is_not_what_was_sent_ends_the_connection(
    tmp_path: Path, taken: list[int]
) -> None:
    came = 0

    def change(data: bytes) -> list[bytes]:
        nonlocal came
        at, came = 1_000_000 - came, came + len(data)
        if 0 <= at < len(data):
            data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        return [data]

    with running_sshd(tmp_path) as server:
        found = await broken(server, change)
    assert found == counted(SIZE)[: len(found)]
    assert 500_000 < len(found) < 1_000_000
    assert taken


async def test_a_length_beyond_all_is_refused_not_waited_for(tmp_path: Path) -> None:
    with running_sshd(tmp_path) as server:
        assert await broken(server, lambda _data: [b"\xff" * 64]) == b""


async def test_what_follows_a_broken_packet_is_not_heard(tmp_path: Path, taken: list[int]) -> None:
    with running_sshd(tmp_path) as server:
        found = await broken(server, lambda data: [bytes(64), data])
    assert found == b""
    assert not taken


ODD = {
    "nothing": plain(data(b"")),
    "one byte": plain(data(b"x")),
    "padding of no length": b"\0" + data(b"x" * 22),
    "padding beyond the packet": b"\xff" + data(b"x" * 150, length=55),
    "padding over the channel's number": b"\x10" + data(b"") + bytes(6),
    "shorter than a block": b"\1" + data(b"") + b"\0",
    "nothing but a length": b"",
    "a string longer than the packet": plain(data(b"x" * 20, length=21)),
    "a string of any length": plain(data(b"x" * 20, length=0xFFFFFFFF)),
    "bytes after the string": plain(data(b"x" * 20, length=19)),
    "no string": plain(bytes([DATA, 0, 0, 0, 0])),
    "no channel": plain(bytes([DATA, 0, 0])),
    "a channel nobody opened": plain(data(b"x", channel=7)),
    "after the end": plain(b"\x60" + bytes(4)),
    "after it was closed": plain(b"\x61" + bytes(4)),
    "more than one packet may hold": plain(data(b"x" * 300_000)),
    "a packet of another kind": plain(b"\x02" + bytes(4)),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_an_odd_packet_is_judged_as_asyncssh_judges_it(odd: bytes) -> None:
    async with odd_server([plain(data(b"before")), odd, plain(data(b"after"))]) as port:
        alone = await heard(port)
        assert await heard(port, open_quickly) == alone
        assert b"before" in alone[0]


async def heard(
    port: int, then: Callable[[asyncssh.SSHClientConnection], None] = lambda _connection: None
) -> tuple[bytes, str]:
    """What is read of a program, and how that ends."""
    found, end = bytearray(), ""
    async with reached(port) as connection:
        then(connection)
        async with asyncio.timeout(20):
            session = await start(connection, "")
            try:
                await all_of(session, found)
            except (OSError, ValueError, asyncssh.Error) as error:
                end = repr(error)
    return bytes(found), end
