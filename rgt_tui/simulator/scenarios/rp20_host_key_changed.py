"""RP20: another host key within one start."""

from typing import Final

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World

SWAPPED_S: Final = 60.0
"""The machine behind its port is another one so many seconds after the world began."""


def build(world: World) -> Pod:
    """`swapped`: a minute later somebody else's machine answers on its port."""
    pod = training(world, "swapped")

    def swap() -> None:
        pod.key_salt += 1

    world.later(SWAPPED_S, swap)
    return pod


SCENARIO = Scenario(
    name="rp20_host_key_changed", title="another host key within one start", build=build
)
