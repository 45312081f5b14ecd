"""A Pod with AMD GPUs: no `nvidia-smi`, no CUDA, `rocm-smi` in its place."""

from rgt_tui.simulator.machine import GIB, DiskKind, Process
from rgt_tui.simulator.placing import HOUR, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`amd-mi300`: two MI300X, one serving and one idle."""
    spec = Spec(
        name="amd-mi300",
        image="runpod/pytorch:0.7.0-ubuntu2404-rocm644-torch280",
        gpu=("AMD Instinct MI300X OAM", 2),
        persistent=(500, "/workspace"),
    )
    life = Life(created_s=4 * HOUR, up_s=3.9 * HOUR)
    pod = place(world, spec, life, data_center="EU-RO-1", pod_id="6z5x4c3v2b")
    machine = pod.machine
    pod.cuda_version = None
    machine.torch = ("2.8.0+rocm6.4", "6.4.43484")
    busy = machine.gpus[0]
    busy.util, busy.memory_used_mib, busy.temperature, busy.watts = 91, 171_520, 63, 688.0
    machine.gpus[1].memory_used_mib, machine.gpus[1].watts = 284, 148.0
    machine.processes.append(
        Process(
            pid=512, command="python -m vllm.entrypoints.openai.api_server", cpu=88.0, memory=6.0
        )
    )
    for disk in machine.disks:
        if disk.kind is DiskKind.CONTAINER:
            disk.base_bytes = int(6.2 * GIB)
        if disk.kind is DiskKind.VOLUME:
            disk.base_bytes = 148 * GIB
    return pod


SCENARIO = Scenario(name="amd_gpu", title="AMD GPUs, seen by rocm-smi", build=build, demo_rank=13)
