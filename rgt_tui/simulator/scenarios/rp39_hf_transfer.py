"""RP39: the old accelerator is asked for and missing."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`fetch-8b`: its log shows it."""
    pod = training(world, "fetch-8b")
    tell(
        world,
        pod,
        "ValueError: Fast download using 'hf_transfer' is enabled (HF_HUB_ENABLE_HF_TRANSFER=1) but 'hf_transfer' package is not available in your environment.",
    )
    return pod


SCENARIO = Scenario(
    name="rp39_hf_transfer", title="the old accelerator is asked for and missing", build=build
)
