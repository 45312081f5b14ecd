"""RP25: three GPUs of four."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "three-of-4", Order(gpus=4))
    pod.machine.gpus.pop()
    return pod


SCENARIO = Scenario(name="rp25_gpu_lost", title="three GPUs of four", build=build)
