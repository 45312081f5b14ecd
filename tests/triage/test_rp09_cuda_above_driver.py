import pytest

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.finding import Severity
from rgt_tui.triage.rp09_cuda_above_driver import image_cuda
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import NOW, a_pod


@pytest.mark.parametrize(
    "text",
    [
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.4, please update your driver to a newer version",
        "RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted on non supported HW",
        "CUDA driver version is insufficient for CUDA runtime version",
        "UserWarning: CUDA initialization: The NVIDIA driver on your system is too old (found version 11040).",
        "cudaErrorInsufficientDriver: CUDA driver version is insufficient",
        "Error 803: system has unsupported display driver / cuda driver combination",
        "the provided PTX was compiled with an unsupported toolchain.",
        "Failed to initialize NVML: Driver/library version mismatch",
    ],
)
def test_text_that_shows_it_is_rp9(text: str) -> None:
    assert "RP9" in codes(text)


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404", (12, 8)),
        ("runpod/pytorch:2.8.0-py3.11-cuda12.8.1-cudnn-devel-ubuntu22.04", (12, 8)),
        ("nvidia/cuda:13.0.1-runtime-ubuntu24.04", (13, 0)),
        ("acme/train:1", None),
    ],
)
def test_the_cuda_of_an_image_is_read_from_its_name(
    image: str, version: tuple[int, int] | None
) -> None:
    assert image_cuda(image) == version


def test_an_image_above_the_hosts_cuda_that_never_came_up_is_critical() -> None:
    found = finding("RP9", a_pod(cuda_version="12.4", runtime=None))
    assert found.is_present
    assert found.severity is Severity.CRITICAL


def test_the_refusal_in_the_system_log_is_quoted() -> None:
    line = "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9"
    log = BootLog(trouble=line, trouble_at=NOW - 9)
    found = finding("RP9", a_pod(runtime=None, image="acme/x:1"), log, source="log")
    assert found.evidence[0].said == line


def test_a_host_as_new_as_the_image_is_not_rp9() -> None:
    assert finding("RP9", a_pod(cuda_version="12.8")).verdict == "absent"
