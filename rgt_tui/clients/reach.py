"""One small read of the API, for what it tells about the way there: time, clock, rate limit."""

import asyncio
import email.utils
import time
from typing import Final

import httpx

from rgt_tui.clients.http_faults import from_answer, from_exception, overdue
from rgt_tui.clients.http_setup import build
from rgt_tui.clients.origin import host_of, origin_of, road_of
from rgt_tui.clock import Clock
from rgt_tui.domain.errors import ApiError
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.secret import Secret
from rgt_tui.pacing.quota import Quota, read_quota

DOING: Final = "list one Pod"
PATH: Final = "/v2/pods?limit=1"
DEADLINE_S: Final = 10.0
ERROR_CAP: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one call showed.

    Attributes:
        host: the service's host and port.
        latency_s: seconds from the start to the head of the answer, connecting included.
        ahead_s: how far our clock is ahead of the service's, in seconds, to about one second;
            None when the answer carried no date.
        quota: the rate limit it reported.
        refusal: the error the answer stands for; None for a success.
    """

    host: str
    latency_s: float
    ahead_s: float | None
    quota: Quota
    refusal: ApiError | None


async def reach(*, base_url: str, key: Secret, clock: Clock) -> Reach:
    """Calls `GET /v2/pods?limit=1` once.

    Args:
        base_url: origin of the service.
        key: the API key.
        clock: Unix seconds, to compare with the service's.

    Raises:
        ApiError: no answer came.
    """
    origin = origin_of(base_url)
    clients = await asyncio.to_thread(build, origin, key, read_only=True)
    if isinstance(clients, ApiError):
        raise clients
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await _call(clients.reads, origin, key, clock)
    except TimeoutError as error:
        raise overdue(DOING, road_of(origin), DEADLINE_S) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        raise from_exception(error, DOING, road_of(origin)) from error
    finally:
        await clients.reads.aclose()
        await clients.writes.aclose()


async def _call(client: httpx.AsyncClient, origin: str, key: Secret, clock: Clock) -> Reach:
    started, asked_at = time.monotonic(), clock()
    request = client.build_request("GET", origin + PATH)
    answer = await client.send(request, stream=True)
    try:
        latency_s, answered_at = time.monotonic() - started, clock()
        refusal = None
        if not answer.is_success:
            refusal = from_answer(answer, await _beginning(answer), DOING, key)
    finally:
        await answer.aclose()
    headers = answer.headers
    return Reach(
        host=host_of(origin),
        latency_s=latency_s,
        ahead_s=_ahead_s((asked_at + answered_at) / 2, headers.get("date")),
        quota=read_quota(headers.get("ratelimit"), headers.get("ratelimit-policy")),
        refusal=refusal,
    )


async def _beginning(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > ERROR_CAP:
            break
    return bytes(body)


def _ahead_s(ours: float, date: str | None) -> float | None:
    try:
        theirs = email.utils.parsedate_to_datetime(date or "").timestamp()
    except (ValueError, OverflowError):
        return None
    return ours - (theirs + 0.5)  # the header has whole seconds, cut off
