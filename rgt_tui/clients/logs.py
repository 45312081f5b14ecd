"""A Pod's log: a bounded look at a stream that has no end.

The route sends server-sent events, first the tail that was asked for, then new lines for ever,
with comments to keep the connection open::

    id: 2026-06-01T12:02:03Z/000000000001
    data: {"ts":"2026-06-01T12:02:03Z","source":"container","line":"Model loaded."}

A snapshot ends when the stream does, when nothing came for a moment after some lines, when the
time is over, or at 256 KiB. The id is opaque: documents and service disagree about its form.
Source: RunPod REST v2 document of 2026-08-18, `GET /v2/pods/{id}/logs`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Final

from rgt_tui.clients.fields import fields, moment
from rgt_tui.clients.strict_json import BadJson, parse
from rgt_tui.domain.errors import Ambiguous, NotSent, Unreadable
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import PodId, is_pod_id, rfc3339, unix_time

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http

BYTES_MAX: Final = 256 * 1024
TAIL_MAX: Final = 5000
QUIET_S: Final = 0.7
"""Silence after a line that ends a snapshot: the tail has been sent."""
PENDING_MAX: Final = 4 * 1024 * 1024
"""Bytes of one event that has no end."""
HEADERS_S: Final = 10.0
"""How long the answer may take to begin; the service sometimes stays mute for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAsk:
    """Which part of a log.

    Attributes:
        source: `container` or `system`; None for both.
        tail: how many of the newest lines, at most 5000; not used when `since` is given.
        since: Unix seconds after which lines are wanted; the service counts whole seconds.
        wait_s: how long to listen at most.
    """

    source: str | None = None
    tail: int = 100
    since: float | None = None
    wait_s: float = 5.0

    def query(self) -> dict[str, str]:
        """The parameters of the request."""
        asked = {
            "source": self.source,
            "tail": str(min(TAIL_MAX, max(0, self.tail))),
            "since": rfc3339(self.since),
        }
        if self.since is not None:
            del asked["tail"]
        return {name: value for name, value in asked.items() if value is not None}


@dataclass(slots=True)
class Events:
    """Splits a stream into its events, bytes at a time.

    Attributes:
        size: bytes taken in so far.
    """

    size: int = 0
    _line: bytearray = field(default_factory=bytearray)
    _id: str = ""
    _data: list[bytes] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The (id, data) of each event that `chunk` completes."""
        self.size += len(chunk)
        self._line += chunk
        *whole, rest = bytes(self._line).split(b"\n")
        self._line = bytearray(rest)
        for line in whole:
            yield from self._take(line.removesuffix(b"\r"))

    def end(self) -> Iterator[tuple[str, bytes]]:
        """The event still open when the stream ended; a line cut in its middle is not part of it."""
        if self._data:
            yield self._id, b"\n".join(self._data)

    @property
    def pending(self) -> int:
        """Bytes held of an event that is not whole yet."""
        return len(self._line) + sum(map(len, self._data))

    def _take(self, line: bytes) -> Iterator[tuple[str, bytes]]:
        if not line:
            yield from self.end()
            self._data = []
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"id":
            self._id = clean(decode(value), 128)


@dataclass(slots=True)
class Hearing:
    """One open stream.

    Attributes:
        heard: lines so far.
        at: loop time of the last of them.
        is_over: whether the service ended it.
        events: what its bytes are split by.
    """

    heard: int = 0
    at: float = 0.0
    is_over: bool = False
    events: Events = field(default_factory=Events)
    _previous: float | None = None

    async def listen(self, chunks: AsyncIterator[bytes], until: float) -> list[LogLine] | None:
        """The lines of the next bytes; empty when they hold none, None when no bytes came.

        Raises:
            Unreadable: a line does not end.
        """
        if self.is_over:
            return None
        try:
            async with asyncio.timeout_at(until):
                chunk = await anext(chunks, None)
        except TimeoutError:
            return None
        self.is_over = chunk is None
        whole = self.events.end() if chunk is None else self.events.feed(chunk)
        lines: list[LogLine] = []
        for cursor, data in whole:
            line = line_of(cursor, data, self._previous)
            if line is not None:
                self._previous = line.at
                lines.append(line)
        if self.events.pending > PENDING_MAX:
            raise Unreadable("the log has a line without an end")
        if lines:
            self.heard += len(lines)
            self.at = asyncio.get_running_loop().time()
        return lines


def opened(
    http: "Http", pod_id: PodId, ask: LogAsk
) -> contextlib.AbstractAsyncContextManager[AsyncIterator[bytes]]:
    """The stream of a Pod's log, for as long as the block.

    Raises:
        ApiError: it could not be opened, or broke off; an OSError within the block becomes one, too.
    """
    from rgt_tui.clients.http import Ask  # httpx is loaded by whoever opened `http`

    if not is_pod_id(pod_id):
        raise NotSent(
            f"could not read the log of Pod {clean(pod_id, 64)}: its id cannot be part of an address"
        )
    wanted = Ask(
        path=f"/v2/pods/{pod_id}/logs",
        doing=f"read the log of Pod {pod_id}",
        query=ask.query(),
        accept="text/event-stream",
    )
    return http.stream(wanted, HEADERS_S)


async def log_snapshot(http: "Http", pod_id: PodId, ask: LogAsk) -> tuple[LogLine, ...]:
    """The lines of a Pod's log that arrive within a bounded look, oldest first as served.

    Raises:
        ApiError: the log could not be read. What came before a connection broke is given, not lost.
    """
    lines: list[LogLine] = []
    try:
        async with opened(http, pod_id, ask) as chunks:
            await _listen(chunks, ask.wait_s, lines)
    except Ambiguous:
        if not lines:
            raise
    return tuple(lines)


async def _listen(chunks: AsyncIterator[bytes], wait_s: float, lines: list[LogLine]) -> None:
    hearing = Hearing()
    end = asyncio.get_running_loop().time() + wait_s
    while hearing.events.size < BYTES_MAX:
        until = min(end, hearing.at + QUIET_S) if hearing.heard else end
        more = await hearing.listen(chunks, until)
        if more is None:
            return
        lines += more


def line_of(cursor: str, data: bytes, previous_at: float | None) -> LogLine | None:
    """The line of one event; None when the event holds none, or nothing tells its time."""
    try:
        body = fields(parse(data))
    except BadJson:
        return None
    if body is None or not isinstance(body.get("line"), str):
        return None
    at = moment(body, "ts")
    if at is None:
        at = unix_time(cursor.partition("/")[0]) if cursor else None
    if at is None:
        at = previous_at
    if at is None:
        return None
    source = body.get("source")
    text = clean(body["line"].rstrip("\r\n"))
    return LogLine(
        at=at, source=clean(source, 32) if isinstance(source, str) else "", text=text, cursor=cursor
    )
