"""What many scenarios begin with: a training Pod that works, and lines in its log."""

from dataclasses import dataclass
from typing import Literal

from rgt_tui.simulator.machine import GIB, Process
from rgt_tui.simulator.placing import DAY, HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.world import Volume, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What of a training Pod differs from scenario to scenario."""

    gpus: int = 1
    gpu: str = "NVIDIA A100 80GB PCIe"
    is_busy: bool = True
    on_network_volume: bool = False
    ports: tuple[str, ...] = ("8888/http", "22/tcp")
    image: str = OFFICIAL_IMAGE
    args: str = ""
    data_center: str = "US-KS-2"


def training(world: World, name: str, order: Order | None = None) -> Pod:
    """A Pod that has been training for six hours."""
    order = order or Order()
    volume = _volume(world, name, order.data_center) if order.on_network_volume else None
    spec = Spec(
        name=name,
        image=order.image,
        args=order.args,
        ports=order.ports,
        gpu=(order.gpu, order.gpus),
        persistent=None if volume else (100, "/workspace"),
        network=(volume.id, "/workspace") if volume else None,
    )
    life = Life(created_s=6 * HOUR + 90, up_s=6 * HOUR)
    pod = place(world, spec, life, data_center=order.data_center)
    if order.is_busy:
        _work(pod)
    return pod


def tell(
    world: World,
    pod: Pod,
    *lines: str,
    ago_s: float = 600.0,
    source: Literal["container", "system"] = "container",
) -> None:
    """Writes lines into a log, some time ago."""
    pod.logs.write(world.now - ago_s, source, *lines)


def _work(pod: Pod) -> None:
    for gpu in pod.machine.gpus:
        gpu.util, gpu.memory_used_mib, gpu.temperature, gpu.watts = 93, 61_000, 62, 250.0
    command = "python train.py"
    process = Process(
        pid=700, command=command, cpu=96.0, memory=9.0, age_s=20_000, gpu=0, gpu_mib=60_000
    )
    pod.machine.processes.append(process)


def _volume(world: World, name: str, data_center: str) -> Volume:
    volume = Volume(
        id=world.new_id(10),
        name=f"nv-{name}",
        size=500,
        data_center=data_center,
        used_bytes=120 * GIB,
    )
    return world.add_volume(volume, since=world.now - 9 * DAY)
