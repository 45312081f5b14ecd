import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.probes.cuda import CudaReport, Torch
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: CUDA error: no kernel image is available for execution on the device",
        "NVIDIA B200 with CUDA capability sm_100 is not compatible with the current PyTorch installation.",
        "CUDA error: device kernel image is invalid",
        "nvcc fatal   : Unsupported gpu architecture 'compute_120'",
        "ptxas fatal   : Value 'sm_120a' is not defined for option 'gpu-name'",
        "RuntimeError: FlashAttention only supports Ampere GPUs or newer.",
        "torch.AcceleratorError: CUDA error: no kernel image is available",
    ],
)
def test_text_that_shows_it_is_rp27(text: str) -> None:
    assert "RP27" in codes(text)


@pytest.mark.parametrize(
    ("arch", "cuda", "verdict"),
    [
        ("12.0", "12.6", "present"),
        ("12.0", "12.8", "absent"),
        ("10.0", "12.4", "present"),
        ("9.0", "11.7", "present"),
        ("9.0", "12.1", "absent"),
        ("8.0", "11.3", "absent"),
    ],
)
def test_pytorch_built_for_a_cuda_that_does_not_know_the_gpu_is_told_before_it_runs(
    arch: str, cuda: str, verdict: str
) -> None:
    torch = Torch(path="/usr/lib/torch", version="2.6.0", cuda=cuda)
    seen = CudaReport(archs=(arch,), torches=(torch,))
    assert finding("RP27", a_pod(), seen).verdict == verdict


def test_without_the_gpus_capability_nothing_is_said_and_one_good_wheel_makes_it_a_note() -> None:
    old, new = Torch(path="/a", cuda="12.1"), Torch(path="/b", cuda="12.8")
    assert finding("RP27", a_pod(), CudaReport(torches=(old,))).verdict == "unknown"
    found = finding("RP27", a_pod(), CudaReport(archs=("12.0",), torches=(old, new)))
    assert (found.verdict, found.severity) == ("present", Severity.INFO)
