"""Account SSH keys, registry logins, and the cluster endpoints of an account that has no cluster."""

import json
from typing import Final, cast

from aiohttp import web

from rgt_tui.simulator.rest.answers import Problem, answer, not_found
from rgt_tui.simulator.rest.desk import body_of, desk_of
from rgt_tui.simulator.rest.shapes import array, record, text

_KEYS: Final = record(
    {"keys": array(text(pattern=r"^(ssh|ecdsa|sk)-[^\s]+ [^\s]+([ \t][^\n\r]*)?$"))},
    required=("keys",),
)


async def get_ssh_keys(request: web.Request) -> web.Response:
    """The registered public keys."""
    return answer({"keys": list(desk_of(request).world.ssh_keys)})


async def put_ssh_keys(request: web.Request) -> web.Response:
    """Replaces the whole set; running Pods keep what they were started with."""
    body = await body_of(request, _KEYS)
    world = desk_of(request).world
    world.ssh_keys = list(cast("list[str]", body["keys"]))
    return answer({"keys": list(world.ssh_keys)})


async def list_registries(request: web.Request) -> web.Response:
    """The registry logins, without their secrets."""
    logins = desk_of(request).world.registries
    return answer({"registries": [{"id": key, "name": name} for key, name in logins.items()]})


async def list_clusters(request: web.Request) -> web.Response:
    """No clusters."""
    desk_of(request)
    return answer({"clusters": []})


async def create_cluster(request: web.Request) -> web.Response:
    """Refuses: the simulated platform has no capacity for clusters."""
    try:
        json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Problem(400, "request body is not valid JSON") from None
    raise Problem(400, "There are no instances currently available for this cluster.")


async def no_cluster(request: web.Request) -> web.Response:
    """Any request about one cluster: there is none."""
    desk_of(request)
    raise not_found()
