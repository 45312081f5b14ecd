"""The log stream of a Pod: server-sent events, first the past, then what comes.

As seen on the live service by others: the stream stays open with `: keepalive` comments, `since`
is exclusive at one-second resolution, and some last lines reach only a fresh request (the
`log_withheld` fault).
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from aiohttp import web

from rgt_tui.simulator.clock import stamp
from rgt_tui.simulator.logbook import TAIL_MAX, LogLine, Source
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.rest.answers import invalid
from rgt_tui.simulator.rest.desk import Desk, desk_of, number, pod_of, single, word

_POLL_S: Final = 0.1
_TAIL: Final = 100

_HEADERS: Final = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where a reader wants to begin."""

    source: Source | None
    tail: int
    since: float | None
    event_id: str | None


async def stream_logs(request: web.Request) -> web.StreamResponse:
    """Sends the backfill and then every new line, until somebody leaves."""
    desk = desk_of(request)
    pod = pod_of(request)
    asked = _asked(request)
    if desk.faults.log_silent:
        await asyncio.Event().wait()
    # Taken before the headers leave: what is written after a reader has them reaches it.
    opened = desk.world.now
    response = web.StreamResponse(headers={**_HEADERS, **desk.limiter.headers()})
    await response.prepare(request)
    await _Follower(desk, pod, asked, response).run(opened)
    return response


@dataclass(slots=True)
class _Follower:
    """One open stream."""

    desk: Desk
    pod: Pod
    asked: _Asked
    response: web.StreamResponse
    quiet_since: float = 0.0
    """Loop time of the last bytes sent."""

    async def run(self, opened: float) -> None:
        """Sends the past as of `opened`, then every new line while the Pod exists."""
        logs, source, reached = self.pod.logs, self.asked.source, opened
        await self._send(_backfill(self.pod, self.asked, opened))
        sent = {line.cursor for line in logs.read(reached, source, after=reached)}
        while self.pod.id in self.desk.world.pods:
            await asyncio.sleep(_POLL_S)
            fresh = logs.read(self.desk.world.now, source, after=reached)
            fresh = fresh[: len(fresh) - self.desk.faults.log_withheld]
            await self._send([line for line in fresh if line.cursor not in sent])
            if fresh:
                # Lines of the last instant stay known: more may be written at the same one.
                reached = fresh[-1].at
                sent = {line.cursor for line in fresh if line.at == reached}

    async def _send(self, lines: list[LogLine]) -> None:
        now = asyncio.get_running_loop().time()
        if lines:
            await self.response.write(b"".join(_event(line) for line in lines))
        elif self.quiet_since and now - self.quiet_since >= self.desk.faults.log_keepalive_s:
            await self.response.write(b": keepalive\n\n")
        elif self.quiet_since:
            return
        self.quiet_since = now


def _backfill(pod: Pod, asked: _Asked, now: float) -> list[LogLine]:
    lines = pod.logs.read(now, asked.source)
    if asked.event_id is not None:
        cursors = [line.cursor for line in lines]
        if asked.event_id in cursors:
            return lines[cursors.index(asked.event_id) + 1 :]
        second = _second(asked.event_id.partition("/")[0], "Last-Event-ID")
        return [line for line in lines if int(line.at) > second]
    if asked.since is not None:
        return [line for line in lines if int(line.at) > asked.since]
    return lines[-asked.tail :] if asked.tail else []


def _asked(request: web.Request) -> _Asked:
    tail = number(request, "tail", least=0, most=TAIL_MAX)
    since = single(request, "since")
    event_id = request.headers.get("Last-Event-ID")
    if event_id is not None:
        _second(event_id.partition("/")[0], "Last-Event-ID")
    return _Asked(
        source=cast("Source | None", word(request, "source", "container", "system")),
        tail=_TAIL if tail is None else tail,
        since=None if since is None else _second(since, "since"),
        event_id=event_id,
    )


def _second(text: str, name: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid([f"{name}: must be an RFC 3339 timestamp"]) from None
    if moment.tzinfo is None:
        raise invalid([f"{name}: must carry a time zone"])
    return int(moment.timestamp())


def _event(line: LogLine) -> bytes:
    payload = {"ts": stamp(line.at), "source": line.source, "line": line.text}
    return f"id: {line.cursor}\ndata: {json.dumps(payload)}\n\n".encode()
