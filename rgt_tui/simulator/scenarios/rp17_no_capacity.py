"""RP17: stopped, and its GPU type is free nowhere."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "rare-gpu", Order(gpu="NVIDIA Tesla V100 SXM2 32GB"))
    world.stop(pod)
    return pod


SCENARIO = Scenario(
    name="rp17_no_capacity", title="stopped, and its GPU type is free nowhere", build=build
)
