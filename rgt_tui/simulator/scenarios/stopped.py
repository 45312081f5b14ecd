"""A stopped Pod whose volume disk is still paid for, at twice the running rate."""

from rgt_tui.simulator.machine import GIB, DiskKind
from rgt_tui.simulator.placing import DAY, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`old-ckpt`: stopped for 12 days with 40 GB; its host has no free GPU by now."""
    spec = Spec(
        name="old-ckpt",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA A100 80GB PCIe", 1),
        persistent=(40, "/workspace"),
    )
    life = Life(created_s=19 * DAY, stopped_s=12 * DAY)
    pod = place(world, spec, life, data_center="US-KS-2", pod_id="5t8y1u3i6o")
    pod.start_refusal = "There are not enough free GPUs on the host machine to start this pod."
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.VOLUME:
            disk.base_bytes = 27 * GIB
    pod.logs.write(world.now - 19 * DAY + 60, "system", f"start container for {spec.image}: begin")
    pod.logs.write(world.now - 12 * DAY, "system", "stop container")
    return pod


SCENARIO = Scenario(
    name="stopped", title="stopped, its volume disk billed at double rate", build=build, demo_rank=4
)
