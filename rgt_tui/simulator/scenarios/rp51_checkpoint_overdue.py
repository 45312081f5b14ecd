"""RP51: a run that wrote a checkpoint each half hour, and none for hours."""

from rgt_tui.simulator.files import trainer_checkpoint
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import training
from rgt_tui.simulator.world import World

_MINUTE = 60.0


def build(world: World) -> Pod:
    """`long-run`: it trains on, and its disk shows it."""
    pod = training(world, "long-run")
    for step, ago_m in ((500, 300), (1000, 270), (1500, 240), (2000, 210)):
        pod.machine.stored += trainer_checkpoint("/workspace/out", step, ago_m * _MINUTE)
    return pod


SCENARIO = Scenario(
    name="rp51_checkpoint_overdue", title="a run whose newest checkpoint is hours old", build=build
)
