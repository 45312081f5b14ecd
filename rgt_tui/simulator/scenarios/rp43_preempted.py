"""RP43: ended by somebody else."""

from typing import Final

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World

STOPPED_S: Final = 90.0
"""Seconds from the world's beginning to its end: seen running first, then EXITED."""
_GRACE_S: Final = 5.0
"""Between SIGTERM and the end (RunPod FAQ of before 2026-05-06)."""
_LOST_S: Final = 1800.0
"""After so long it is no longer listed."""


def build(world: World) -> Pod:
    """`taken`: asked to end, five seconds later EXITED, half an hour later gone; nobody here did it."""
    pod = training(world, "taken")
    tell(world, pod, "Received signal SIGTERM, stopping", "Terminated", ago_s=_GRACE_S - STOPPED_S)

    def stop() -> None:
        if pod.id in world.pods and pod.run is not None:
            world.stop(pod)

    def lose() -> None:
        if pod.id in world.pods:
            world.terminate(pod)

    world.later(STOPPED_S, stop)
    world.later(_LOST_S, lose)
    return pod


SCENARIO = Scenario(name="rp43_preempted", title="about to be taken away", build=build)
