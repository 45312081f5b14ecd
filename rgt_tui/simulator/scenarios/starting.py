"""A Pod that was ordered a moment ago."""

from rgt_tui.simulator.placing import OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`sdxl-lab`: STARTING, up within two minutes."""
    spec = Spec(
        name="sdxl-lab",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA GeForce RTX 4090", 1),
        persistent=(60, "/workspace"),
    )
    life = Life(created_s=8, starting=True, container_in_s=100)
    return place(world, spec, life, data_center="EU-SE-1", pod_id="8a7s6d5f4g")


SCENARIO = Scenario(name="starting", title="STARTING, just ordered", build=build, demo_rank=7)
