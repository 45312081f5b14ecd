"""RP42: a host whose clock is wrong."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`late-host`: its clock shows it, and its log."""
    pod = training(world, "late-host")
    pod.machine.clock_ahead_s = 4_000.0
    tell(
        world,
        pod,
        "botocore.exceptions.ClientError: An error occurred (RequestTimeTooSkewed) when calling the ListObjectsV2 operation: The difference between the request time and the current time is too large.",
    )
    return pod


SCENARIO = Scenario(name="rp42_clock_skew", title="a host whose clock is wrong", build=build)
