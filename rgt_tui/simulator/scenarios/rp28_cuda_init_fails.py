"""RP28: CUDA cannot start on this host."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`bad-l40s`: its driver says so when it is asked, and so does its log."""
    pod = training(world, "bad-l40s", Order(gpu="NVIDIA L40S", is_busy=False))
    pod.machine.cu_init = 999
    tell(
        world,
        pod,
        "RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable CUDA_VISIBLE_DEVICES after program start. Setting the available devices to be zero.",
    )
    return pod


SCENARIO = Scenario(
    name="rp28_cuda_init_fails", title="CUDA cannot start on this host", build=build
)
