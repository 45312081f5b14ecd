"""RP22: /dev/shm is full."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "workers-64")
    for disk in pod.machine.disks:
        if disk.path == "/dev/shm":  # noqa: S108  # a row of df
            disk.base_bytes = disk.size_bytes
    tell(world, pod, "RuntimeError: DataLoader worker (pid 325) is killed by signal: Bus error.")
    return pod


SCENARIO = Scenario(name="rp22_shared_memory", title="shared memory is full", build=build)
