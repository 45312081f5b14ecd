import pytest

from rgt_tui.probes.nvidia_smi import Gpu, GpuReport
from rgt_tui.probes.rocm_smi import AmdGpu, AmdReport
from tests.triage.amd import NO_TOOL, finding_on_amd
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import a_pod


def gpus(count: int, **changed: object) -> GpuReport:
    one = {"util_percent": 90.0, "memory_used_bytes": 0, "memory_total_bytes": 80 * 2**30}
    rest = {"temperature_c": 50.0, "power_w": 300.0, "power_limit_w": 400.0}
    cards = [
        Gpu(index=n, uuid=f"GPU-{n}", name="A100", **{**one, **rest, **changed})  # type: ignore[arg-type]  # figures
        for n in range(count)
    ]
    return GpuReport(gpus=tuple(cards))


@pytest.mark.parametrize(
    "text",
    [
        "Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU",
        "Failed to initialize NVML: Unknown Error",
        "No devices were found",
        "NVRM: GPU at PCI:0000:41:00: GPU has fallen off the bus.",
        "RuntimeError: No CUDA GPUs are available\nno CUDA-capable device is detected",
        "pynvml.NVMLError_GpuIsLost: GPU is lost",
        "only 7 of 8 GPUs visible in nvidia-smi",
        "| ERR!   ERR! ERR!    N/A / ERR! |   0MiB / 24564MiB |    ERR!      Default |",
    ],
)
def test_text_that_shows_it_is_rp25(text: str) -> None:
    assert "RP25" in codes(text)


def test_fewer_gpus_than_ordered_are_rp25() -> None:
    found = finding("RP25", a_pod(gpu_count=4), gpus(3))
    assert found.is_present
    assert [line.said for line in found.evidence] == ["nvidia-smi shows 3 GPUs", "4 GPUs ordered"]


def test_as_many_gpus_as_ordered_are_not_rp25() -> None:
    assert finding("RP25", a_pod(gpu_count=4), gpus(4)).verdict == "absent"


def amd(count: int) -> AmdReport:
    cards = tuple(AmdGpu(index=n, name="MI300X") for n in range(count))
    return AmdReport(gpus=cards, is_expected=True)


def test_amd_gpus_are_counted_by_rocm_smi() -> None:
    assert finding_on_amd("RP25", amd(2), ordered=2).verdict == "absent"
    found = finding_on_amd("RP25", amd(1), ordered=2)
    assert found.is_present
    assert found.evidence[0].said == "rocm-smi shows 1 GPUs"


def test_amd_gpus_that_no_tool_counts_cannot_be_told() -> None:
    assert finding_on_amd("RP25", NO_TOOL).verdict == "unknown"
