"""The request bodies of the Pod endpoints: their shapes, and the rules beyond shape."""

import re
from dataclasses import replace
from typing import Final, cast

from rgt_tui.simulator.catalogue import CPU_VCPUS, find_cpu, find_data_center, find_gpu
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.rest.answers import Problem
from rgt_tui.simulator.rest.shapes import (
    Shape,
    array,
    boolean,
    choice,
    integer,
    mapping,
    nullable,
    record,
    text,
)
from rgt_tui.simulator.world import World

DISK_MAX_GB: Final = 20_000
HOST_CUDA: Final = "12.8"

_CUDA: Final = text(pattern=r"^\d+\.\d+$")
_PORT: Final = re.compile(r"\A\d{1,5}/(tcp|http)\Z")

CONTAINER: Final[dict[str, Shape]] = {
    "args": text(),
    "disk": integer(at_least=1),
    "env": mapping(text()),
    "image": text(),
    "ports": array(text()),
    "registry": nullable(text()),
}

_PERSISTENT: Final = record(
    {"size": integer(at_least=10), "path": text()}, required=("size", "path")
)

MOUNTS: Final = record(
    {
        "persistent": _PERSISTENT,
        "network": array(
            record({"volumeId": text(), "path": text()}, required=("volumeId", "path")), at_most=1
        ),
    }
)

TEMPLATE_MOUNTS: Final = record({"persistent": _PERSISTENT})

_GPU: Final = record(
    {
        "id": text(),
        "count": integer(at_least=1),
        "allowedCudaVersions": array(_CUDA),
        "minCudaVersion": _CUDA,
    },
    required=("id",),
)

_CPU: Final = record(
    {"id": text(at_least=1), "vcpuCount": integer(at_least=2)}, required=("id", "vcpuCount")
)

CREATE: Final = record(
    {
        **CONTAINER,
        "name": text(at_least=1),
        "cloud": choice("SECURE", "COMMUNITY"),
        "cpu": _CPU,
        "dataCenterIds": array(text()),
        "globalNetworking": boolean(),
        "gpu": _GPU,
        "mounts": MOUNTS,
        "startJupyter": boolean(),
        "startSsh": boolean(),
        "templateId": text(at_least=1),
    },
    required=("name",),
)

UPDATE: Final = record(
    {
        **CONTAINER,
        "globalNetworking": boolean(),
        "locked": boolean(),
        "mounts": MOUNTS,
        "name": text(at_least=1),
        "templateId": text(),
    }
)

ACTION: Final = record(
    {"action": choice("start", "stop", "restart", "terminate")}, required=("action",)
)

Body = dict[str, object]


def rule(detail: str) -> Problem:
    """A request of the right shape that breaks a rule."""
    return Problem(400, detail)


def container_changes(spec: Spec, body: Body) -> Spec:
    """`spec` with the container settings the body carries.

    Raises:
        Problem: 400 for a disk or port no host could give.
    """
    changes: Body = {key: body[key] for key in ("args", "env", "image", "registry") if key in body}
    if "disk" in body:
        changes["disk"] = _gigabytes(body["disk"])
    if "ports" in body:
        changes["ports"] = _ports(body["ports"])
    return replace(spec, **changes)  # type: ignore[arg-type]  # shapes were checked


def mount_changes(world: World, spec: Spec, body: Body) -> Spec:
    """`spec` with the mounts the body carries.

    Raises:
        Problem: 400 for a combination the platform does not offer.
    """
    if "mounts" not in body:
        return spec
    mounts = cast("Body", body["mounts"])
    network = cast("list[dict[str, str]]", mounts.get("network", []))
    if "persistent" in mounts and network:
        raise rule("mounts.persistent and mounts.network are mutually exclusive")
    if "persistent" in mounts and spec.cpu is not None:
        raise rule("mounts.persistent is not available on CPU pods")
    if network and network[0]["volumeId"] not in world.volumes:
        raise rule("network volume not found")
    if network and spec.cloud != "SECURE":
        raise rule("network volumes require SECURE cloud")
    persistent = cast("Body | None", mounts.get("persistent"))
    return replace(
        spec,
        persistent=(_gigabytes(persistent["size"]), str(persistent["path"]))
        if persistent
        else None,
        network=(network[0]["volumeId"], network[0]["path"]) if network else None,
    )


