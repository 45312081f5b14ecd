"""RP3: its only lasting disk would go with it."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    return training(world, "only-disk")


SCENARIO = Scenario(
    name="rp03_terminate_deletes_volume",
    title="its only lasting disk would go with it",
    build=build,
)
