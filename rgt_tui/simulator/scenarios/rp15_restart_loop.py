"""RP15: the story of `crash_loop` under the symptom's name."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario, crash_loop
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """The same Pod."""
    return crash_loop.build(world)


SCENARIO = Scenario(name="rp15_restart_loop", title="starts again every 17 seconds", build=build)
