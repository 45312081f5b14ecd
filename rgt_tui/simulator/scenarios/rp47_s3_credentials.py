"""RP47: an S3 endpoint that refuses the key."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`s3-sync`: its log shows it."""
    pod = training(world, "s3-sync")
    tell(
        world,
        pod,
        "An error occurred (SignatureDoesNotMatch) when calling the HeadObject operation: does not match any shared API key for specified user ID",
    )
    return pod


SCENARIO = Scenario(
    name="rp47_s3_credentials", title="an S3 endpoint that refuses the key", build=build
)
