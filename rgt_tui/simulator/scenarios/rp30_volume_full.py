"""RP30: a volume disk that is full."""

from rgt_tui.simulator.machine import DiskKind
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "full-ws")
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.VOLUME:
            disk.base_bytes = int(disk.size_bytes * 0.99)
    return pod


SCENARIO = Scenario(name="rp30_volume_full", title="a volume disk that is full", build=build)
