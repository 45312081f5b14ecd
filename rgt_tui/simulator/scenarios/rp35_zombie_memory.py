"""RP35: 71 GB of a GPU held by nobody."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "ghost-run", Order(is_busy=False))
    pod.machine.gpus[0].memory_used_mib = 71_214
    return pod


SCENARIO = Scenario(name="rp35_zombie_memory", title="71 GB of a GPU held by nobody", build=build)
