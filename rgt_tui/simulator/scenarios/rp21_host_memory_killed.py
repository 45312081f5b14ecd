"""RP21: a process killed at the memory limit."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`tok-prep`: the control group counts a kill, and its log shows it."""
    pod = training(world, "tok-prep")
    pod.machine.oom_kills, pod.machine.memory_percent = 1, 71
    tell(
        world,
        pod,
        "step 900 loss 2.11",
        "/start.sh: line 88:   812 Killed                  python train.py",
        "train exited, exit=137",
    )
    return pod


SCENARIO = Scenario(
    name="rp21_host_memory_killed", title="a process killed at the memory limit", build=build
)
