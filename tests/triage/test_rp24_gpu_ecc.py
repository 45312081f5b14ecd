import pytest

from rgt_tui.probes.gpu_health import GpuHealth, GpuHealthReport
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: CUDA error: uncorrectable ECC error encountered",
        "CUDA_ERROR_ECC_UNCORRECTABLE",
        "NVRM: Xid (PCI:0000:41:00): 94, pid=123, name=python, Contained: ",
        "            DRAM Uncorrectable            : 3",
        "        Remapping Failure Occurred        : Yes",
        "        Pending                           : Yes",
        "|   0  NVIDIA A100 80GB PCIe          Off |   00000000:01:00.0 Off |                    2 |",
        "NVRM: Xid (PCI:0000:01:00): 119, Timeout after 6s of waiting for RPC response from GPU0 GSP!",
        "Xid 63: ECC page retirement or row remapping recording event",
    ],
)
def test_text_that_shows_it_is_rp24(text: str) -> None:
    assert "RP24" in codes(text)


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (GpuHealth(uuid="a", uncorrected=3), "3 uncorrected memory errors"),
        (GpuHealth(uuid="a", uncorrected=0, rows_pending=True), "waits for a reset"),
        (GpuHealth(uuid="a", rows_failed=True), "to be exchanged"),
    ],
)
def test_a_counter_of_the_gpu_is_the_proof(health: GpuHealth, words: str) -> None:
    found = finding("RP24", a_pod(), GpuHealthReport((health,)))
    assert found.verdict == "present"
    assert words in found.evidence[0].said


def test_errors_of_an_earlier_load_of_the_driver_and_corrected_ones_are_no_fault() -> None:
    health = GpuHealth(uuid="a", ecc_on=True, uncorrected=0, corrected=9, uncorrected_ever=4)
    assert finding("RP24", a_pod(), GpuHealthReport((health,))).verdict == "absent"


def test_a_log_line_counts_though_the_counter_began_anew_and_no_counter_is_unknown() -> None:
    clean = GpuHealthReport((GpuHealth(uuid="a", ecc_on=True, uncorrected=0),))
    found = told("RP24", a_pod(), clean, "uncorrectable ECC error encountered")
    assert found.verdict == "present"
    assert found.evidence[-1].said.startswith("by the figures: no uncorrected error")
    assert finding("RP24", a_pod(), GpuHealthReport()).verdict == "unknown"
