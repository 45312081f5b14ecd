"""What every handler needs, and how it reads a request."""

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiohttp import web

from rgt_tui.simulator.faults import Faults
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.ratelimit import Limiter
from rgt_tui.simulator.rest.answers import Problem, invalid, not_found
from rgt_tui.simulator.rest.shapes import Shape
from rgt_tui.simulator.world import Refused, World

RECORDS_MAX: Final = 20_000

_DIGITS_MAX: Final = 4000
"""Python converts no more in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request as it came in; the key is never kept."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int | None
    """The answer's status; None if there was no answer."""
    at: float
    """World time, UTC Unix seconds."""


class Gateway(Protocol):
    """Where the SSH gateway listens."""

    host: str
    port: int


@dataclass(slots=True, kw_only=True)
class Desk:
    """The state behind all handlers of one simulator."""

    world: World
    faults: Faults
    limiter: Limiter
    api_key: str
    gateway: Gateway
    settle: Callable[[], Awaitable[None]]
    """Brings listeners in line with the world; awaited before each answer."""
    records: deque[Recorded] = field(default_factory=lambda: deque(maxlen=RECORDS_MAX))
    mutations_refused: int = 0
    """GraphQL mutations that were sent and refused."""


DESK: Final = web.AppKey("desk", Desk)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def desk_of(request: web.Request) -> Desk:
    """The simulator's state."""
    return request.app[DESK]


def pod_of(request: web.Request) -> Pod:
    """The Pod the path names.

    Raises:
        Problem: 404.
    """
    pod = desk_of(request).world.pods.get(request.match_info["id"])
    if pod is None:
        raise not_found()
    return pod


async def body_of(request: web.Request, shape: Shape) -> dict[str, object]:
    """The JSON body, once it has the shape asked for.

    Raises:
        Problem: 400 for no JSON, 422 for another shape.
    """
    try:
        body = json.loads(await request.read(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "request body is not valid JSON") from None
    errors = list(shape(body, "body"))
    if errors or not isinstance(body, dict):
        raise invalid(errors)
    return body


def switch(request: web.Request, name: str) -> bool | None:
    """A boolean query parameter, or None if it is absent.

    Raises:
        Problem: 422 for anything but `true` and `false`.
    """
    value = single(request, name)
    if value is None:
        return None
    if value not in {"true", "false"}:
        raise invalid([f"{name}: must be true or false"])
    return value == "true"


def number(request: web.Request, name: str, *, least: int, most: int | None = None) -> int | None:
    """A whole query parameter within bounds, or None if it is absent.

    Raises:
        Problem: 422.
    """
    value = single(request, name)
    if value is None:
        return None
    plain = value.removeprefix("-")
    if not plain.isascii() or not plain.isdigit() or len(plain) > _DIGITS_MAX:
        raise invalid([f"{name}: must be an integer"])
    if int(value) < least or (most is not None and int(value) > most):
        raise invalid(
            [f"{name}: must be at least {least}" + (f" and at most {most}" if most else "")]
        )
    return int(value)


def word(request: web.Request, name: str, *allowed: str) -> str | None:
    """An enum query parameter, or None if it is absent.

    Raises:
        Problem: 422.
    """
    value = single(request, name)
    if value is not None and value not in allowed:
        raise invalid([f"{name}: must be one of {', '.join(allowed)}"])
    return value


def words(request: web.Request, name: str, *allowed: str) -> tuple[str, ...] | None:
    """A comma-separated list of enum words, or None if it is absent.

    Raises:
        Problem: 422.
    """
    value = single(request, name)
    if value is None:
        return None
    listed = tuple(value.split(",")) if value else ()
    if any(item not in allowed for item in listed):
        raise invalid([f"{name}: each must be one of {', '.join(allowed)}"])
    return listed


def single(request: web.Request, name: str) -> str | None:
    """A query parameter that may be given once.

    Raises:
        Problem: 422 if it is given twice.
    """
    values = request.query.getall(name, [])
    if len(values) > 1:
        raise invalid([f"{name}: given {len(values)} times"])
    return values[0] if values else None


def refusal(error: Refused) -> Problem:
    """What the world refuses, as a problem."""
    return Problem(error.status, str(error))


def _refuse_constant(name: str) -> object:
    raise ValueError(name)
