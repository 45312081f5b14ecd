"""A Pod whose network volume does not answer: whatever touches it waits for ever.

Public notes of a stall on MooseFS: processes in state D, wchan `request_wait_answer`.
"""

from rgt_tui.simulator.machine import GIB, DiskKind, Process
from rgt_tui.simulator.placing import DAY, HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import Volume, World


def build(world: World) -> Pod:
    """`prep-nv`: `df /workspace` hangs, `df /` answers."""
    volume = world.add_volume(
        Volume(
            id=world.new_id(10),
            name="nv-ks-fast",
            size=1000,
            data_center="US-KS-2",
            tier="STANDARD",
            used_bytes=610 * GIB,
            cluster="us-ks-2",
        ),
        since=world.now - 9 * DAY,
    )
    spec = Spec(
        name="prep-nv",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA L40S", 1),
        network=(volume.id, "/workspace"),
    )
    life = Life(created_s=31 * HOUR, up_s=30.9 * HOUR)
    pod = place(world, spec, life, data_center="US-KS-2", pod_id="4q5w6e7r8t")
    for disk in pod.machine.disks:
        disk.is_hung = disk.kind is DiskKind.NETWORK
    pod.machine.processes.append(
        Process(pid=611, command="python tokenize.py /workspace/raw", age_s=15_240, state="D")
    )
    return pod


SCENARIO = Scenario(
    name="hung_mount", title="its network volume does not answer", build=build, demo_rank=10
)
