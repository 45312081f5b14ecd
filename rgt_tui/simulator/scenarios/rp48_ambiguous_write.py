"""RP48: the same order twice, a minute apart."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    first = training(world, "twin")
    second = training(world, "twin")
    second.created_at = first.created_at + 60
    return second


SCENARIO = Scenario(
    name="rp48_ambiguous_write", title="the same order twice, a minute apart", build=build
)
