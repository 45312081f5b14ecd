"""RP46: a host under maintenance."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "on-old-host")
    tell(
        world,
        pod,
        "Scheduled maintenance: the machine hosting your pod will be unavailable. Save your work.",
    )
    return pod


SCENARIO = Scenario(name="rp46_host_down", title="a host under maintenance", build=build)
