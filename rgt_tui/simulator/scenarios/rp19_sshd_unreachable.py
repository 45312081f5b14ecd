"""RP19: an address where nothing listens."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "no-sshd")
    pod.is_deaf = True
    return pod


SCENARIO = Scenario(
    name="rp19_sshd_unreachable", title="an address where nothing listens", build=build
)
