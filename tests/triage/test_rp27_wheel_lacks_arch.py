import pytest

from tests.triage.texts import codes


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
