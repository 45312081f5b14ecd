"""GPUs of each Pod: use, memory, temperature, power, processes."""

from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import rfc3339
from rgt_tui.facts import unreachable_why
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.probes.nvidia_smi import Gpu, GpuProcess, GpuReport


@click.command("gpu", help=__doc__)
@_options.pods
@_options.as_json
@_options.identities
@click.pass_obj
def run(
    options: Options, pods: tuple[str, ...], as_json: bool, identities: tuple[Path, ...]
) -> None:
    """Shows the GPUs of some Pods, or of all."""
    looked = look(options, Wanted(pods=pods, identities=identities))
    if as_json:
        emit({"pods": [_pod(pod, looked.scene) for pod in looked.pods]})
    else:
        _print(looked)


def _pod(pod: Pod, scene: Scene) -> dict[str, Any]:
    evidence = scene.account.about(pod.id)
    seen = evidence.latest(GpuReport)
    report = seen.value if seen is not None else None
    return {
        "id": pod.id,
        "name": pod.name,
        **answer(report),
        "unreachable": unreachable_why(pod, evidence),
        "observed_at": rfc3339(seen.at) if seen is not None else None,
    }


def answer(report: GpuReport | None) -> dict[str, Any]:
    """The GPUs of one host in JSON; `gpus` is null when nothing was seen, empty when there is none."""
    if report is None:
        return {"gpus": None, "processes": None, "driver": None, "cuda": None, "absent": None}
    return {
        "gpus": [_gpu(gpu) for gpu in report.gpus],
        "processes": [_process(process) for process in report.processes],
        "driver": report.driver,
        "cuda": report.cuda,
        "absent": report.absent,
    }


def _gpu(gpu: Gpu) -> dict[str, Any]:
    return {
        "index": gpu.index,
        "uuid": gpu.uuid,
        "name": gpu.name,
        "util_percent": gpu.util_percent,
        "memory_used_bytes": gpu.memory_used_bytes,
        "memory_total_bytes": gpu.memory_total_bytes,
        "temperature_c": gpu.temperature_c,
        "power_w": gpu.power_w,
        "power_limit_w": gpu.power_limit_w,
    }


def _process(process: GpuProcess) -> dict[str, Any]:
    return {
        "gpu_uuid": process.gpu_uuid,
        "pid": process.pid,
        "name": process.name,
        "memory_bytes": process.memory_bytes,
    }


def _print(looked: Looked) -> None:
    from rgt_tui.panes.gpu import PANE
    from rgt_tui.plain import print_pane, print_unreachable, stdout

    wanted = {pod.id for pod in looked.pods}
    rows = tuple(row for row in PANE.rows(looked.scene) if row.pod in wanted)
    print_pane(PANE, looked.scene, rows, stdout())
    print_unreachable(looked.pods, looked.scene)


COMMAND = run
