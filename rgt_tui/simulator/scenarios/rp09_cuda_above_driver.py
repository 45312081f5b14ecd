"""RP9: an image for a newer CUDA than the host's."""

from rgt_tui.simulator.pod import NEVER, Pod, Run
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    image = "runpod/pytorch:1.1.0-cu1290-torch290-ubuntu2404"
    pod = training(world, "new-image", Order(image=image, is_busy=False))
    began = world.now - 1800
    pod.run = Run(assigned_at=began - 5, running_at=began, container_at=NEVER, boot=1)
    pod.cuda_version = "12.4"
    refusal = "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9, please update your driver to a newer version, or use an earlier cuda container: unknown"
    tell(world, pod, f"start container for {image}: begin", ago_s=1700, source="system")
    tell(world, pod, f"error starting container: {refusal}", ago_s=1699, source="system")
    return pod


SCENARIO = Scenario(
    name="rp09_cuda_above_driver", title="an image for a newer CUDA than the host's", build=build
)
