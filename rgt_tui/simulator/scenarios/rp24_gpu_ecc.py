"""RP24: a memory error of the GPU."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`ecc-a100`: nvidia-smi counts it, and its log shows it."""
    pod = training(world, "ecc-a100")
    pod.machine.gpus[0].uncorrected = 2
    tell(
        world,
        pod,
        "RuntimeError: CUDA error: uncorrectable ECC error encountered",
    )
    return pod


SCENARIO = Scenario(name="rp24_gpu_ecc", title="a memory error of the GPU", build=build)
