"""RP6: the story of `proxy_only` under the symptom's name."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario, proxy_only
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """The same Pod."""
    return proxy_only.build(world)


SCENARIO = Scenario(
    name="rp06_proxied_ssh", title="reachable through the SSH gateway only", build=build
)
