"""RP8: an hour of money left."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "last-hour", Order(gpus=4))
    world.opening_balance = pod.hourly * 0.8
    return pod


SCENARIO = Scenario(name="rp08_low_balance", title="an hour of money left", build=build)
