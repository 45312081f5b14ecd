"""The HTTP application: routes, and what every request passes before its handler.

Order of a request: recorded, broken by a fault if one is armed, authenticated, counted against
the quota, handled. Every authenticated answer tells the quota's state.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase
from typing import Final

from aiohttp import web

from rgt_tui.simulator.rest import account, billing, catalogue, logs, pods, templates, volumes
from rgt_tui.simulator.rest.answers import Problem, document
from rgt_tui.simulator.rest.desk import DESK, Desk, Handler, Recorded, desk_of
from rgt_tui.simulator.rest.graphql import handle_graphql

BODY_MAX: Final = 4 * 1024**2

Hook = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
"""What a test may put around every handler, to alter answers."""

ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "/v2/pods", pods.list_pods),
    ("POST", "/v2/pods", pods.create_pod),
    ("GET", "/v2/pods/{id}", pods.get_pod),
    ("PATCH", "/v2/pods/{id}", pods.update_pod),
    ("DELETE", "/v2/pods/{id}", pods.delete_pod),
    ("POST", "/v2/pods/{id}/action", pods.act),
    ("GET", "/v2/pods/{id}/logs", logs.stream_logs),
    ("GET", "/v2/network-volumes", volumes.list_volumes),
    ("POST", "/v2/network-volumes", volumes.create_volume),
    ("GET", "/v2/network-volumes/{id}", volumes.get_volume),
    ("PATCH", "/v2/network-volumes/{id}", volumes.update_volume),
    ("DELETE", "/v2/network-volumes/{id}", volumes.delete_volume),
    ("GET", "/v2/templates", templates.list_templates),
    ("POST", "/v2/templates", templates.create_template),
    ("GET", "/v2/templates/{id}", templates.get_template),
    ("PATCH", "/v2/templates/{id}", templates.update_template),
    ("DELETE", "/v2/templates/{id}", templates.delete_template),
    ("GET", "/v2/catalog/templates", templates.list_catalogue),
    ("GET", "/v2/catalog/gpus", catalogue.list_gpus),
    ("GET", "/v2/catalog/gpus/{id}", catalogue.get_gpu),
    ("GET", "/v2/catalog/cpus", catalogue.list_cpus),
    ("GET", "/v2/catalog/cpus/{id}", catalogue.get_cpu),
    ("GET", "/v2/catalog/datacenters", catalogue.list_data_centers),
    ("GET", "/v2/catalog/datacenters/{id}", catalogue.get_data_center),
    ("GET", "/v2/billing", billing.list_all),
    ("GET", "/v2/billing/pods", billing.list_pods),
    ("GET", "/v2/billing/network-volumes", billing.list_volumes),
    ("GET", "/v2/billing/clusters", billing.list_clusters),
    ("GET", "/v2/billing/serverless", billing.list_serverless),
    ("GET", "/v2/billing/endpoints", billing.list_endpoints),
    ("GET", "/v2/registries", account.list_registries),
    ("GET", "/v2/account/ssh-keys", account.get_ssh_keys),
    ("PUT", "/v2/account/ssh-keys", account.put_ssh_keys),
    ("GET", "/v2/clusters", account.list_clusters),
    ("POST", "/v2/clusters", account.create_cluster),
    ("GET", "/v2/clusters/{id}", account.no_cluster),
    ("PATCH", "/v2/clusters/{id}", account.no_cluster),
    ("DELETE", "/v2/clusters/{id}", account.no_cluster),
    ("GET", "/v2/clusters/{id}/pods", account.no_cluster),
    ("POST", "/graphql", handle_graphql),
)


def make_app(desk: Desk, hook: Hook | None = None) -> web.Application:
    """The application around one simulator's state."""
    middlewares = [_record, _break, *((web.middleware(hook),) if hook else ()), _guard, _settle]
    app = web.Application(middlewares=middlewares, client_max_size=BODY_MAX)
    app[DESK] = desk
    for method, path, handler in ROUTES:
        app.router.add_route(method, path, handler)
    return app


@web.middleware
async def _record(request: web.Request, handler: Handler) -> web.StreamResponse:
    desk = desk_of(request)
    headers = {name: value for name, value in request.headers.items() if name != "Authorization"}
    body = await request.read() if request.can_read_body else b""
    status: int | None = None
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        desk.records.append(
            Recorded(
                method=request.method,
                path=request.path,
                query=request.query_string,
                headers=headers,
                body=body,
                status=status,
                at=desk.world.now,
            )
        )


@web.middleware
async def _break(request: web.Request, handler: Handler) -> web.StreamResponse:
    faults = desk_of(request).faults
    if not faults.meets(request.method, request.path):
        return await handler(request)
    if faults.after_acting:
        await handler(request)
    await asyncio.sleep(faults.delay_s)
    if faults.black_hole:
        await asyncio.Event().wait()
    if faults.drop:
        return _dropped(request)
    if faults.body is not None:
        status = faults.status or 200
        response = web.Response(body=faults.body, status=status, headers=faults.headers)
        response.headers["Content-Type"] = faults.content_type
    elif faults.status is not None:
        response = document(Problem(faults.status, "injected by the simulator"))
        response.headers.update(faults.headers)
    else:
        whole = await handler(request)
        if not isinstance(whole, web.Response):
            return whole
        response = whole
    if faults.drip is not None:
        return await _drip(request, response, faults.drip)
    return response


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    desk = desk_of(request)
    if not _knows_key(request, desk.api_key):
        return document(Problem(401, "missing or invalid bearer token"))
    is_metered = request.path.startswith("/v2/")
    wait = desk.limiter.admit() if is_metered else None
    headers = desk.limiter.headers() if is_metered else {}
    if wait is not None:
        detail = f"rate limit exceeded for the {desk.limiter.exhausted()} window"
        response: web.StreamResponse = document(Problem(429, detail))
        response.headers["Retry-After"] = str(wait)
    elif any(fnmatchcase(request.path, pattern) for pattern in desk.world.withheld):
        response = document(Problem(403, "API key does not have access to this resource"))
    else:
        response = await _handled(request, handler)
    if not response.prepared:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
    return response


@web.middleware
async def _settle(request: web.Request, handler: Handler) -> web.StreamResponse:
    desk = desk_of(request)
    desk.world.enforce_zero_balance()
    await desk.settle()
    return await handler(request)


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return document(problem)
    except web.HTTPMethodNotAllowed as error:
        response = document(Problem(405, "The requested method is not allowed for this path."))
        response.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        return response
    except web.HTTPRequestEntityTooLarge:
        return document(Problem(400, "request body is too large"))
    except web.HTTPNotFound:
        return document(Problem(404, "resource not found"))


def _knows_key(request: web.Request, key: str) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    offered = token.strip().encode(errors="surrogateescape")
    return scheme.lower() == "bearer" and hmac.compare_digest(offered, key.encode())


def _dropped(request: web.Request) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        transport.abort()
    return web.Response(status=502)


async def _drip(request: web.Request, whole: web.Response, rate: float) -> web.StreamResponse:
    body = whole.body if isinstance(whole.body, bytes) else b""
    response = web.StreamResponse(status=whole.status, headers=whole.headers)
    response.headers["Content-Length"] = str(len(body))
    await response.prepare(request)
    for index in range(len(body)):
        await asyncio.sleep(1 / rate)
        await response.write(body[index : index + 1])
    await response.write_eof()
    return response