def compute(spec: Spec, body: Body) -> Spec:
    """`spec` with the GPU or CPU a create body asks for.

    Raises:
        Problem: 400 for no compute, both kinds, or a kind the catalogue lacks.
    """
    if ("gpu" in body) == ("cpu" in body):
        raise rule("exactly one of gpu or cpu must be set")
    if "gpu" in body:
        return replace(spec, gpu=_gpu(cast("Body", body["gpu"]), spec.cloud))
    cpu = cast("Body", body["cpu"])
    flavour = find_cpu(str(cpu["id"]))
    vcpus = _whole(cpu["vcpuCount"])
    if flavour is None:
        raise rule(f"unknown cpu flavor {cpu['id']!r}")
    if not CPU_VCPUS[0] <= vcpus <= CPU_VCPUS[1] or vcpus & (vcpus - 1):
        raise rule("cpu.vcpuCount must be a power of two the flavor offers")
    return replace(spec, cpu=(flavour.id, vcpus, int(vcpus * flavour.ram_gb_per_vcpu)))


def data_center_for(world: World, spec: Spec, body: Body) -> str:
    """The data center a create lands in.

    Raises:
        Problem: 400 when none of the wanted ones can place it.
    """
    wanted = cast("list[str]", body.get("dataCenterIds", []))
    if spec.network is not None:
        home = world.volumes[spec.network[0]].data_center
        if wanted and home not in wanted:
            raise rule("the network volume is in another data center")
        return home
    known = [place for place in wanted if find_data_center(place) is not None]
    if wanted and not known:
        raise rule(
            "There are no longer any instances available with the requested specifications."
            " Please refresh and try again."
        )
    return known[0] if known else "EU-RO-1"


def check_immutable(pod: Pod, spec: Spec) -> None:
    """Refuses a change of what cannot be changed after create.

    Raises:
        Problem: 400.
    """
    before, after = pod.spec, spec
    if (before.network and before.network[0]) != (after.network and after.network[0]):
        raise rule("mounts.network cannot be attached, detached or exchanged after create")
    if (before.persistent is None) != (after.persistent is None) and before.network is not None:
        raise rule("a pod with a network volume cannot have a persistent mount")
    if before.persistent and (not after.persistent or after.persistent[0] < before.persistent[0]):
        raise rule("mounts.persistent cannot be removed or reduced")


def _gpu(gpu: Body, cloud: str) -> tuple[str, int]:
    model = find_gpu(str(gpu["id"]))
    count = _whole(gpu.get("count", 1))
    versions = cast("list[str]", gpu.get("allowedCudaVersions", []))
    if model is None:
        raise rule(f"unknown gpu type {gpu['id']!r}")
    if count > model.max_count:
        raise rule(f"gpu.count is above the {model.max_count} that {cloud} offers")
    if versions and "minCudaVersion" in gpu:
        raise rule("gpu.allowedCudaVersions and gpu.minCudaVersion are mutually exclusive")
    least = str(gpu.get("minCudaVersion", "0.0"))
    if (versions and HOST_CUDA not in versions) or _version(least) > _version(HOST_CUDA):
        raise rule("There are no longer any instances available with the requested specifications.")
    return model.id, count


def _version(text_form: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text_form.split("."))


def _ports(value: object) -> tuple[str, ...]:
    ports = tuple(cast("list[str]", value))
    bad = [port for port in ports if not _PORT.match(port)]
    if bad:
        raise rule(f"ports: {bad[0]!r} is not <port>/<tcp|http>")
    return ports


def _gigabytes(value: object) -> int:
    size = _whole(value)
    if size > DISK_MAX_GB:
        raise rule(f"no host offers {size} GB of disk")
    return size


def _whole(value: object) -> int:
    return int(cast("float", value))
