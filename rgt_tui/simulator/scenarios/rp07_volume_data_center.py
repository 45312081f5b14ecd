"""RP7: its volume lies where no GPU is free."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "pinned", Order(on_network_volume=True, gpu="NVIDIA B200"))
    world.stop(pod)
    return pod


SCENARIO = Scenario(
    name="rp07_volume_data_center", title="its volume lies where no GPU is free", build=build
)
