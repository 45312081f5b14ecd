"""Faults put into the simulator's answers, each of which the outside judge must find."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from rgt_tui.simulator.rest.app import Hook
from rgt_tui.simulator.rest.desk import Handler, desk_of


@dataclass(frozen=True, slots=True)
class Bug:
    """One fault, and the operations among which it shows."""

    name: str
    shows_in: str
    """The heading of the judge's report under which it stands."""
    code: str
    """The judge's name for what it finds."""
    paths: str
    hook: Hook


@dataclass(frozen=True, slots=True)
class Round:
    """Bugs that are in the simulator together: no two show as the same code in one place."""

    bugs: tuple[Bug, ...]
    phases: str = "coverage"
    """In which of its phases the judge finds them soonest."""

    @property
    def paths(self) -> str:
        """The operations among which they show."""
        return "|".join(sorted({bug.paths for bug in self.bugs}))

    @property
    def hook(self) -> Hook:
        """All their faults, one around the other."""

        async def all_of_them(request: web.Request, handler: Handler) -> web.StreamResponse:
            for bug in self.bugs:
                handler = functools.partial(_within, bug.hook, handler)
            return await handler(request)

        return all_of_them


async def _within(hook: Hook, handler: Handler, request: web.Request) -> web.StreamResponse:
    return await hook(request, handler)


def _on(method: str, path: str, alter: Callable[[web.Response], web.Response]) -> Hook:
    """Alters the answers of one operation; `path` is the route's own form."""

    async def hook(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        resource = request.match_info.route.resource
        fits = resource is not None and resource.canonical == path
        if request.method != method or not fits or not isinstance(response, web.Response):
            return response
        return alter(response)

    return hook


def _json(
    change: Callable[[Any], Any], status: int = 200
) -> Callable[[web.Response], web.Response]:
    """Changes the parsed body of answers with `status`."""

    def alter(response: web.Response) -> web.Response:
        if response.status == status and isinstance(response.body, bytes):
            response.body = json.dumps(change(json.loads(response.body))).encode()
        return response

    return alter


def _without(name: str) -> Callable[[Any], Any]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _with(**changes: object) -> Callable[[Any], Any]:
    return lambda body: body | changes


def _first(name: str, **changes: object) -> Callable[[Any], Any]:
    return lambda body: body | {name: [item | changes for item in body[name]]}


def _status(wrong: int, right: int) -> Callable[[web.Response], web.Response]:
    def alter(response: web.Response) -> web.Response:
        if response.status == right:
            response.set_status(wrong)
        return response

    return alter


def _plain_text(response: web.Response) -> web.Response:
    response.content_type = "text/plain"
    return response


async def _any_token(request: web.Request, handler: Handler) -> web.StreamResponse:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and token:
        desk_of(request).api_key = token
    return await handler(request)


async def _undeleted(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method == "DELETE" and request.path.startswith("/v2/pods/"):
        known = request.path.rsplit("/", 1)[-1] in desk_of(request).world.pods
        return web.Response(status=204) if known else await handler(request)
    return await handler(request)


async def _wrong_allow(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if response.status == 405:
        response.headers["Allow"] = "GET"
    return response


async def _every_method(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    return web.json_response({}) if response.status == 405 else response


async def _bare_error(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if response.status == 404 and isinstance(response, web.Response):
        response.body = b'{"error": "not found"}'
    return response


async def _crash(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method == "POST" and b"_PERFORMANCE" in await request.read():
        return web.Response(status=500, text="oops")
    return await handler(request)


async def _lax(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Takes any volume, as if no body were ever validated."""
    response = await handler(request)
    if request.method == "POST" and response.status == 422:
        volume = {"id": "x", "name": "x", "size": 10, "dataCenter": "US-KS-2", "type": "STANDARD"}
        return web.json_response(volume, status=201, headers=_quota(response))
    return response


def _quota(response: web.StreamResponse) -> dict[str, str]:
    return {name: response.headers[name] for name in ("RateLimit", "RateLimit-Policy")}


_POD = r"^/v2/pods/\{id\}$"
_PODS = r"^/v2/pods$"
_VOLUMES = r"^/v2/network-volumes$"
_BILLING = "^/v2/billing/pods$"

ROUNDS = (
    Round(
        (
            Bug(
                "a field is missing",
                "GET /v2/pods/{id}",
                "ST108",
                _POD,
                _on("GET", "/v2/pods/{id}", _json(_without("cost"))),
            ),
            Bug(
                "a number is text",
                "GET /v2/pods",
                "ST108",
                _PODS,
                _on("GET", "/v2/pods", _json(_first("pods", cost="2.69"))),
            ),
            Bug(
                "a size that is no integer",
                "GET /v2/network-volumes",
                "ST108",
                _VOLUMES,
                _on("GET", "/v2/network-volumes", _json(_first("networkVolumes", size=10.5))),
            ),
            Bug(
                "the metadata is missing",
                "GET /v2/billing/pods",
                "ST108",
                _BILLING,
                _on("GET", "/v2/billing/pods", _json(_without("metadata"))),
            ),
            Bug(
                "the wrong status",
                "POST /v2/network-volumes",
                "ST105",
                _VOLUMES,
                _on("POST", "/v2/network-volumes", _status(202, 201)),
            ),
            Bug("any token is good", "GET /v2/pods", "ST401", _PODS, _any_token),
            Bug("the wrong Allow", "OPTIONS /v2/pods", "ST205", _PODS, _wrong_allow),
        )
    ),
    Round(
        (
            Bug(
                "a status nobody documented",
                "GET /v2/pods",
                "ST108",
                _PODS,
                _on("GET", "/v2/pods", _json(_first("pods", status="PAUSED"))),
            ),
            Bug(
                "null where it is not allowed",
                "GET /v2/pods/{id}",
                "ST108",
                _POD,
                _on("GET", "/v2/pods/{id}", _json(_with(mounts=None))),
            ),
            Bug(
                "the wrong content type",
                "GET /v2/network-volumes",
                "ST105",
                _VOLUMES,
                _on("GET", "/v2/network-volumes", _plain_text),
            ),
            Bug(
                "every method is fine",
                "TRACE /v2/network-volumes",
                "ST204",
                _VOLUMES,
                _every_method,
            ),
            Bug("a crash", "POST /v2/network-volumes", "ST101", _VOLUMES, _crash),
        )
    ),
    Round(
        (
            Bug(
                "the list is bare",
                "GET /v2/pods",
                "ST108",
                _PODS,
                _on("GET", "/v2/pods", _json(lambda body: body["pods"])),
            ),
            Bug("an error of another form", "GET /v2/pods/{id}", "ST108", _POD, _bare_error),
            Bug("any body is good", "POST /v2/network-volumes", "ST201", _VOLUMES, _lax),
        )
    ),
    Round(
        (
            Bug(
                "deleted, yet still there",
                "Stateful tests",
                "ST301",
                r"^/v2/pods(/\{id\})?$",
                _undeleted,
            ),
        ),
        phases="stateful",
    ),
)
