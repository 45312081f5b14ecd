"""RP27: a wheel without code for the card."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`old-wheel`: its log shows it."""
    pod = training(world, "old-wheel", Order(gpu="NVIDIA GeForce RTX 5090"))
    tell(
        world,
        pod,
        "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.",
        "RuntimeError: CUDA error: no kernel image is available for execution on the device",
    )
    return pod


SCENARIO = Scenario(
    name="rp27_wheel_lacks_arch", title="a wheel without code for the card", build=build
)
