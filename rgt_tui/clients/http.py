"""HTTP to RunPod's API: one origin, one key, and everything that can go wrong has a name.

What the rules below are for was measured against forty kinds of faulty server:

- A whole-call deadline. httpx's own time limits are per read; a server that drips one byte a
  second never exceeds them.
- `Accept-Encoding: identity`, and a compressed answer is refused unread: 300 kB can unpack to
  300 MB before any cap is looked at.
- Reads share pooled connections. Writes never reuse one: on a connection the server has just
  closed, a POST that never left looks exactly like one whose answer was lost.
- Redirects are not followed, cookies are not kept, the key goes to one origin only.
- Reads are tried again, at most twice, from a budget that an outage uses up. Writes are sent
  once.
"""

import asyncio
import contextlib
import random
import urllib.parse
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, TypeVar

import httpx

from rgt_tui.clients.gate import Pass
from rgt_tui.clients.http_faults import from_answer, from_exception, overdue, unreadable
from rgt_tui.clients.http_setup import LEAVE, Clients, build
from rgt_tui.clients.origin import host_of, origin_of, road_of
from rgt_tui.clients.strict_json import BadJson, Json, parse
from rgt_tui.domain.errors import Ambiguous, ApiError, BadCertificate, NotSent
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.secret import Secret
from rgt_tui.pacing.quota import Quota, read_quota

Value = TypeVar("Value")

