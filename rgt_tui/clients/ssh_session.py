"""A program that runs on a host: what it writes is taken as it came, piece by piece.

asyncssh's own streams copy all of it once more, which was a fifth of the time of a pull.
"""

import asyncio
from collections import deque
from typing import Final

import asyncssh

from rgt_tui.clients.ssh_wire import acknowledge_soon

WINDOW: Final = 16 << 20
"""Bytes in flight: 200 MiB/s of one stream at 80 ms. sshd makes packets of 32 KiB as long as it is not
held up, and larger ones of what has gathered meanwhile: half as many as with 4 MiB."""
HELD: Final = 4 << 20
"""Bytes that wait here to be read at most; what comes beyond stays with asyncssh."""
SMALL: Final = 4096
"""Pieces are joined up to so many bytes: each takes its reader some 400 bytes of memory, and a host might
send millions of one byte."""
PACKET: Final = 250_000
"""Bytes of one packet, just below OpenSSH's limit: with 32 KiB this end pays a quarter more time."""


class Session(asyncssh.SSHClientSession[bytes]):
    """Its standard input and output; its standard error is dropped. Made by `start`."""

    def __init__(self) -> None:
        """Of no channel yet; asyncssh brings it."""
        self._chan: asyncssh.SSHClientChannel[bytes]
        self._came: Final[deque[bytes]] = deque()
        self._held = 0
        self._is_full = False
        self._is_over = False
        self._error: Exception | None = None
        self._is_lost = False
        self._news: Final = asyncio.Event()
        self._room: Final = asyncio.Event()
        self._room.set()

    async def read(self) -> bytes:
        """The next piece, as it came; nothing at the end.

        Raises:
            OSError: the connection broke.
            asyncssh.Error: as above.
        """
        while not self._came:
            if self._is_over:
                if self._error is not None:
                    raise self._error
                return b""
            self._news.clear()
            await self._news.wait()
        return self.taken()

    def taken(self) -> bytes:
        """The next piece if it is here already; else nothing."""
        if not self._came:
            return b""
        piece = self._came.popleft()
        self._held -= len(piece)
        if self._is_full and self._held < HELD:
            self._is_full = False
            self._chan.resume_reading()
        return piece

    async def write(self, data: bytes) -> None:
        """Sends to its standard input; returns once there is room for more.

        Raises:
            OSError: it reads no more, or the connection broke.
            asyncssh.Error: as above.
        """
        self._chan.write(data)
        await self._room.wait()
        if self._is_lost:
            raise self._error or BrokenPipeError("the program has ended")

    @property
    def exit_status(self) -> int | None:
        """What it ended with, -1 by a signal; None as long as that was not told."""
        return self._chan.get_exit_status()

    def close(self) -> None:
        """Ends it."""
        self._chan.close()

    async def wait_closed(self) -> None:
        """Waits until the host has confirmed its end."""
        await self._chan.wait_closed()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """asyncssh: the channel is open."""
        self._chan = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """asyncssh: a packet of it; also from within `resume_reading`."""
        if datatype is not None:
            return
        if self._came and len(self._came[-1]) + len(data) <= SMALL:
            self._came[-1] += data
        else:
            self._came.append(data)
        self._held += len(data)
        if self._held >= HELD and not (self._is_full or self._is_lost):
            self._is_full = True
            self._chan.pause_reading()
        self._news.set()

    def eof_received(self) -> bool:
        """asyncssh: it writes no more. What is still to be sent to it may go."""
        self._is_over = True
        self._news.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncssh: the channel is closed. What it still has of it came whole, and counts."""
        if not self._is_over:
            self._error = exc
        self._is_lost = True
        self._chan.resume_reading()
        self.eof_received()
        self._room.set()

    def pause_writing(self) -> None:
        """asyncssh: its standard input is full."""
        self._room.clear()

    def resume_writing(self) -> None:
        """asyncssh: there is room again."""
        self._room.set()


async def start(connection: asyncssh.SSHClientConnection, command: str) -> Session:
    """Starts a program.

    Raises:
        OSError: the connection broke.
        asyncssh.Error: the host opens no session.
    """
    session = Session()
    acknowledge_soon(connection)
    await connection.create_session(
        lambda: session, command, encoding=None, window=WINDOW, max_pktsize=PACKET
    )
    return session
