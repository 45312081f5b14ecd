"""Pods and network volumes: from the JSON of REST v2 to domain values.

Source of the shapes: RunPod REST v2 document of 2026-08-18 (`GET /v2/pods`,
`GET /v2/network-volumes`) and the cursor pagination documented since September 2026.
The values of a Pod's environment variables are dropped here; only their names go on.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from rgt_tui.clients import fields as read
from rgt_tui.clients.fields import Fields
from rgt_tui.clients.strict_json import Json
from rgt_tui.domain.errors import Unreadable
from rgt_tui.domain.pod import GpuUse, NetworkMount, Pod, PortMap, Runtime, SshEndpoint, VolumeDisk
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import UNKNOWN, PodId
from rgt_tui.domain.volume import NetworkVolume, VolumeList

Value = TypeVar("Value")
_SHAPES: Final[Mapping[str, type]] = MappingProxyType({"persistent": dict, "network": list})
"""Kinds of mounts that this version knows, and how each is written."""
_HINT: Final = "Check RUNPOD_API_BASE_URL, or whether a newer rgt-tui exists."


@dataclass(frozen=True, slots=True, kw_only=True)
class PodPage:
    """One page of the Pod list.

    Attributes:
        pods: in the order served.
        next_cursor: where the next page begins; None on the last one.
    """

    pods: tuple[Pod, ...]
    next_cursor: str | None


def pod_page(answer: Json) -> PodPage:
    """One answer of `GET /v2/pods`.

    Raises:
        Unreadable: it has no list of Pods, or none of its members is one.
    """
    body = _object(answer, "the list of Pods")
    members = read.records(body, "pods")
    listed = _listed(body, "pods", "the list of Pods")
    if listed and not members:
        raise Unreadable("the list of Pods holds nothing that describes a Pod", hint=_HINT)
    paging = read.part(body, "pagination")
    cursor = paging.get("nextCursor")
    return PodPage(
        pods=tuple(_pod(member, number) for number, member in enumerate(members, 1)),
        next_cursor=cursor
        if isinstance(cursor, str) and cursor and paging.get("hasNextPage") is True
        else None,
    )


def pod(answer: Json) -> Pod:
    """The answer of `GET /v2/pods/{id}`.

    Raises:
        Unreadable: it describes no Pod.
    """
    body = _object(answer, "the Pod")
    if read.text(body, "id") is None:
        raise Unreadable("the answer describes no Pod: it has no id", hint=_HINT)
    return _pod(body, 1)


def volume_list(answer: Json) -> VolumeList:
    """The answer of `GET /v2/network-volumes`.

    Raises:
        Unreadable: it has no list of network volumes.
    """
    body = _object(answer, "the list of network volumes")
    _listed(body, "networkVolumes", "the list of network volumes")
    return VolumeList(tuple(_volume(member) for member in read.records(body, "networkVolumes")))


def registries(answer: Json) -> Mapping[str, str]:
    """The answer of `GET /v2/registries`: names by ids.

    Raises:
        Unreadable: it has no list of registries.
    """
    body = _object(answer, "the list of registry logins")
    _listed(body, "registries", "the list of registry logins")
    members = read.records(body, "registries")
    found = ((read.text(it, "id"), read.text(it, "name") or "") for it in members)
    return {key: name for key, name in found if key}


def one_volume(answer: Json) -> NetworkVolume:
    """The answer of `GET /v2/network-volumes/{id}`.

    Raises:
        Unreadable: it is no object.
    """
    return _volume(_object(answer, "the network volume"))


def _object(answer: Json, what: str) -> Fields:
    body = read.fields(answer)
    if body is None:
        raise Unreadable(f"{what} is not a JSON object", hint=_HINT)
    return body


def _listed(body: Fields, name: str, what: str) -> int:
    """How long the list is; its absence is an error, since an empty screen would look fine."""
    members = read.items(body, name)
    if members is None:
        raise Unreadable(f"{what} lacks `{name}`", hint=_HINT)
    return len(members)


def _pod(body: Fields, number: int) -> Pod:
    """One Pod. Without an id it stays in the list under one that no URL can carry: it may cost money."""
    gpu, cpu, mounts, ssh = (read.part(body, name) for name in ("gpu", "cpu", "mounts", "ssh"))
    return Pod(
        id=PodId(read.text(body, "id") or f"{UNKNOWN}{number}"),
        name=read.text(body, "name") or "",
        status=read.text(body, "status") or UNKNOWN,
        actions=read.texts(body, "actions") or (),
        image=read.text(body, "image") or "",
        args=read.text(body, "args") or "",
        disk_gb=read.size(body, "disk"),
        ports=read.texts(body, "ports"),
        env_names=tuple(clean(name) for name in read.part(body, "env")),
        volume_disk=_volume_disk(mounts),
        network_mounts=_network_mounts(mounts),
        unknown_mounts=_unknown_mounts(body),
        gpu_id=read.text(gpu, "id"),
        gpu_count=read.size(gpu, "count"),
        cpu_id=read.text(cpu, "id"),
        vcpu_count=_first(read.size(cpu, "vcpuCount"), read.size(gpu, "vcpuCount")),
        memory_gb=_first(read.number(cpu, "memory"), read.number(gpu, "memory")),
        cloud=read.text(body, "cloud"),
        data_center=read.text(body, "dataCenterId"),
        cuda_version=read.text(body, "cudaVersion"),
        ssh_direct=_ssh(read.part(ssh, "direct")),
        ssh_proxy=_ssh(read.part(ssh, "proxy")),
        template=read.text(body, "template"),
        cluster=read.text(read.part(body, "cluster"), "id"),
        cost_per_hour=read.usd(body, "cost"),
        locked=read.flag(body, "locked"),
        runtime=_runtime(read.fields(body.get("runtime"))),
        created_at=read.moment(body, "createdAt"),
        started_at=read.moment(body, "startedAt"),
    )


def _volume_disk(mounts: Fields) -> VolumeDisk | None:
    disk = read.fields(mounts.get("persistent"))
    if disk is None:
        return None
    return VolumeDisk(size_gb=read.size(disk, "size"), path=read.text(disk, "path") or "")


def _unknown_mounts(body: Fields) -> tuple[str, ...]:
    """Kinds of mounts that cannot be read: whatever lies there is not taken as lasting.

    A kind came after this version, or has another shape; `?` when no mounts are told at all.
    """
    mounts = read.fields(body.get("mounts"))
    if mounts is None:
        return (UNKNOWN,)
    kinds = (
        k for k, value in mounts.items() if value and not isinstance(value, _SHAPES.get(k, ()))
    )
    return tuple(sorted(clean(kind, 40) for kind in kinds))[:8]


def _network_mounts(mounts: Fields) -> tuple[NetworkMount, ...]:
    return tuple(
        NetworkMount(
            volume_id=read.text(mount, "volumeId") or UNKNOWN, path=read.text(mount, "path") or ""
        )
        for mount in read.records(mounts, "network")
    )


def _ssh(endpoint: Fields) -> SshEndpoint | None:
    """An address all of whose parts are safe to use; the ready-made command is never looked at."""
    host, port, user = (
        read.host(endpoint, "host"),
        read.tcp_port(endpoint, "port"),
        read.user(endpoint, "username"),
    )
    if host is None or port is None or user is None:
        return None
    return SshEndpoint(host=host, port=port, username=user)


def _runtime(body: Fields | None) -> Runtime | None:
    if body is None:
        return None
    uptime = read.number(body, "uptime")
    return Runtime(
        uptime_s=uptime if uptime is None or uptime >= 0 else None,
        gpus=tuple(
            GpuUse(util=read.number(gpu, "util"), memory_util=read.number(gpu, "memoryUtil"))
            for gpu in read.records(body, "gpus")
        ),
        cpu_util=read.number(read.part(body, "cpu"), "util"),
        memory_util=read.number(read.part(body, "memory"), "util"),
        ports=tuple(
            row for port in read.records(body, "ports") if (row := _port(port)) is not None
        ),
    )


def _port(body: Fields) -> PortMap | None:
    private = read.tcp_port(body, "private")
    if private is None:
        return None
    return PortMap(
        private=private,
        public=read.tcp_port(body, "public"),
        type=read.text(body, "type") or UNKNOWN,
        ip=read.host(body, "ip"),
    )


def _volume(body: Fields) -> NetworkVolume:
    return NetworkVolume(
        id=read.text(body, "id") or UNKNOWN,
        name=read.text(body, "name") or "",
        size_gb=read.size(body, "size"),
        data_center=read.text(body, "dataCenter"),
        tier=read.text(body, "type"),
    )


def _first(one: Value | None, other: Value | None) -> Value | None:
    return other if one is None else one


def container(body: Json) -> Mapping[str, Json]:
    """The container settings of a Pod, untouched: they are sent on, and never shown.

    Raises:
        Unreadable: the answer is no Pod.
    """
    if not isinstance(body, dict) or not isinstance(body.get("image"), str):
        raise Unreadable("the answer does not say which image the Pod has")
    return {key: body[key] for key in ("image", "args", "registry", "env") if body.get(key)}
