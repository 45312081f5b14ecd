"""RP45: an image built on a Mac."""

from rgt_tui.simulator.pod import NEVER, Pod, Run
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    image = "acme/mac-built:1"
    pod = training(world, "arm-image", Order(image=image, is_busy=False))
    began = world.now - 900
    pod.run = Run(assigned_at=began - 5, running_at=began, container_at=NEVER, boot=1)
    tell(world, pod, f"start container for {image}: begin", ago_s=600, source="system")
    tell(world, pod, "exec /start.sh: exec format error", ago_s=599, source="system")
    return pod


SCENARIO = Scenario(name="rp45_wrong_architecture", title="an image built on a Mac", build=build)
