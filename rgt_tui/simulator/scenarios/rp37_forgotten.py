"""RP37: a network volume beside it that nobody mounts."""

from rgt_tui.simulator.placing import DAY
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import Volume, World


def build(world: World) -> Pod:
    """One Pod with it."""
    orphan = Volume(id=world.new_id(10), name="nv-forgotten", size=800, data_center="EU-RO-1")
    world.add_volume(orphan, since=world.now - 40 * DAY)
    return training(world, "beside-it")


SCENARIO = Scenario(
    name="rp37_forgotten", title="a network volume beside it that nobody mounts", build=build
)
