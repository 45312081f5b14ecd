"""RP49: a file system that takes no writes any more."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`ro-disk`: its mount table shows it, and its log."""
    pod = training(world, "ro-disk")
    pod.machine.disks[1].options = "ro,relatime"
    tell(
        world,
        pod,
        "OSError: [Errno 30] Read-only file system: '/workspace/out/log.txt'",
    )
    return pod


SCENARIO = Scenario(
    name="rp49_read_only", title="a file system that takes no writes any more", build=build
)
