"""RP11: the container disk is full while the workspace is roomy."""

from rgt_tui.simulator.files import StoredFile, safetensors
from rgt_tui.simulator.machine import GIB, DiskKind, File
from rgt_tui.simulator.placing import HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`sweep-07`: 19.6 of 20 GB used on the overlay, 11 % on a 200 GB volume disk."""
    spec = Spec(
        name="sweep-07",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA A100 80GB PCIe", 4),
        persistent=(200, "/workspace"),
        env={"PIP_CACHE_DIR": "/root/.cache/pip", "HF_HOME": "/root/.cache/huggingface"},
    )
    life = Life(created_s=9.25 * HOUR, up_s=9.2 * HOUR)
    pod = place(world, spec, life, data_center="US-KS-2", pod_id="9x2k4m1n0p")
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.CONTAINER:
            disk.base_bytes = int(19.6 * GIB)
        if disk.kind is DiskKind.VOLUME:
            disk.base_bytes = int(disk.size_bytes * 0.11)
    pod.machine.gpus[0].memory_used_mib = 512
    pod.machine.files = [
        File(path="/root/.cache/pip/http-v2/wheels.bin", size_bytes=int(9.1 * GIB)),
        File(path="/root/.cache/huggingface/hub/models--llama/blobs/ab12", size_bytes=8 * GIB),
        File(path="/root/out/core.2214", size_bytes=int(1.9 * GIB)),
        File(path="/usr/lib/x86_64-linux-gnu/libcudnn.so", size_bytes=GIB, is_image=True),
        File(path="/workspace/.Trash-0/files/old.tar", size_bytes=6 * GIB),
    ]
    # The save that the full disk has cut short, as whoever reads the file itself finds it.
    cut = safetensors(41_200)[:9_000]
    weights = "/root/out/step-41200/model.safetensors"
    pod.machine.stored = [StoredFile(path=weights, content=cut, age_s=8.85 * HOUR)]
    _tell(world, pod)
    return pod


def _tell(world: World, pod: Pod) -> None:
    crash = world.now - 8.85 * HOUR
    pod.logs.write(crash - 5, "container", "step 41200 loss 1.8831 lr 2.1e-5 tok/s 51.2k")
    pod.logs.write(crash, "container", "saving checkpoint to /root/out/step-41200 ...")
    pod.logs.write(
        crash + 1,
        "container",
        "Traceback (most recent call last):",
        '  File "/root/train.py", line 212, in <module>',
        "OSError: [Errno 28] No space left on device",
    )


SCENARIO = Scenario(
    name="rp11_container_disk_full",
    title="container disk full beside a roomy workspace",
    build=build,
    demo_rank=2,
)
