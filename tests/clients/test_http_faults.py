"""Every way an answer can be wrong ends in a named error, within the time limit."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable

import pytest

from rgt_tui.clients import http
from rgt_tui.clients.rest import Rest
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    Conflict,
    Forbidden,
    Limited,
    NotFound,
    NotSent,
    Refused,
    Unauthorized,
    Unreadable,
)
from rgt_tui.domain.secret import Secret
from tests.clients.raw_http import Answer, json_answer, problem, said, serving

KEY = "rpa_CANARY0123456789abcdef"
OK_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DEADLINE_S = 0.8


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF_FIRST_S", 0.01)
    monkeypatch.setattr(http, "ERROR_BODY_S", 0.3)


async def failure(url: str, read: Callable[[Rest], Awaitable[object]] = Rest.pods) -> ApiError:
    """The error that reading from `url` ends in."""
    async with Rest(base_url=url, key=Secret(KEY), deadline_s=DEADLINE_S) as rest:
        with pytest.raises(ApiError) as caught:
            await read(rest)
    assert KEY not in f"{caught.value.message} {caught.value.hint} {caught.value!r}"
    assert caught.value.message.isprintable()
    return caught.value


async def hold(writer: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(60)


def dripping(start: bytes, drop: bytes) -> Answer:
    """One more byte every now and then, for ever."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.05)

    return answer


