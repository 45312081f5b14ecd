"""RP36: a GPU that does nothing, at full price."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    return training(world, "left-open", Order(is_busy=False))


SCENARIO = Scenario(
    name="rp36_idle_gpu", title="a GPU that does nothing, at full price", build=build
)
