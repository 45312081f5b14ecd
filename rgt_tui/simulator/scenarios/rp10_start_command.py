"""RP10: a start command that is not in the image."""

from rgt_tui.simulator.pod import NEVER, Pod, Run
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod whose image has no /start.sh."""
    image = "acme/own-image:3"
    pod = training(world, "no-start-sh", Order(image=image, args="/start.sh", is_busy=False))
    began = world.now - 900
    pod.run = Run(assigned_at=began - 5, running_at=began, container_at=NEVER, boot=1)
    refusal = 'exec: "/start.sh": stat /start.sh: no such file or directory: unknown'
    tell(world, pod, f"start container for {image}: begin", ago_s=800, source="system")
    tell(
        world,
        pod,
        f"error starting container: OCI runtime create failed: runc create failed: {refusal}",
        ago_s=799,
        source="system",
    )
    return pod


SCENARIO = Scenario(
    name="rp10_start_command", title="a start command that is not in the image", build=build
)