def endless(start: bytes, piece: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()

    return answer


async def reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with a TCP reset in the middle of the answer."""
    writer.write(OK_HEAD + b"Content-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.transport.abort()


BROKEN: dict[str, Answer] = {
    "says nothing": hold,
    "drips its head": dripping(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
    "drips its body": dripping(OK_HEAD + b"Content-Length: 9000\r\n\r\n", b" "),
    "drips chunks": dripping(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "sends early hints for ever": dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "closes without a word": said(b""),
    "closes in its head": said(b"HTTP/1.1 200 O"),
    "closes in its body": said(OK_HEAD + b'Content-Length: 100\r\n\r\n{"pods":'),
    "closes in a chunk": said(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\n{"),
    "resets in its body": reset,
    "speaks SSH": said(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "sends a status that is no number": said(b"HTTP/1.1 abc OK\r\n\r\n"),
    "sends a chunk size that is no number": said(
        OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "sends two different lengths": said(
        OK_HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    ),
    "sends a head of 300 kB": said(OK_HEAD + b"X: " + b"a" * 300_000 + b"\r\n\r\n"),
    "sends a NUL in a header": said(OK_HEAD + b"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}"),
    "redirects to nonsense": json_answer(b"", "301 Moved", b"Location: http://[::"),
    "fails with 500": problem("500 Internal Server Error"),
    "fails with 502 and a page": json_answer(
        b"<html><title>Bad gateway</title>", "502 Bad Gateway", kind=b"text/html"
    ),
    "fails with 503": problem("503 Service Unavailable"),
    "fails with 504": problem("504 Gateway Timeout"),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_an_answer_that_breaks_is_ambiguous_and_ends_in_time(answer: Answer) -> None:
    async with serving(answer) as server:
        began = time.monotonic()
        error = await failure(server.url)
    assert type(error) is Ambiguous
    assert time.monotonic() - began < DEADLINE_S + 0.7


UNREADABLE: dict[str, Answer] = {
    "a compressed bomb": json_answer(
        gzip.compress(b" " * 10_000_000), "200 OK", b"Content-Encoding: gzip"
    ),
    "an unknown encoding": json_answer(b"{}", "200 OK", b"Content-Encoding: br, identity"),
    "a page": json_answer(b"<html>Sign in", kind=b"text/html"),
    "no type": said(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "nothing": json_answer(b""),
    "no content": said(b"HTTP/1.1 204 No Content\r\n\r\n", close=False),
    "text that is not JSON": json_answer(b"ok"),
    "JSON cut short": json_answer(b'{"pods": [{"id": "a"'),
    "a nest 100000 deep": json_answer(b'{"pods":' + b"[" * 100_000),
    "NaN": json_answer(b'{"pods": [], "x": NaN}'),
    "Infinity": json_answer(b'{"pods": [], "x": -Infinity}'),
    "a key twice": json_answer(b'{"pods": [], "pods": [{"id":"a"}]}'),
    "an integer of 5000 digits": json_answer(b'{"pods": [], "x": ' + b"9" * 5000 + b"}"),
    "a list": json_answer(b"[]"),
    "null": json_answer(b"null"),
    "no pods": json_answer(b"{}"),
    "pods that are no list": json_answer(b'{"pods": {}}'),
    "pods that are numbers": json_answer(b'{"pods": [1, 2]}'),
    "a body of 17 MB": said(OK_HEAD + b"Content-Length: 17825792\r\n\r\n", b" " * 17_825_792),
    "UTF-16": json_answer('{"pods": []}'.encode("utf-16")),
    "a redirect": json_answer(b"", "302 Found", b"Location: http://127.0.0.1:1/v2/pods"),
    "a redirect without an aim": json_answer(b"", "307 Temporary Redirect"),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_answer_of_another_shape_is_unreadable_and_not_asked_for_again(
    answer: Answer,
) -> None:
    async with serving(answer) as server:
        error = await failure(server.url)
        asked = len(server.requests)
    assert type(error) is Unreadable
    assert asked == 1


async def test_an_endless_body_ends_at_the_cap_or_the_deadline() -> None:
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    async with serving(endless(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", piece)) as server:
        assert isinstance(await failure(server.url), (Unreadable, Ambiguous))


STATUSES: list[tuple[str, type[ApiError], int]] = [
    ("400 Bad Request", Refused, 4),
    ("401 Unauthorized", Unauthorized, 3),
    ("402 Payment Required", Refused, 4),
    ("403 Forbidden", Forbidden, 3),
    ("404 Not Found", NotFound, 4),
    ("405 Method Not Allowed", Refused, 4),
    ("409 Conflict", Conflict, 4),
    ("418 I'm a teapot", Refused, 4),
    ("422 Unprocessable Entity", Refused, 4),
    ("429 Too Many Requests", Limited, 4),
]


@pytest.mark.parametrize(
    ("status", "kind", "exit_code"), STATUSES, ids=[row[0] for row in STATUSES]
)
async def test_a_refusal_has_its_own_kind_and_the_service_s_own_words(
    status: str, kind: type[ApiError], exit_code: int
) -> None:
    async with serving(problem(status, "the reason why")) as server:
        error = await failure(server.url)
        assert len(server.requests) == 1
    assert type(error) is kind
    assert error.exit_code == exit_code
    assert error.status == int(status[:3])
    assert "could not list the Pods" in error.message
    assert "the reason why" in error.message


BODIES: dict[str, tuple[bytes, bytes, str]] = {
    "problem+json with errors": (
        b'{"title":"t","status":400,"detail":"no room","errors":["$.disk: too small", 5]}',
        b"application/problem+json",
        "no room; $.disk: too small",
    ),
    "a title alone": (b'{"title":"Bad Request"}', b"application/json", "Bad Request"),
    "error": (b'{"error":"not enough free GPUs"}', b"application/json", "not enough free GPUs"),
    "message": (b'{"message":"down"}', b"application/json", "down"),
    "error.message": (b'{"error":{"message":"deep"}}', b"application/json", "deep"),
    "a JSON string": (b'"just words"', b"application/json", "just words"),
    "text": (
        b"Error: not enough free GPUs\non the host",
        b"text/plain",
        "Error: not enough free GPUs on the host",
    ),
    "a titled page": (
        b"<html><head><title>error 1010</title></head><p>x",
        b"text/html",
        "error 1010",
    ),
    "a page": (
        b"<p>Access <b>denied</b></p><script>alert(1)</script>",
        b"text/html",
        "Access denied",
    ),
    "escapes": (b'{"detail":"a\\u001b[31mb\\u202e"}', b"application/json", "a\\x1b[31mb\\u202e"),
    "the key": (
        b'{"detail":"bad key %s!"}' % KEY.encode(),
        b"application/json",
        "bad key ********!",
    ),
    "the key in escapes": (
        b'{"detail":"bad key %s!"}' % "".join(f"\\u{ord(c):04x}" for c in KEY).encode(),
        b"application/json",
        "bad key ********!",
    ),
    "the key in escapes of broken JSON": (
        b'{"detail":"bad key %s!' % "".join(f"\\u{ord(c):04x}" for c in KEY).encode(),
        b"application/json",
        "bad key ********!",
    ),
    "the key in lower case": (
        b"bad key %s!" % KEY.lower().encode(),
        b"text/plain",
        "key ********!",
    ),
    "the key with gaps": (
        "bad key {}!".format("\u200b".join(KEY)).encode(),
        b"text/plain",
        "bad key ********!",
    ),
    "the key across tags": (
        b"<p>bad key %s<b>%s</b></p>" % (KEY[:9].encode(), KEY[9:].encode()),
        b"text/html",
        "bad key ********",
    ),
    "the key at the cut": (b"x" * 290 + KEY.encode(), b"text/plain", "x" * 290 + "********"),
    "not UTF-8": (b"caf\xe9", b"text/plain", "caf\ufffd"),
    "nothing": (b"", b"text/plain", "(400)"),
    "a number": (b"17", b"application/json", "(400)"),
}


@pytest.mark.parametrize(("body", "kind", "expected"), BODIES.values(), ids=BODIES)
async def test_the_words_of_an_error_are_found_cleaned_and_without_the_key(
    body: bytes, kind: bytes, expected: str
) -> None:
    async with serving(json_answer(body, "400 Bad Request", kind=kind)) as server:
        error = await failure(server.url)
    assert expected in error.message


async def test_a_long_error_is_cut() -> None:
    async with serving(
        json_answer(b"x" * 200_000, "400 Bad Request", kind=b"text/plain")
    ) as server:
        error = await failure(server.url)
    assert len(error.message) < 420


async def test_an_error_whose_body_never_ends_still_tells_its_status() -> None:
    head = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\n"
    async with serving(dripping(head, b"x")) as server:
        assert type(await failure(server.url)) is Forbidden


RETRY_AFTER: dict[str, tuple[tuple[bytes, ...], float]] = {
    "seconds": ((b"Retry-After: 12",), 12.0),
    "zero": ((b"Retry-After: 0",), 1.0),
    "negative": ((b"Retry-After: -5",), 1.0),
    "twenty digits": ((b"Retry-After: 99999999999999999999",), 900.0),
    "a date": (
        (b"Retry-After: Mon, 01 Jun 2026 12:00:40 GMT", b"Date: Mon, 01 Jun 2026 12:00:00 GMT"),
        40.0,
    ),
    "a date long past": ((b"Retry-After: Mon, 01 Jun 1970 12:00:40 GMT",), 1.0),
    "nonsense": ((b"Retry-After: soon",), 15.0),
    "nothing": ((), 15.0),
}


@pytest.mark.parametrize(("headers", "seconds"), RETRY_AFTER.values(), ids=RETRY_AFTER)
async def test_a_429_says_how_long_to_wait(headers: tuple[bytes, ...], seconds: float) -> None:
    async with serving(problem("429 Too Many Requests", "minute window", *headers)) as server:
        error = await failure(server.url)
    assert isinstance(error, Limited)
    assert error.retry_after_s == seconds


async def test_a_port_nobody_listens_on_is_not_sent() -> None:
    async with serving(hold) as server:
        url = server.url
    error = await failure(url)
    assert type(error) is NotSent
    assert "refused the connection" in error.message
