"""A relay on loopback between a client and a server, which breaks in the ways networks do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Relay:
    """A way to a port that can be cut, go silent, drip, or lead to a peer that only greets.

    Attributes:
        left: bytes of the answer after which it is cut; None for no end.
        is_silent: whether nothing is passed on any more.
        drip_s: seconds between two single bytes of the answer; 0 passes them as they come.
        only_greets: whether who connects now hears the banner of an SSH server and no more.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self.left: int | None = None
        self.is_silent = False
        self.drip_s = 0.0
        self.only_greets = False
        self.port = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Relay"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await asyncio.sleep(0.05)

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.only_greets:
            self._writers.append(writer)
            writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
            await reader.read()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        self._writers += [writer, up_writer]
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(
                self._copy(reader, up_writer, counts=False),
                self._copy(up_reader, writer, counts=True),
            )
        for end in (writer, up_writer):
            end.transport.abort()

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        while chunk := await reader.read(65536):
            if self.is_silent:
                continue
            if counts and self.drip_s:
                await self._drip(chunk, writer)
                continue
            if counts and self.left is not None:
                chunk = chunk[: self.left]
                self.left -= len(chunk)
            writer.write(chunk)
            if self.left == 0:
                self.left = None
                self.cut()
                return
        writer.transport.abort()

    async def _drip(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        for number in range(len(chunk)):
            writer.write(chunk[number : number + 1])
            await asyncio.sleep(self.drip_s)
