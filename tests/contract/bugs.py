"""Faults put into the simulator's answers, each of which the outside judge must find."""

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
    paths: str
    hook: Hook
    code: str
    """The judge's name for what it finds."""
    phases: str = "coverage"
    """In which of its phases the judge finds it soonest."""


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

BUGS = (
    Bug("a field is missing", _POD, _on("GET", "/v2/pods/{id}", _json(_without("cost"))), "ST108"),
    Bug(
        "a number is text",
        _PODS,
        _on("GET", "/v2/pods", _json(_first("pods", cost="2.69"))),
        "ST108",
    ),
    Bug(
        "the list is bare", _PODS, _on("GET", "/v2/pods", _json(lambda body: body["pods"])), "ST108"
    ),
    Bug(
        "a status nobody documented",
        _PODS,
        _on("GET", "/v2/pods", _json(_first("pods", status="PAUSED"))),
        "ST108",
    ),
    Bug(
        "null where it is not allowed",
        _POD,
        _on("GET", "/v2/pods/{id}", _json(_with(mounts=None))),
        "ST108",
    ),
    Bug(
        "a size that is no integer",
        _VOLUMES,
        _on("GET", "/v2/network-volumes", _json(_first("networkVolumes", size=10.5))),
        "ST108",
    ),
    Bug(
        "the metadata is missing",
        _BILLING,
        _on("GET", "/v2/billing/pods", _json(_without("metadata"))),
        "ST108",
    ),
    Bug(
        "the wrong status", _VOLUMES, _on("POST", "/v2/network-volumes", _status(202, 201)), "ST105"
    ),
    Bug(
        "the wrong content type", _VOLUMES, _on("GET", "/v2/network-volumes", _plain_text), "ST105"
    ),
    Bug("deleted, yet still there", r"^/v2/pods(/\{id\})?$", _undeleted, "ST301", "stateful"),
    Bug("any token is good", _PODS, _any_token, "ST401"),
    Bug("the wrong Allow", _PODS, _wrong_allow, "ST205"),
    Bug("every method is fine", _VOLUMES, _every_method, "ST204"),
    Bug("an error of another form", _POD, _bare_error, "ST108"),
    Bug("a crash", _VOLUMES, _crash, "ST101"),
    Bug("any body is good", _VOLUMES, _lax, "ST201"),
)
