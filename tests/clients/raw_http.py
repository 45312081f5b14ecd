"""A server made of bytes: it answers exactly what a test tells it to, right or wrong."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class RawServer:
    """What arrived at a server of bytes.

    Attributes:
        url: its origin.
        requests: head and body of each request, as received.
        connections: how many were opened.
    """

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def said(*parts: bytes, close: bool = True) -> Answer:
    """An answer of these bytes; then the connection ends or goes on."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if close:
            writer.close()

    return answer


def json_answer(
    body: bytes, status: str = "200 OK", *headers: bytes, kind: bytes = b"application/json"
) -> Answer:
    """A well-formed answer with a body; the connection stays open."""
    lines = [b"HTTP/1.1 " + status.encode(), b"Content-Type: " + kind, *headers]
    head = b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", b""])
    return said(head + body, close=False)


def problem(status: str, detail: str = "", *headers: bytes) -> Answer:
    """A problem document."""
    body = b'{"title":"t","status":0,"detail":"%s"}' % detail.encode()
    return json_answer(body, status, *headers, kind=b"application/problem+json")


@contextlib.asynccontextmanager
async def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
    """A server that gives `answers` in turn, the last one again and again."""
    state = RawServer()
    handlers: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        task = asyncio.current_task()
        assert task is not None
        handlers[task] = writer
        # Swallowed: a handler that ends as cancelled makes asyncio 3.11 log a fault of its own.
        with contextlib.suppress(ConnectionError, EOFError, asyncio.CancelledError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                state.requests.append(head + await reader.readexactly(_body_length(head)))
                await answers[min(len(state.requests), len(answers)) - 1](writer)
        if not writer.is_closing():
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    state.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        for writer in handlers.values():
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _body_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
