"""A Pod in the words of REST v2."""

from rgt_tui.simulator.clock import stamp
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.rest.desk import Desk

Json = dict[str, object]


def pod_json(desk: Desk, pod: Pod) -> Json:
    """The whole Pod object."""
    now = desk.world.now
    spec = pod.spec
    status = pod.status(now)
    started = pod.started(now)
    shown: Json = {
        "id": pod.id,
        "name": spec.name,
        "status": status,
        "actions": list(pod.actions(now)),
        "image": spec.image,
        "args": spec.args,
        "disk": spec.disk,
        "ports": list(spec.ports),
        "env": dict(spec.env),
        "registry": spec.registry,
        "mounts": mounts_json(pod),
        "cloud": spec.cloud,
        "dataCenterId": pod.data_center if pod.has_machine(now) else None,
        "cudaVersion": pod.cuda_version if pod.has_machine(now) else None,
        "ssh": {"proxy": _proxy(desk, pod, now), "direct": _direct(pod, now)},
        "template": spec.template,
        "cost": pod.cost(now),
        "locked": spec.locked,
        "globalNetworking": _global_networking(pod),
        "runtime": _runtime(pod, now) if status == "RUNNING" else None,
        "createdAt": stamp(pod.created_at),
        "startedAt": None if started is None else stamp(started),
    }
    if spec.gpu is not None:
        shown["gpu"] = {"id": spec.gpu[0], "count": spec.gpu[1]}
    if spec.cpu is not None:
        flavour, vcpus, memory = spec.cpu
        shown["cpu"] = {"id": flavour, "vcpuCount": vcpus, "memory": memory}
    return shown


def mounts_json(pod: Pod) -> Json:
    """`mounts`: a volume disk, a network volume, or nothing."""
    if pod.spec.persistent is not None:
        size, path = pod.spec.persistent
        return {"persistent": {"size": size, "path": path}}
    if pod.spec.network is not None:
        volume, path = pod.spec.network
        return {"network": [{"volumeId": volume, "path": path}]}
    return {}


def _proxy(desk: Desk, pod: Pod, now: float) -> Json | None:
    if not pod.has_machine(now):
        return None
    host, port = desk.gateway.host, desk.gateway.port
    return {
        "host": host,
        "port": port,
        "username": pod.hostname,
        "command": f"ssh {pod.hostname}@{host} -p {port}",
    }


def _direct(pod: Pod, now: float) -> Json | None:
    if pod.ssh_port is None or "22/tcp" not in pod.spec.ports or not pod.has_container(now):
        return None
    return {
        "host": pod.public_ip,
        "port": pod.ssh_port,
        "username": "root",
        "command": f"ssh root@{pod.public_ip} -p {pod.ssh_port}",
    }


def _global_networking(pod: Pod) -> Json:
    if not pod.spec.global_networking:
        return {"enabled": False}
    last = sum(pod.id.encode()) % 250 + 2
    return {"enabled": True, "ip": f"10.1.0.{last}", "internalDns": f"{pod.id}.runpod.internal"}


def _runtime(pod: Pod, now: float) -> Json | None:
    uptime = pod.uptime(now)
    if uptime is None:
        return None
    machine = pod.machine
    gpus = [
        {
            "util": gpu.util_at(now),
            "memoryUtil": round(100 * gpu.memory_used_mib / gpu.model.memory_mib),
        }
        for gpu in machine.gpus
    ]
    return {
        "uptime": uptime,
        "gpus": gpus,
        "cpu": {"util": machine.cpu_percent},
        "memory": {"util": machine.memory_percent},
        "ports": _ports(pod),
    }


def _ports(pod: Pod) -> list[Json]:
    rows: list[Json] = []
    for entry in pod.spec.ports:
        port, _, protocol = entry.partition("/")
        if not port.isdigit():
            continue
        if protocol == "http":
            # Public captures show a private proxy address for HTTP ports, never the public IP.
            rows.append(
                {"private": int(port), "public": 60_141, "type": "http", "ip": "100.65.0.101"}
            )
        elif entry == "22/tcp":
            ip = pod.public_ip if pod.ssh_port else None
            rows.append({"private": 22, "public": pod.ssh_port, "type": "tcp", "ip": ip})
        else:
            rows.append({"private": int(port), "public": None, "type": protocol, "ip": None})
    return rows
