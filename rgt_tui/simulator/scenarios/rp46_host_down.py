"""RP46: a host that goes down."""

from typing import Final

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World

DOWN_S: Final = 75.0
"""Seconds from the world's beginning until nothing answers there."""
_PODS: Final = 3


def build(world: World) -> Pod:
    """`on-old-host` and two neighbours: announced, then all silent together, RUNNING all the while."""
    order = Order(data_center="EU-SE-1")
    pods = [training(world, "on-old-host", order)]
    pods += [training(world, f"neighbour-{number}", order) for number in range(1, _PODS)]
    tell(
        world,
        pods[0],
        "Scheduled maintenance: the machine hosting your pod will be unavailable. Save your work.",
    )

    def go_down() -> None:
        for pod in pods:
            pod.is_deaf = True

    world.later(DOWN_S, go_down)
    return pods[0]


SCENARIO = Scenario(name="rp46_host_down", title="a host that goes down", build=build)
