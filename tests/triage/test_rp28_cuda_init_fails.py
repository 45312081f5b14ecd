import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.probes.cuda import CudaReport
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import a_pod


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


def test_what_cuinit_gives_is_the_proof() -> None:
    found = finding("RP28", a_pod(), CudaReport(init_code=999))
    assert found.verdict == "present"
    assert found.evidence[0].said == "cuInit(0) gives 999, though the driver is there"
    assert finding("RP28", a_pod(), CudaReport(init_code=0)).verdict == "absent"
    assert finding("RP28", a_pod(), CudaReport()).verdict == "unknown"


def test_a_log_that_was_not_confirmed_says_so() -> None:
    found = told("RP28", a_pod(), CudaReport(), "CUDA unknown error")
    assert (found.verdict, found.severity) == ("present", Severity.WARNING)
    assert "not confirmed" in found.evidence[-1].said
