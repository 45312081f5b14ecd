"""RP5: the HTTP proxy cut a request after 100 seconds."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`chat-ui`: its log shows it."""
    pod = training(world, "chat-ui", Order(ports=("7860/http", "22/tcp")))
    tell(
        world,
        pod,
        "INFO generate: 214 tokens asked for, batch 8",
        "client: HTTP 524 after 100.3 s, body: error code: 524",
    )
    return pod


SCENARIO = Scenario(
    name="rp05_proxy_timeout", title="the HTTP proxy cut a request after 100 seconds", build=build
)
