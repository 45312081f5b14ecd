"""The Pod endpoints of REST v2."""

import base64
import binascii
import secrets
from dataclasses import replace
from typing import Final

from aiohttp import web

from rgt_tui.simulator.placing import order, price
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.rest.answers import Problem, answer, invalid, not_found, nothing
from rgt_tui.simulator.rest.desk import body_of, desk_of, number, pod_of, refusal, single, switch
from rgt_tui.simulator.rest.pod_bodies import (
    ACTION,
    CREATE,
    UPDATE,
    check_immutable,
    compute,
    container_changes,
    data_center_for,
    mount_changes,
)
from rgt_tui.simulator.rest.pod_json import pod_json
from rgt_tui.simulator.world import Refused, World

PAGE_MAX: Final = 1000


async def list_pods(request: web.Request) -> web.Response:
    """All Pods, newest first; in pages when `limit` or `cursor` is given."""
    desk = desk_of(request)
    switch(request, "includeClusterPods")
    limit = number(request, "limit", least=1, most=PAGE_MAX)
    cursor = single(request, "cursor")
    pods = desk.world.newest_first()
    if limit is None and cursor is None:
        return answer({"pods": [pod_json(desk, pod) for pod in pods]})
    pods = _after(pods, desk.world, cursor)
    page = pods[: limit or PAGE_MAX]
    more = len(pods) > len(page)
    return answer(
        {
            "pods": [pod_json(desk, pod) for pod in page],
            "pagination": {
                "nextCursor": _cursor(desk.world, page[-1]) if more else None,
                "hasNextPage": more,
            },
        }
    )


async def get_pod(request: web.Request) -> web.Response:
    """One Pod."""
    return answer(pod_json(desk_of(request), pod_of(request)))


async def create_pod(request: web.Request) -> web.Response:
    """Orders a Pod: 201, PROVISIONING."""
    desk = desk_of(request)
    body = await body_of(request, CREATE)
    spec, data_center = _ordered(desk.world, body)
    if desk.world.balance < price(spec):
        raise Problem(402, "insufficient balance: at least one hour of credit is required")
    pod = order(desk.world, _with_flags(desk.world, spec, body), data_center)
    return answer(pod_json(desk, pod), 201)


async def update_pod(request: web.Request) -> web.Response:
    """Changes the fields the body carries."""
    desk = desk_of(request)
    pod = pod_of(request)
    body = await body_of(request, UPDATE)
    spec = _from_template(desk.world, pod.spec, body)
    spec = mount_changes(desk.world, container_changes(spec, body), body)
    plain = {"name": "name", "locked": "locked", "globalNetworking": "global_networking"}
    changes = {plain[key]: body[key] for key in plain if key in body}
    spec = replace(spec, **changes)  # type: ignore[arg-type]  # shapes were checked
    check_immutable(pod, spec)
    desk.world.respecify(pod, spec)
    return answer(pod_json(desk, pod))


async def delete_pod(request: web.Request) -> web.Response:
    """Terminates a Pod for good, running or not."""
    desk_of(request).world.terminate(pod_of(request))
    return nothing()


async def act(request: web.Request) -> web.Response:
    """start, stop, restart or terminate."""
    desk = desk_of(request)
    pod = pod_of(request)
    action = (await body_of(request, ACTION))["action"]
    world = desk.world
    if action == "terminate":
        world.terminate(pod)
        return nothing()
    steps = {"start": world.start, "stop": world.stop, "restart": world.restart}
    try:
        steps[str(action)](pod)
    except Refused as error:
        raise refusal(error) from None
    await desk.settle()
    return answer(pod_json(desk, pod))


def _ordered(world: World, body: dict[str, object]) -> tuple[Spec, str]:
    if "templateId" not in body and "image" not in body:
        raise invalid(["body: missing required property image"])
    if "templateId" not in body and "disk" not in body:
        raise Problem(400, "template id or pod configuration parameters are required")
    empty = Spec(name=str(body["name"]), image="", ports=(), cloud=str(body.get("cloud", "SECURE")))
    spec = _from_template(world, empty, body, takes_mounts=True)
    spec = compute(container_changes(spec, body), body)
    spec = mount_changes(world, spec, body)
    if body.get("globalNetworking") and spec.gpu is None:
        raise Problem(400, "global networking requires an NVIDIA GPU")
    spec = replace(spec, global_networking=bool(body.get("globalNetworking", False)))
    return spec, data_center_for(world, spec, body)


def _with_flags(world: World, spec: Spec, body: dict[str, object]) -> Spec:
    env = dict(spec.env)
    starts_ssh = bool(body.get("startSsh", False))
    if starts_ssh and world.ssh_keys:
        env.setdefault("PUBLIC_KEY", "\n".join(world.ssh_keys))
    if body.get("startJupyter"):
        env.setdefault("JUPYTER_PASSWORD", secrets.token_urlsafe(12))
    return replace(spec, env=env, starts_ssh=starts_ssh)


def _from_template(
    world: World, spec: Spec, body: dict[str, object], *, takes_mounts: bool = False
) -> Spec:
    if "templateId" not in body:
        return spec
    template = world.template(str(body["templateId"]))
    if template is None:
        raise not_found()
    return replace(
        spec,
        image=template.image,
        args=template.args,
        disk=template.disk,
        ports=template.ports,
        env=dict(template.env),
        registry=template.registry,
        persistent=template.persistent if takes_mounts else spec.persistent,
        template=template.id,
    )


def _after(pods: list[Pod], world: World, cursor: str | None) -> list[Pod]:
    if cursor is None:
        return pods
    try:
        owner, _, place = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        created, _, identity = place.partition("|")
        at = float(created)
    except (ValueError, binascii.Error):
        raise invalid(["cursor: malformed"]) from None
    if owner != world.user_id:
        raise invalid(["cursor: not issued for this list"])
    return [pod for pod in pods if (-pod.created_at, pod.id) > (-at, identity)]


def _cursor(world: World, pod: Pod) -> str:
    place = f"{world.user_id}|{pod.created_at!r}|{pod.id}"
    return base64.urlsafe_b64encode(place.encode()).decode()
