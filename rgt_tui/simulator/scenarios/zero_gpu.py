"""A Pod that came back from a stop without its GPU: it orders one and sees none."""

from rgt_tui.simulator.machine import GIB, DiskKind
from rgt_tui.simulator.placing import DAY, HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`resume-a6k`: `gpu.count` says 1, `runtime.gpus` is empty, `nvidia-smi` finds nothing.

    Nobody has published what the API or `nvidia-smi` say on such a Pod; the schema allows no
    `gpu.count` below 1, so the simulator stays inside it.
    """
    spec = Spec(
        name="resume-a6k",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA RTX A6000", 1),
        persistent=(100, "/workspace"),
    )
    life = Life(created_s=5 * DAY, up_s=2.2 * HOUR)
    pod = place(world, spec, life, data_center="EU-SE-1", pod_id="0o1i2u3y4t")
    pod.machine.gpus = []
    pod.machine.has_nvidia_smi = True
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.VOLUME:
            disk.base_bytes = 38 * GIB
    return pod


SCENARIO = Scenario(
    name="zero_gpu", title="started again, but without its GPU", build=build, demo_rank=11
)
