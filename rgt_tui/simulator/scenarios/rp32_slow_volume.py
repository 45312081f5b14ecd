"""RP32: the story of `hung_mount` under the symptom's name."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario, hung_mount
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """The same Pod."""
    return hung_mount.build(world)


SCENARIO = Scenario(
    name="rp32_slow_volume", title="its network volume does not answer", build=build
)
