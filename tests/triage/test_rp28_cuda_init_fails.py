import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment",
        "CUDA_ERROR_UNKNOWN",
        "RuntimeError: CUDA driver initialization failed, you might not have a CUDA gpu.",
        "Error 802: system not yet initialized",
        "RuntimeError: CUDA error: CUDA-capable device(s) is/are busy or unavailable",
        "cuInit(0) failed with 999",
        "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error",
    ],
)
def test_text_that_shows_it_is_rp28(text: str) -> None:
    assert "RP28" in codes(text)
