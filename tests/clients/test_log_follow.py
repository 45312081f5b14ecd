"""A log that is followed, against servers that break off, repeat themselves and hold lines back."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

import pytest

from rgt_tui.clients import log_follow
from rgt_tui.clients.log_follow import Following, read_log
from rgt_tui.clients.logs import QUIET_S, LogAsk
from rgt_tui.clients.rest import Rest
from rgt_tui.domain.errors import Ambiguous, ApiError
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.secret import Secret
from tests.clients.raw_http import Answer, RawServer, problem, said, serving
from tests.clients.test_logs import AT, HEAD, POD, event, live

CHUNKED = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long waits; the pauses between openings are those of a first failure, shortened."""
    monkeypatch.setattr(log_follow, "RENEW_S", 0.2)
    monkeypatch.setattr(log_follow, "SILENT_S", 0.3)
    monkeypatch.setattr(random, "uniform", lambda low, high: 0.01)


def broken(*events: bytes) -> Answer:
    """A stream that is cut in its middle."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in events)
    return said(CHUNKED, body, b"10\r\nid")


async def never() -> str | None:
    return None


async def followed(
    *answers: Answer,
    ask: LogAsk = LogAsk(tail=50),  # noqa: B008  # frozen
    ended: Callable[[], Awaitable[str | None]] = never,
) -> tuple[list[str], list[str], str, RawServer]:
    """Texts given, words said, how it ended, and what the server got."""
    texts: list[str] = []
    words: list[str] = []

    def give(lines: Sequence[LogLine]) -> None:
        texts.extend(line.text for line in lines)

    async with serving(*answers) as server, Rest(base_url=server.url, key=Secret("k")) as rest:
        following = Following(
            http=rest.http, pod_id=POD, ask=ask, give=give, say=words.append, ended=ended, began=AT
        )
        try:
            end = await asyncio.wait_for(following.run(), 10)
        except ApiError as error:
            end = f"{type(error).__name__}: {error.message}"
    return texts, words, end, server


async def test_a_stream_that_breaks_off_goes_on_with_no_line_lost_and_none_twice() -> None:
    again = (event(0), event(1, "twin"), event(1, "twin"), event(1, "twin"), event(2))
    texts, words, end, server = await followed(
        broken(event(0), event(1, "twin"), event(1, "twin")),
        broken(*again),
        problem("404 Not Found"),
    )
    assert texts == ["line 0", "twin", "twin", "twin", "line 2"]
    assert end.startswith("NotFound: Pod 7h9k2m4n6p is no longer there")
    assert all("broke off, connecting again" in word for word in words)
    assert words
    assert b"?tail=50 " in server.requests[0]
    assert b"?since=2026-06-01T12:01:58Z " in server.requests[1]


async def test_lines_held_back_come_with_a_fresh_request() -> None:
    texts, words, end, _ = await followed(
        live(HEAD, event(0)), live(HEAD, event(0), event(1, "the last word")), problem("404 Not")
    )
    assert texts == ["line 0", "the last word"]
    assert words == []
    assert end.startswith("NotFound")


async def test_a_silent_log_of_a_pod_that_stopped_ends_and_says_so() -> None:
    async def stopped() -> str | None:
        return "train-a is EXITED"

    texts, words, end, _ = await followed(live(HEAD), ended=stopped)
    assert (texts, words, end) == ([], [], "train-a is EXITED")


async def test_with_no_tail_a_later_stream_begins_where_the_first_did() -> None:
    _, _, end, server = await followed(
        broken(), broken(event(0)), problem("403 Forbidden"), ask=LogAsk(tail=0)
    )
    assert end.startswith("Forbidden")
    assert b"?tail=0 " in server.requests[0]
    assert b"?since=2026-06-01T12:02:03Z " in server.requests[1]


async def test_a_first_opening_that_fails_is_an_error_at_once() -> None:
    _, words, end, server = await followed(problem("503 Service Unavailable"))
    assert words == []
    assert "could not read the log of Pod 7h9k2m4n6p" in end
    assert len(server.requests) == 1


async def test_it_gives_up_after_openings_that_all_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_follow, "TRIES", 3)
    texts, words, end, server = await followed(broken(event(0)), problem("503 Service Unavailable"))
    assert texts == ["line 0"]
    assert len(words) == 1
    assert "could not read the log" in end
    assert len(server.requests) == 4


async def test_lines_without_a_time_between_streams_are_not_lost() -> None:
    texts, _, _, _ = await followed(
        broken(event(0)), broken(b'id:\ndata: {"line":"x"}\n\n', event(1)), problem("404 Not")
    )
    assert texts[0] == "line 0"
    assert texts[-1] == "line 1"


async def given(answer: Answer, ask: LogAsk) -> list[str]:
    texts: list[str] = []
    async with serving(answer) as server, Rest(base_url=server.url, key=Secret("k")) as rest:

        def give(lines: Sequence[LogLine]) -> None:
            texts.extend(line.text for line in lines)

        try:
            await read_log(rest.http, POD, ask, give)
        except Ambiguous:
            texts.append("and then an error")
    return texts


async def test_a_whole_log_ends_at_the_tail_that_was_asked_for() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await given(live(HEAD, event(0), event(1)), LogAsk(tail=2)) == ["line 0", "line 1"]
    assert loop.time() - began < QUIET_S


async def test_a_whole_log_ends_by_itself_when_there_is_less() -> None:
    assert await given(live(HEAD, event(0)), LogAsk(tail=5000)) == ["line 0"]


async def test_an_empty_log_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_follow, "FIRST_S", 0.2)
    assert await given(live(HEAD), LogAsk(tail=5000)) == []


async def test_a_log_longer_than_a_snapshot_is_given_whole() -> None:
    many = tuple(event(n % 50, "x" * 500) for n in range(2000))
    assert len(await given(said(HEAD, *many), LogAsk(tail=5000))) == 2000


async def test_a_log_that_breaks_off_half_way_says_so() -> None:
    assert await given(broken(event(0)), LogAsk(tail=9)) == ["line 0", "and then an error"]
