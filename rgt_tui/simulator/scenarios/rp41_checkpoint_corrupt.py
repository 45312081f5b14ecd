"""RP41: a checkpoint that does not load."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`resume-lora`: its log shows it."""
    pod = training(world, "resume-lora")
    tell(
        world,
        pod,
        "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory",
    )
    return pod


SCENARIO = Scenario(
    name="rp41_checkpoint_corrupt", title="a checkpoint that does not load", build=build
)
