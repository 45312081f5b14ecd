"""Lines between a pull and its Pod that are cut, delayed or frozen: TCP on loopback."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

CHUNK = 1 << 16


@dataclass
class Line:
    """One port that leads to another.

    Attributes:
        cuts: for each connection in turn, after how many bytes from the Pod it is cut.
        delay_s: one way.
        passed: bytes from the Pod over all connections.
    """

    to: int
    port: int = 0
    cuts: deque[int] = field(default_factory=deque)
    delay_s: float = 0.0
    passed: int = 0
    connections: int = 0
    on_bytes: Callable[[int], None] = lambda count: None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the test is over: nothing to log
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        cut = self.cuts.popleft() if self.cuts else None
        there = await asyncio.open_connection("127.0.0.1", self.to)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pass(reader, there[1], None))
                tasks.create_task(self._pass(there[0], writer, [cut]))
        except* (ConnectionError, _Cut):
            pass
        finally:
            for one in (writer, there[1]):
                one.transport.abort()

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, cut: list[int | None] | None
    ) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._late(waiting, sink))
            while data := await source.read(CHUNK):
                if cut is not None:
                    self.passed += len(data)
                    self.on_bytes(self.passed)
                    if cut[0] is not None:
                        cut[0] -= len(data)
                        if cut[0] < 0:
                            raise _Cut
                waiting.put_nowait((time.monotonic() + self.delay_s, data))
            waiting.put_nowait((time.monotonic() + self.delay_s, b""))

    async def _late(
        self, waiting: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
    ) -> None:
        while True:
            due, data = await waiting.get()
            if self.delay_s and (left := due - time.monotonic()) > 0:
                await asyncio.sleep(left)
            if not data:
                sink.write_eof()
                return
            sink.write(data)
            await sink.drain()


class _Cut(Exception):
    """The line is cut."""


@contextlib.asynccontextmanager
async def a_line(to: int, **knobs: object) -> AsyncIterator[Line]:
    line = Line(to, **knobs)  # type: ignore[arg-type]  # a table of its own fields
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0, limit=1 << 20)
    line.port = server.sockets[0].getsockname()[1]
    async with server:
        yield line
        server.close()
