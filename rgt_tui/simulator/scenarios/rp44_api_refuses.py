"""RP44: an account whose logs the key may not read."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "no-scope")
    tell(
        world,
        pod,
        '{"error":"api request failed with status 401","code":"unauthorized","status":401}',
    )
    return pod


SCENARIO = Scenario(
    name="rp44_api_refuses", title="an account whose logs the key may not read", build=build
)
