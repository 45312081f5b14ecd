"""A Pod that is RUNNING by the API while its image is still being pulled."""

from rgt_tui.simulator.placing import Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`ft-llama`: a big image, 90 seconds in, four minutes to go."""
    spec = Spec(
        name="ft-llama",
        image="runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404-full",
        gpu=("NVIDIA H200", 2),
        persistent=(300, "/workspace"),
    )
    life = Life(created_s=100, running_s=90, container_in_s=240)
    return place(world, spec, life, data_center="US-TX-3", pod_id="2w3e4r5t6y")


SCENARIO = Scenario(
    name="image_pulling", title="pulling its image, no container yet", build=build, demo_rank=6
)
