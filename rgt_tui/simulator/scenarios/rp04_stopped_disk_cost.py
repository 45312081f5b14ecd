"""RP4: the story of `stopped` under the symptom's name."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario, stopped
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """The same Pod."""
    return stopped.build(world)


SCENARIO = Scenario(
    name="rp04_stopped_disk_cost",
    title="stopped, its volume disk billed at double rate",
    build=build,
)
