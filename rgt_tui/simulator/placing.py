"""Puts a Pod into a world with hardware that fits its specification."""

import uuid
from dataclasses import dataclass
from typing import Final

from rgt_tui.simulator.catalogue import find_cpu, find_gpu
from rgt_tui.simulator.machine import (
    Disk,
    Gpu,
    Machine,
    container_disk,
    network_disk,
    noise_disks,
    start_processes,
    volume_disk,
)
from rgt_tui.simulator.pod import NEVER, Pod, Run, Spec
from rgt_tui.simulator.world import World

OFFICIAL_IMAGE: Final = "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404"

HOUR: Final = 3600.0
DAY: Final = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How long ago things happened to a Pod, in seconds before the world began."""

    created_s: float
    up_s: float | None = None
    """Container up for this long."""
    stopped_s: float | None = None
    """Stopped this long ago, after having run."""
    running_s: float | None = None
    """RUNNING for this long without a container yet."""
    container_in_s: float = NEVER
    """With `running_s` or `starting`: seconds until the container comes up."""
    starting: bool = False
    looping_s: float | None = None


def place(
    world: World,
    spec: Spec,
    life: Life,
    *,
    data_center: str,
    pod_id: str | None = None,
) -> Pod:
    """Adds a Pod that has lived `life`, with idle hardware of the kind it ordered."""
    now = world.now
    pod = _new_pod(world, spec, pod_id or world.new_id(), data_center=data_center)
    pod.created_at = now - life.created_s
    run = _run_of(life, now)
    since = None if run is None else run.assigned_at
    if life.stopped_s is not None:
        since = now - life.stopped_s
        pod.started_at = now - life.created_s + 60
        pod.machine.halt(now)
    return world.add_pod(pod, ran_since=since, run=run)


def order(world: World, spec: Spec, data_center: str) -> Pod:
    """Adds a Pod ordered this moment: it begins in PROVISIONING."""
    pod = _new_pod(world, spec, world.new_id(), data_center=data_center)
    assign, schedule, pull = pod.boot_delays
    assigned = world.now + assign
    run = Run(
        assigned_at=assigned,
        running_at=assigned + schedule,
        container_at=assigned + schedule + pull,
        boot=1,
    )
    return world.add_pod(pod, ran_since=None, run=run)


def price(spec: Spec) -> float:
    """USD per hour of the compute a Pod orders, at list price."""
    if spec.gpu is not None:
        model = find_gpu(spec.gpu[0])
        if model is None:
            return 0.0
        each = model.community if spec.cloud == "COMMUNITY" else model.secure
        return round(each * spec.gpu[1], 4)
    if spec.cpu is not None:
        flavour = find_cpu(spec.cpu[0])
        return round(flavour.price * spec.cpu[1], 4) if flavour else 0.0
    return 0.0


def furnish(world: World, spec: Spec, pod_id: str) -> Machine:
    """The inside of a Pod just started: idle GPUs, nearly empty disks."""
    machine = Machine(disks=_disks(world, spec, pod_id), processes=start_processes())
    if spec.cpu is not None:
        machine.vcpus, machine.memory_gib = spec.cpu[1], spec.cpu[2]
        machine.has_nvidia_smi = False
    if spec.gpu is not None:
        model = find_gpu(spec.gpu[0])
        if model is not None:
            machine.is_amd = model.id.startswith("AMD")
            machine.gpus = [
                Gpu(
                    index=index, model=model, uuid=_gpu_uuid(world), watts=round(model.watts * 0.11)
                )
                for index in range(spec.gpu[1])
            ]
    return machine


def _new_pod(world: World, spec: Spec, pod_id: str, *, data_center: str) -> Pod:
    return Pod(
        id=pod_id,
        seed=world.seed,
        host_token=f"{world.random.getrandbits(32):08x}",
        spec=spec,
        machine=furnish(world, spec, pod_id),
        created_at=world.now,
        data_center=data_center,
        cuda_version="12.8" if spec.gpu else None,
        hourly=price(spec),
    )


def _run_of(life: Life, now: float) -> Run | None:
    if life.stopped_s is not None:
        return None
    if life.starting:
        return Run(
            assigned_at=now - 2,
            running_at=now + life.container_in_s / 2,
            container_at=now + life.container_in_s,
            boot=1,
        )
    if life.running_s is not None:
        at = now - life.running_s
        return Run(
            assigned_at=at - 5, running_at=at, container_at=now + life.container_in_s, boot=1
        )
    at = now - (life.up_s or 0.0)
    return Run(
        assigned_at=at - 50, running_at=at - 40, container_at=at, boot=1, looping_s=life.looping_s
    )


def _disks(world: World, spec: Spec, pod_id: str) -> list[Disk]:
    disks = [container_disk(spec.disk)]
    if spec.persistent is not None:
        size, path = spec.persistent
        disks.append(volume_disk(pod_id, size, path))
    if spec.network is not None:
        volume_id, path = spec.network
        volume = world.volumes.get(volume_id)
        if volume is not None:
            disks.append(network_disk(volume.cluster, volume.size, path, volume.used_bytes))
    return disks + noise_disks(spec.gpu is not None)


def _gpu_uuid(world: World) -> str:
    return f"GPU-{uuid.UUID(int=world.random.getrandbits(128), version=4)}"
