"""RP29: a collective operation that timed out."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`ddp-4`: its log shows it, and all its GPUs wait: full use at little power."""
    pod = training(world, "ddp-4", Order(gpus=4))
    for gpu in pod.machine.gpus:
        gpu.util, gpu.watts = 100, 74.0
    tell(
        world,
        pod,
        "[rank1]:[E918 23:18:00.308397639 ProcessGroupNCCL.cpp:632] [Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1, OpType=BROADCAST, Timeout(ms)=600000) ran for 600023 milliseconds before timing out.",
    )
    return pod


SCENARIO = Scenario(
    name="rp29_nccl_hang", title="a collective operation that timed out", build=build
)
