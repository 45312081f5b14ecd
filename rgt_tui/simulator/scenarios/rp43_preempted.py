"""RP43: about to be taken away."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "taken")
    tell(world, pod, "Received signal SIGTERM, stopping", "Terminated")
    return pod


SCENARIO = Scenario(name="rp43_preempted", title="about to be taken away", build=build)
