"""GPUs of each Pod: use, memory, temperature, power, processes."""

from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import rfc3339
from rgt_tui.facts import road_of, unreachable_why
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.probes.cuda import CudaReport
from rgt_tui.probes.gpu_health import GpuHealth, GpuHealthReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuProcess, GpuReport
from rgt_tui.probes.rocm_smi import AmdReport


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
    told = answer(report, evidence.value(CudaReport), evidence.value(GpuHealthReport))
    amd = evidence.value(AmdReport)
    if amd is not None and amd.is_expected:
        told = {**told, **_amd(amd)}
    return {
        "id": pod.id,
        "name": pod.name,
        **told,
        "road": road_of(evidence),
        "unreachable": unreachable_why(pod, evidence),
        "observed_at": rfc3339(seen.at) if seen is not None else None,
    }


def answer(
    report: GpuReport | None, cuda: CudaReport | None, health: GpuHealthReport | None
) -> dict[str, Any]:
    """The GPUs of one host in JSON; `gpus` is null when nothing was seen, empty when there is none."""
    versions = {
        "cuda": cuda.driver_cuda if cuda is not None else None,
        "image_cuda": cuda.wanted if cuda is not None else None,
        "cuda_verdict": cuda.verdict if cuda is not None else None,
        "cuinit": cuda.init_code if cuda is not None else None,
    }
    if report is None:
        return {"gpus": None, "processes": None, "driver": None, "absent": None, **versions}
    return {
        "vendor": "nvidia",
        "gpus": [
            {**_gpu(gpu), "ecc": _ecc(health.of(gpu.uuid) if health is not None else None)}
            for gpu in report.gpus
        ],
        "processes": [_process(process) for process in report.processes],
        "driver": report.driver,
        "absent": report.absent,
        **versions,
    }


def _amd(report: AmdReport) -> dict[str, Any]:
    """The same of AMD GPUs, as far as `rocm-smi` tells."""
    gpus = [
        {
            "index": gpu.index,
            "name": gpu.name,
            "util_percent": gpu.util_percent,
            "memory_used_bytes": gpu.memory_used_bytes,
            "memory_total_bytes": gpu.memory_total_bytes,
            "temperature_c": gpu.temperature_c,
            "power_w": gpu.power_w,
            "power_limit_w": gpu.power_limit_w,
        }
        for gpu in report.gpus
    ]
    return {
        "vendor": "amd",
        "gpus": gpus,
        "processes": None,
        "driver": report.driver,
        "absent": report.absent,
    }


def _ecc(health: GpuHealth | None) -> dict[str, Any] | None:
    if health is None:
        return None
    return {
        "on": health.ecc_on,
        "corrected": health.corrected,
        "uncorrected": health.uncorrected,
        "rows_pending": health.rows_pending,
        "rows_failed": health.rows_failed,
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
        "sm_mhz": gpu.sm_mhz,
        "sm_max_mhz": gpu.sm_max_mhz,
        "slowed_by": None if gpu.slowed_by is None else list(gpu.slowed_by),
        "throttled": None if gpu.slowed_by is None else gpu.is_throttled,
        "work": gpu.work,
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
