"""RP50: two runs that train on one network volume."""

from dataclasses import replace

from rgt_tui.simulator.placing import HOUR, Life, place
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`twin-a`, and `twin-b` beside it on the same volume."""
    first = training(world, "twin-a", Order(on_network_volume=True))
    life = Life(created_s=2 * HOUR, up_s=2 * HOUR - 60)
    second = place(world, replace(first.spec, name="twin-b"), life, data_center="US-KS-2")
    second.machine.processes.append(first.machine.processes[-1])
    return first


SCENARIO = Scenario(
    name="rp50_several_writers", title="two runs that train on one network volume", build=build
)