ANSWER_CAP: Final = 16 * 1024 * 1024
ERROR_CAP: Final = 64 * 1024
ERROR_BODY_S: Final = 2.0
"""How long the body of an error is waited for: its status is known already."""
OFF_LOOP: Final = 64 * 1024
"""Answers longer than this are decoded in a thread: the loop must not stand still for 10 ms."""
RETRIES: Final = 2
BACKOFF_FIRST_S: Final = 0.3
BACKOFF_MAX_S: Final = 8.0
_FAULTS: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One call.

    Attributes:
        path: canonical, from `/v2` on.
        doing: what is tried, to be read after "could not".
        query: its parameters.
        accept: the content type wanted.
    """

    path: str
    doing: str
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    accept: str = "application/json"

    @property
    def target(self) -> str:
        """Path and query as they are sent."""
        query = urllib.parse.urlencode(dict(self.query), quote_via=urllib.parse.quote, safe=",:")
        return f"{self.path}?{query}" if query else self.path


@dataclass(slots=True)
class RetryBudget:
    """Lets an occasional failure be retried and an outage not multiply the traffic.

    Attributes:
        tokens: retries left; each success gives back a fifth of one.
    """

    tokens: float = 10.0
    size: float = 10.0

    def take(self) -> bool:
        """Whether one more retry is allowed; uses it up."""
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True

    def succeeded(self) -> None:
        """Notes a call that succeeded."""
        self.tokens = min(self.size, self.tokens + 0.2)


class Http:
    """Open connections to one origin. `open` it before use, `close` it after.

    Attributes:
        host: the service's host and port, for messages.
        extra_headers: sent with every call; for contract tests.
    """

    def __init__(
        self, *, base_url: str, key: Secret, read_only: bool, deadline_s: float = 15.0
    ) -> None:
        self.extra_headers: Mapping[str, str] = {}
        self.on_quota: Callable[[Quota], None] = lambda quota: None
        self._origin = origin_of(base_url)
        self.host: Final = host_of(self._origin)
        self._road: Final = road_of(self._origin)
        self._key = key
        self._read_only = read_only
        self._deadline_s = deadline_s
        self._budget = RetryBudget()
        self._clients: Clients | ApiError | None = None

    def open(self) -> None:
        """Builds the clients. What prevents it is kept and raised by each call."""
        self._clients = build(self._origin, self._key, read_only=self._read_only)

    async def close(self) -> None:
        """Closes every connection."""
        clients, self._clients = self._clients, None
        if isinstance(clients, Clients):
            await clients.reads.aclose()
            await clients.writes.aclose()

    async def read(self, ask: Ask, decode: Callable[[Json], Value]) -> Value:
        """The decoded JSON answer of one GET.

        Args:
            ask: what to read.
            decode: from JSON to a value; runs in a thread when the answer is long. Raises
                `Unreadable` when it is of another shape.

        Raises:
            ApiError: as drawn in `rgt_tui.domain.errors`.
        """
        self._opened()
        failure: ApiError | None = None
        try:
            async with asyncio.timeout(self._deadline_s):
                for attempt in range(RETRIES + 1):
                    try:
                        value = await self._read_once(ask, decode)
                    except (NotSent, Ambiguous) as error:
                        failure = error
                        if not self._may_retry(error, attempt):
                            raise
                        await asyncio.sleep(_backoff_s(attempt))
                    else:
                        self._budget.succeeded()
                        return value
        except TimeoutError as error:
            raise failure or overdue(ask.doing, self._road, self._deadline_s) from error
        raise AssertionError("the last attempt returns or raises")

    def _may_retry(self, error: ApiError, attempt: int) -> bool:
        return not isinstance(error, BadCertificate) and attempt < RETRIES and self._budget.take()

    async def write(self, method: str, ask: Ask, leave: Pass, body: bytes = b"") -> bytes:
        """Sends one write, once, and gives the body of its answer; empty for 204.

        Raises:
            GuardRefused: the gate does not let it out.
            Ambiguous: it may have been carried out.
            ApiError: any other outcome.
        """
        client = self._opened().writes
        request = self._request(client, method, ask, body)
        request.extensions[LEAVE] = leave
        try:
            async with (
                asyncio.timeout(self._deadline_s),
                self._answer(client, request, ask) as answer,
            ):
                return b"" if answer.status_code == 204 else await _whole(answer, ask)
        except TimeoutError as error:
            raise overdue(ask.doing, self._road, self._deadline_s) from error

    @contextlib.asynccontextmanager
    async def stream(self, ask: Ask, headers_s: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """The body of a GET as it arrives, without an end of its own.

        Args:
            ask: what to read; its `accept` is the content type the answer must have.
            headers_s: how long the answer may take to begin.

        Raises:
            ApiError: it did not begin, or broke off; the iterator raises it too.
        """
        client = self._opened().reads
        request = self._request(client, "GET", ask)
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(headers_s):
                    answer = await stack.enter_async_context(self._answer(client, request, ask))
            except TimeoutError as error:
                raise overdue(ask.doing, self._road, headers_s) from error
            _check_kind(answer, ask)
            yield answer.aiter_raw()

    async def _read_once(self, ask: Ask, decode: Callable[[Json], Value]) -> Value:
        client = self._opened().reads
        request = self._request(client, "GET", ask)
        async with self._answer(client, request, ask) as answer:
            _check_kind(answer, ask)
            body = await _whole(answer, ask)
        if len(body) > OFF_LOOP:
            return await asyncio.to_thread(_decoded, body, ask, decode)
        return _decoded(body, ask, decode)

    def _opened(self) -> Clients:
        if isinstance(self._clients, ApiError):
            raise self._clients.with_traceback(None)
        if self._clients is None:
            raise NotSent("the connection to the API is closed")
        return self._clients

    def _request(
        self, client: httpx.AsyncClient, method: str, ask: Ask, body: bytes = b""
    ) -> httpx.Request:
        headers = {"Accept": f"{ask.accept}, application/problem+json", **self.extra_headers}
        if body:
            headers["Content-Type"] = "application/json"
        return client.build_request(
            method, self._origin + ask.target, headers=headers, content=body or None
        )

    @contextlib.asynccontextmanager
    async def _answer(
        self, client: httpx.AsyncClient, request: httpx.Request, ask: Ask
    ) -> AsyncIterator[httpx.Response]:
        """A 2xx answer whose body is still to be read; exceptions of httpx stop here."""
        answer: httpx.Response | None = None
        try:
            answer = await client.send(request, stream=True)
            self.on_quota(
                read_quota(answer.headers.get("ratelimit"), answer.headers.get("ratelimit-policy"))
            )
            if not 200 <= answer.status_code < 300:
                raise from_answer(answer, await _error_body(answer), ask.doing, self._key)
            yield answer
        except _FAULTS as error:
            raise from_exception(error, ask.doing, self._road) from error
        finally:
            if answer is not None:
                await answer.aclose()


def _backoff_s(attempt: int) -> float:
    return random.uniform(0.0, min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0**attempt))  # noqa: S311  # spreads load only


def _check_kind(answer: httpx.Response, ask: Ask) -> None:
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise unreadable(
            ask.doing, "the answer is compressed although that was declined", answer.status_code
        )
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != ask.accept and not (ask.accept.endswith("json") and kind.endswith("+json")):
        shown = kind[:40] if kind.isprintable() and kind.isascii() else ""
        raise unreadable(
            ask.doing,
            f"the answer is {shown or 'of no known type'}, not {ask.accept}",
            answer.status_code,
        )


async def _whole(answer: httpx.Response, ask: Ask) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > ANSWER_CAP:
            raise unreadable(
                ask.doing, f"the answer is longer than {ANSWER_CAP >> 20} MB", answer.status_code
            )
    return bytes(body)


async def _error_body(answer: httpx.Response) -> bytes:
    """As much of an error's body as comes soon: the status alone is worth a message."""
    body = bytearray()
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return b""
    with contextlib.suppress(TimeoutError, *_FAULTS):
        async with asyncio.timeout(ERROR_BODY_S):
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > ERROR_CAP:
                    break
    return bytes(body)


def _decoded(body: bytes, ask: Ask, decode: Callable[[Json], Value]) -> Value:
    try:
        value = parse(body)
    except BadJson as error:
        raise unreadable(ask.doing, f"the answer is {error}") from error
    return decode(value)
