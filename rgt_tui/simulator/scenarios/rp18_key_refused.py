"""RP18: a Pod that knows none of our keys."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "other-key")
    pod.refuses_keys = True
    return pod


SCENARIO = Scenario(name="rp18_key_refused", title="a Pod that knows none of our keys", build=build)
