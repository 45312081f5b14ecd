"""A bounded look at a log stream, against servers that never end and servers that break."""

import asyncio
import time

import pytest

from rgt_tui.clients import http, logs
from rgt_tui.clients.rest import Rest
from rgt_tui.domain.errors import Ambiguous, Forbidden, NotSent, Unreadable
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from tests.clients.raw_http import Answer, json_answer, problem, said, serving

POD = PodId("7h9k2m4n6p")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"
AT = 1_780_315_323.0


def event(number: int, line: str = "", ending: bytes = b"\n\n") -> bytes:
    stamp = f"2026-06-01T12:02:{3 + number:02d}Z"
    data = f'{{"ts":"{stamp}","source":"container","line":"{line or f"line {number}"}"}}'
    return f"id: {stamp}/{number:012d}\ndata: {data}".encode() + ending


def live(*parts: bytes, keepalive_s: float = 0.05) -> Answer:
    """Sends `parts`, then comments for ever."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        while True:
            await asyncio.sleep(keepalive_s)
            writer.write(b": keepalive\n\n")
            await writer.drain()

    return answer


async def snapshot(answer: Answer, *, wait_s: float = 2.0) -> tuple[LogLine, ...]:
    async with serving(answer) as server, Rest(base_url=server.url, key=Secret("k")) as rest:
        return await rest.log_snapshot(POD, "container", tail=50, wait_s=wait_s)


async def test_a_live_stream_ends_by_itself_soon_after_its_last_line() -> None:
    began = time.monotonic()
    lines = await snapshot(live(HEAD, event(0), event(1)), wait_s=30)
    assert [line.text for line in lines] == ["line 0", "line 1"]
    assert logs.QUIET_S <= time.monotonic() - began < logs.QUIET_S + 2
    assert lines[0] == LogLine(
        at=AT, source="container", text="line 0", cursor="2026-06-01T12:02:03Z/000000000000"
    )


async def test_a_live_stream_without_lines_ends_when_the_time_is_over() -> None:
    began = time.monotonic()
    assert await snapshot(live(HEAD), wait_s=0.4) == ()
    assert 0.4 <= time.monotonic() - began < 2


async def test_the_request_names_source_tail_and_start() -> None:
    async with serving(said(HEAD)) as server, Rest(base_url=server.url, key=Secret("k")) as rest:
        await rest.log_snapshot(POD, "system", tail=9000)
        await rest.log_snapshot(POD, since=AT)
        first, second = (request.split(b" HTTP")[0] for request in server.requests)
        assert b"accept: text/event-stream" in server.requests[0].lower()
    assert first == b"GET /v2/pods/7h9k2m4n6p/logs?source=system&tail=5000"
    assert second == b"GET /v2/pods/7h9k2m4n6p/logs?since=2026-06-01T12:02:03Z"


FORMS: dict[str, tuple[bytes, list[str]]] = {
    "line ends of Windows": (event(0).replace(b"\n", b"\r\n"), ["line 0"]),
    "no space after the colon": (event(0).replace(b": ", b":", 2), ["line 0"]),
    "comments and unknown fields": (b":hi\nretry: 5\nevent: log\n" + event(0), ["line 0"]),
    "data over two lines": (event(0).replace(b',"source"', b'\ndata: ,"source"'), ["line 0"]),
    "a last event without its blank line": (
        event(0) + event(1, ending=b"\n"),
        ["line 0", "line 1"],
    ),
    "a last line cut short": (event(0) + event(1, ending=b""), ["line 0"]),
    "a last event cut in its JSON": (event(0) + event(1)[:60] + b"\n", ["line 0"]),
    "data that is no JSON": (b"data: hello\n\n" + event(0), ["line 0"]),
    "data that is no object": (b"data: [1]\n\ndata: {}\n\n" + event(0), ["line 0"]),
    "a line that is a number": (b'data: {"line": 5}\n\n' + event(0), ["line 0"]),
    "escapes": (event(0, "a\\u001b[2Jb\\r\\n"), ["a\\x1b[2Jb"]),
    "not UTF-8": (event(0, "caf").replace(b"caf", b"caf\xe9"), ["caf\ufffd"]),
    "no time, but an id with one": (b'id: 2026-06-01T12:02:03Z/1\ndata: {"line":"x"}\n\n', ["x"]),
    "no time after a line with one": (event(0) + b'id:\ndata: {"line":"x"}\n\n', ["line 0", "x"]),
    "no time at all": (b'data: {"line":"x"}\n\n', []),
    "nothing": (b"", []),
}


@pytest.mark.parametrize(("body", "expected"), FORMS.values(), ids=FORMS)
async def test_events_are_read_as_they_may_be_written(body: bytes, expected: list[str]) -> None:
    assert [line.text for line in await snapshot(said(HEAD, body))] == expected


@pytest.mark.parametrize("size", [1, 7])
async def test_events_may_arrive_in_any_pieces(size: int) -> None:
    whole = event(0) + event(1)
    parts = [whole[at : at + size] for at in range(0, len(whole), size)]
    lines = await snapshot(said(HEAD, *parts))
    assert [line.text for line in lines] == ["line 0", "line 1"]


async def test_a_flood_is_cut_at_the_cap() -> None:
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        while True:
            writer.write(event(0, "x" * 500))
            await writer.drain()

    lines = await snapshot(flood, wait_s=20)
    assert 300 < len(lines) < 1500


async def test_lines_before_a_break_are_kept() -> None:
    chunked = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    first = event(0)
    lines = await snapshot(said(chunked, b"%x\r\n%s\r\n" % (len(first), first), b"10\r\nid"))
    assert [line.text for line in lines] == ["line 0"]


async def test_a_break_before_any_line_is_an_error() -> None:
    chunked = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    with pytest.raises(Ambiguous):
        await snapshot(said(chunked, b"10\r\nid"))


async def test_a_route_that_stays_mute_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "HEADERS_S", 0.3)

    async def mute(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    with pytest.raises(Ambiguous, match=r"did not answer within 0\.3 s"):
        await snapshot(mute)


async def test_a_log_this_key_may_not_read_is_forbidden() -> None:
    with pytest.raises(Forbidden, match="could not read the log of Pod 7h9k2m4n6p"):
        await snapshot(problem("403 Forbidden"))


async def test_an_answer_that_is_no_stream_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        await snapshot(json_answer(b"{}"))


async def test_a_pod_whose_id_fits_no_address_is_not_asked_for() -> None:
    async with serving(said(HEAD)) as server, Rest(base_url=server.url, key=Secret("k")) as rest:
        for bad in ("", "../x", "a/b", "a?b", "a%2f", "a" * 65):
            with pytest.raises(NotSent):
                await rest.log_snapshot(PodId(bad))
        assert server.requests == []


async def test_a_snapshot_leaves_no_connection_behind() -> None:
    async with (
        serving(live(HEAD, event(0))) as server,
        Rest(base_url=server.url, key=Secret("k")) as rest,
    ):
        for _ in range(3):
            await rest.log_snapshot(POD, wait_s=0.3)
        assert server.connections == 3
        assert isinstance(rest.http, http.Http)
