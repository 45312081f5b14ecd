"""GraphQL: the queries the `runpod` SDK and its users send.

A small reader of the query language answers any selection of the fields below; an unknown
field fails the whole query in the words of the usual server. Mutations are refused: nothing in
this project may change an account this way.
"""

import json
from collections.abc import Iterator, Mapping

from aiohttp import web

from rgt_tui.simulator.catalogue import GPUS, GpuModel
from rgt_tui.simulator.clock import stamp
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.rest.answers import answer
from rgt_tui.simulator.rest.desk import Desk, desk_of
from rgt_tui.simulator.rest.query import QueryError, Type, parse, resolve


async def handle_graphql(request: web.Request) -> web.Response:
    """Answers one query: HTTP 200, with `errors` for all that is wrong."""
    desk = desk_of(request)
    try:
        payload = json.loads(await request.read())
        query = payload["query"]
        if not isinstance(query, str):
            raise QueryError("query must be a string")
    except (ValueError, KeyError, TypeError, RecursionError):
        return _errors("POST body missing, invalid Content-Type, or JSON object has no keys.")
    try:
        kind, selections = parse(query)
        if kind == "mutation":
            desk.mutations_refused += 1
            raise QueryError("Something went wrong. Please try again later or contact support.")
        return answer({"data": resolve(selections, _root(desk))})
    except QueryError as error:
        return _errors(str(error))


def _root(desk: Desk) -> Type:
    return {
        "__typename": "Query",
        "myself": lambda _: _user(desk),
        "pod": lambda arguments: _pod_by(desk, arguments),
        "gpuTypes": lambda arguments: list(_gpu_types(arguments)),
    }


def _user(desk: Desk) -> Type:
    world = desk.world
    return {
        "__typename": "User",
        "id": world.user_id,
        "email": world.email,
        "pubKey": "\n".join(world.ssh_keys),
        "clientBalance": round(world.balance, 8),
        "currentSpendPerHr": round(world.burn, 3),
        "spendLimit": world.spend_limit,
        "clientLifetimeSpend": round(world.ledger.total(0, world.now), 2),
        "minBalance": 0,
        "underBalance": world.balance <= 0,
        "notifyPodsStale": True,
        "notifyPodsGeneral": True,
        "notifyLowBalance": True,
        "pods": lambda _: [_pod(desk, pod) for pod in world.newest_first()],
        "networkVolumes": [
            {
                "__typename": "NetworkVolume",
                "id": it.id,
                "name": it.name,
                "size": it.size,
                "dataCenterId": it.data_center,
            }
            for it in world.volumes.values()
        ],
    }


def _pod_by(desk: Desk, arguments: Mapping[str, object]) -> Type | None:
    given = arguments.get("input")
    identity = given.get("podId") if isinstance(given, dict) else None
    pod = desk.world.pods.get(str(identity))
    return _pod(desk, pod) if pod is not None else None


def _pod(desk: Desk, pod: Pod) -> Type:
    now = desk.world.now
    spec = pod.spec
    gpu_id, gpu_count = spec.gpu or ("", 0)
    started = pod.started(now)
    return {
        "__typename": "Pod",
        "id": pod.id,
        "name": spec.name,
        "desiredStatus": "RUNNING" if pod.run is not None else "EXITED",
        "lastStatusChange": f"Rented by User: {stamp(started or pod.created_at)}",
        "imageName": spec.image,
        "dockerArgs": spec.args,
        "dockerId": pod.host_token * 2,
        "env": [f"{name}={value}" for name, value in spec.env.items()],
        "costPerHr": pod.hourly,
        "gpuCount": gpu_count,
        "vcpuCount": pod.machine.vcpus,
        "memoryInGb": pod.machine.memory_gib,
        "containerDiskInGb": spec.disk,
        "volumeInGb": spec.persistent[0] if spec.persistent else 0,
        "volumeMountPath": spec.persistent[1] if spec.persistent else "/workspace",
        "machineId": f"m{pod.host_token}",
        "podType": "RESERVED",
        "port": None,
        "ports": ",".join(spec.ports),
        # Stays 0 on the live service while runtime.uptimeInSeconds counts (public report).
        "uptimeSeconds": 0,
        "machine": {
            "__typename": "PodMachineInfo",
            "podHostId": pod.hostname,
            "gpuDisplayName": gpu_id.removeprefix("NVIDIA "),
        },
        "runtime": _runtime(pod, now),
    }


def _runtime(pod: Pod, now: float) -> Type | None:
    uptime = pod.uptime(now)
    if uptime is None:
        return None
    machine = pod.machine
    gpus = [
        {
            "__typename": "PodRuntimeGpus",
            "id": gpu.uuid,
            "gpuUtilPercent": gpu.util_at(now),
            "memoryUtilPercent": round(100 * gpu.memory_used_mib / gpu.model.memory_mib),
        }
        for gpu in machine.gpus
    ]
    return {
        "__typename": "PodRuntime",
        "uptimeInSeconds": uptime,
        "ports": _ports(pod),
        "gpus": gpus,
        "container": {
            "__typename": "PodRuntimeContainer",
            "cpuPercent": machine.cpu_percent,
            "memoryPercent": machine.memory_percent,
        },
    }


def _ports(pod: Pod) -> list[Type] | None:
    if pod.ssh_port is None:
        return None
    return [
        {
            "__typename": "PodRuntimePorts",
            "ip": pod.public_ip,
            "isIpPublic": True,
            "privatePort": 22,
            "publicPort": pod.ssh_port,
            "type": "tcp",
        }
    ]


def _gpu_types(arguments: Mapping[str, object]) -> Iterator[Type]:
    given = arguments.get("input")
    wanted = given.get("id") if isinstance(given, dict) else None
    return (_gpu_type(model) for model in GPUS if wanted in (None, model.id))


def _gpu_type(model: GpuModel) -> Type:
    return {
        "__typename": "GpuType",
        "id": model.id,
        "displayName": model.name,
        "memoryInGb": model.memory_gb,
        "manufacturer": "Nvidia",
        "maxGpuCount": model.max_count,
        "secureCloud": True,
        "communityCloud": True,
        "securePrice": model.secure,
        "communityPrice": model.community,
        "communitySpotPrice": None,
        "secureSpotPrice": None,
        "lowestPrice": {
            "__typename": "LowestPrice",
            "minimumBidPrice": None,
            "uninterruptablePrice": model.secure,
            "stockStatus": "High",
        },
    }


def _errors(message: str) -> web.Response:
    return answer({"errors": [{"message": message, "locations": [{"line": 1, "column": 1}]}]})
