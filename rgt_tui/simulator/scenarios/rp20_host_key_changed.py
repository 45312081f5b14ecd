"""RP20: another host key within one start."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "swapped")
    pod.key_salt = 1
    return pod


SCENARIO = Scenario(
    name="rp20_host_key_changed", title="another host key within one start", build=build
)
