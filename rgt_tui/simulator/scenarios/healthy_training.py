"""A training run that does what it should, on a network volume."""

from typing import Final

from rgt_tui.simulator.files import StoredFile, safetensors, trainer_checkpoint
from rgt_tui.simulator.logbook import LogWriter
from rgt_tui.simulator.machine import GIB, DiskKind, File, Process
from rgt_tui.simulator.placing import DAY, HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import Volume, World

_STEP_S: Final = 12.0


def build(world: World) -> Pod:
    """`train-a`: one busy H100, caches and checkpoints on `nv-eu-01`."""
    volume = world.add_volume(
        Volume(
            id=world.new_id(10),
            name="nv-eu-01",
            size=3000,
            data_center="EU-RO-1",
            used_bytes=1900 * GIB,
        ),
        since=world.now - 40 * DAY,
    )
    spec = Spec(
        name="train-a",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA H100 80GB HBM3", 1),
        network=(volume.id, "/workspace"),
        env={"WANDB_API_KEY": "demo-not-a-real-key", "HF_HOME": "/workspace/.cache/huggingface/"},
    )
    life = Life(created_s=3 * DAY + 4 * HOUR + 90, up_s=3 * DAY + 4 * HOUR)
    pod = place(world, spec, life, data_center="EU-RO-1", pod_id="7h9k2m4n6p")
    _load(pod)
    since = world.now - 3 * DAY
    pod.logs.attach(LogWriter(since=since, period=_STEP_S, source="container", text=_step))
    return pod


def _load(pod: Pod) -> None:
    machine = pod.machine
    gpu = machine.gpus[0]
    gpu.util, gpu.memory_used_mib, gpu.temperature, gpu.watts = 97, 72_909, 61, 642.0
    machine.processes += [
        Process(
            pid=812, command="python train.py --cfg a.yaml", cpu=98.7, memory=11.2, age_s=3 * DAY,
            gpu=0, gpu_mib=72_498, state="R",
        ),
    ]  # fmt: skip
    machine.stored += [
        *trainer_checkpoint("/workspace/out", 41_000, 62 * 60),
        *trainer_checkpoint("/workspace/out", 41_200, 14 * 60),
        StoredFile(path="/root/best.safetensors", content=safetensors(7), age_s=3 * HOUR),
        StoredFile(path="/workspace/eval.safetensors", content=safetensors(8)[:-900], age_s=HOUR),
        StoredFile(path="/workspace/best", content=b"/root/best.safetensors", is_link=True),
    ]
    machine.tmux = ("train",)
    machine.cpu_percent, machine.memory_percent = 41, 38
    machine.files = [
        File(path=f"/workspace/datasets/fineweb/{shard:03}.parquet", size_bytes=int(15.1 * GIB))
        for shard in range(14)
    ]
    machine.files.append(
        File(
            path="/workspace/.cache/huggingface/hub/datasets--fineweb/blobs/7f3a.incomplete",
            size_bytes=2 * GIB,
            growth=4_000_000,
        )
    )
    machine.shm_segments = 24
    for disk in machine.disks:
        if disk.kind is DiskKind.CONTAINER:
            disk.base_bytes = int(8.4 * GIB)
        if disk.kind is DiskKind.NETWORK:
            disk.growth_per_hour = int(3.1 * GIB)


def _step(number: int) -> str:
    step = 41_200 + number
    return f"step {step} loss {1.8831 - number * 1e-6:.4f} lr 2.1e-5 tok/s 51.2k"


SCENARIO = Scenario(
    name="healthy_training",
    title="training on a network volume, nothing wrong",
    build=build,
    demo_rank=1,
)
