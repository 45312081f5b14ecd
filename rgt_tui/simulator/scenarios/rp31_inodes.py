"""RP31: millions of small files."""

from rgt_tui.simulator.machine import DiskKind
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "tiny-files")
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.CONTAINER:
            disk.inodes_used = disk.inodes
    return pod


SCENARIO = Scenario(name="rp31_inodes", title="millions of small files", build=build)
