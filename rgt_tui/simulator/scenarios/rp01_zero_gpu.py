"""RP1: the story of `zero_gpu` under the symptom's name."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario, zero_gpu
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """The same Pod."""
    return zero_gpu.build(world)


SCENARIO = Scenario(name="rp01_zero_gpu", title="started again, but without its GPU", build=build)
