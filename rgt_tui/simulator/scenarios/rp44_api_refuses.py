"""RP44: an account whose logs the key may not read."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`no-scope`: its log, and everybody's, is answered with 403, as is what was billed."""
    pod = training(world, "no-scope")
    world.withheld += ["/v2/pods/*/logs", "/v2/billing*"]
    return pod


SCENARIO = Scenario(
    name="rp44_api_refuses", title="an account whose logs the key may not read", build=build
)
