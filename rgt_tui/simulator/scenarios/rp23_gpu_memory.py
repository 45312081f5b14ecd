"""RP23: CUDA out of memory."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`big-batch`: its log shows it."""
    pod = training(world, "big-batch")
    tell(
        world,
        pod,
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 79.25 GiB of which 1.20 GiB is free.",
    )
    return pod


SCENARIO = Scenario(name="rp23_gpu_memory", title="CUDA out of memory", build=build)
