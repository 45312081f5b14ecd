"""RP26: a GPU slowed down by heat."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`hot-a100`: nvidia-smi tells it, and its log shows it."""
    pod = training(world, "hot-a100")
    pod.machine.gpus[0].slowed = 0x40
    pod.machine.gpus[0].temperature = 91
    tell(
        world,
        pod,
        "gpu watch:         HW Thermal Slowdown               : Active",
    )
    return pod


SCENARIO = Scenario(name="rp26_gpu_throttled", title="a GPU slowed down by heat", build=build)
