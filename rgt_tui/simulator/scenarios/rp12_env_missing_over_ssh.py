"""RP12: a run started over SSH finds no API key."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`ssh-run`: a session lacks its key, and its log shows it."""
    pod = training(world, "ssh-run")
    pod.spec.env["WANDB_API_KEY"] = "simulated"
    tell(
        world,
        pod,
        "wandb: ERROR api_key not configured (no-tty). call wandb.login(key=[your_api_key])",
    )
    return pod


SCENARIO = Scenario(
    name="rp12_env_missing_over_ssh", title="a run started over SSH finds no API key", build=build
)
