"""A Pod without any GPU, on a network volume with a path of its own."""

from rgt_tui.simulator.machine import GIB, DiskKind, Process
from rgt_tui.simulator.placing import DAY, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import Volume, World


def build(world: World) -> Pod:
    """`etl-cpu`: eight vCPUs shuffling data on `nv-is-02`."""
    volume = world.add_volume(
        Volume(
            id=world.new_id(10),
            name="nv-is-02",
            size=500,
            data_center="EUR-IS-1",
            used_bytes=212 * GIB,
            cluster="eur-is-1",
        ),
        since=world.now - 21 * DAY,
    )
    spec = Spec(
        name="etl-cpu",
        image="runpod/base:1.0.2-ubuntu2404",
        cpu=("cpu3c", 8, 16),
        network=(volume.id, "/data"),
        ports=("22/tcp",),
    )
    life = Life(created_s=1.5 * DAY, up_s=1.49 * DAY)
    pod = place(world, spec, life, data_center="EUR-IS-1", pod_id="1z2x3c4v5b")
    pod.machine.cpu_percent = 88
    pod.machine.processes.append(
        Process(pid=350, command="python etl.py --shards 64", cpu=703.0, memory=31.0, age_s=9000)
    )
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.NETWORK:
            disk.growth_per_hour = int(0.4 * GIB)
    pod.logs.write(
        world.now - 2400,
        "container",
        "$ runpodctl receive 1100-yahoo-boat-friend-0",
        "securing channel...croc: receive: room (secure channel) not ready, maybe peer disconnected",
    )
    return pod


SCENARIO = Scenario(name="cpu_pod", title="a CPU Pod", build=build, demo_rank=9)
