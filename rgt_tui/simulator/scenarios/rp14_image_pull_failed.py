"""RP14: an image that may not be pulled."""

from rgt_tui.simulator.pod import NEVER, Pod, Run
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    image = "acme/private-train:2026.11"
    pod = training(world, "private-img", Order(image=image, is_busy=False))
    began = world.now - 1200
    pod.run = Run(assigned_at=began - 5, running_at=began, container_at=NEVER, boot=1)
    refusal = f"pull access denied for {image.split(':')[0]}, repository does not exist or may require 'docker login'"
    tell(
        world,
        pod,
        f"error pulling image: Error response from daemon: {refusal}",
        ago_s=1100,
        source="system",
    )
    return pod


SCENARIO = Scenario(
    name="rp14_image_pull_failed", title="an image that may not be pulled", build=build
)
