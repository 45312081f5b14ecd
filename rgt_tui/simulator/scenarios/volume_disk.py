"""An ordinary Pod with a volume disk and an idle moment."""

from rgt_tui.simulator.files import large_safetensors, trainer_checkpoint
from rgt_tui.simulator.machine import GIB, MIB, DiskKind, File, Process
from rgt_tui.simulator.placing import HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`lora-4090`: a small fine-tuning run on a 100 GB volume disk."""
    spec = Spec(
        name="lora-4090",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA GeForce RTX 4090", 1),
        cloud="COMMUNITY",
        persistent=(100, "/workspace"),
    )
    life = Life(created_s=5.5 * HOUR, up_s=5.4 * HOUR)
    pod = place(world, spec, life, data_center="EU-SE-1", pod_id="9m8n7b6v5c")
    gpu = pod.machine.gpus[0]
    gpu.util, gpu.memory_used_mib, gpu.temperature, gpu.watts = 84, 19_812, 66, 371.0
    pod.machine.processes.append(
        Process(pid=402, command="python lora.py", cpu=99.0, age_s=18_000, gpu=0, gpu_mib=19_400)
    )
    pod.machine.files = [
        File(path="/workspace/datasets/portraits.tar", size_bytes=int(22.2 * GIB)),
        File(path="/root/.cache/uv/archive-v0/torch.whl", size_bytes=int(2.7 * GIB)),
        File(path="/workspace/models/lora.part", size_bytes=700 * 1024**2),
    ]
    pod.machine.stored = [
        *trainer_checkpoint("/workspace/lora", 5_000, 51 * 60),
        large_safetensors("/workspace/lora/merged.safetensors", 192, 9 * 60),
    ]
    pod.machine.link_bytes_s = 12 * MIB
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.CONTAINER:
            disk.base_bytes = int(5.1 * GIB)
        if disk.kind is DiskKind.VOLUME:
            disk.base_bytes, disk.growth_per_hour = 34 * GIB, int(0.6 * GIB)
    pod.logs.write(
        world.now - 5.3 * HOUR,
        "container",
        "wandb: ERROR api_key not configured (no-tty). call wandb.login(key=[your_api_key])",
        "wandb is off, training goes on without it",
    )
    return pod


SCENARIO = Scenario(
    name="volume_disk", title="a fine-tuning run on a volume disk", build=build, demo_rank=12
)
