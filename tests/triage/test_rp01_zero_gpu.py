import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.domain.pod import GpuUse, Runtime
from rgt_tui.probes import Section, nvidia_smi
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.rocm_smi import AmdGpu, AmdReport
from tests.triage.amd import NO_TOOL, NVIDIA_ON_AMD, finding_on_amd
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "runpod.error.QueryError: There are not enough free GPUs on the host machine to start this pod.",
        '{"title":"Bad Request","status":400,"detail":"Error: not enough free GPUs on the host machine"}',
        "After the restart the pod has 0 GPUs attached",
        "Zero GPU Pods on restart: your Pod was started with zero GPUs",
        "bash: nvidia-smi: command not found",
        '{"id":"a1","status":"RUNNING","gpu":{"id":"NVIDIA A40","count":0},"cost":0.4}',
        '{"id":"x","desiredStatus":"RUNNING","gpuCount":0}',
        "Error: there are no GPUs available on this machine",
    ],
)
def test_text_that_shows_it_is_rp1(text: str) -> None:
    assert "RP1" in codes(text)


def test_a_running_pod_in_which_nvidia_smi_finds_no_gpu_is_rp1() -> None:
    found = finding("RP1", a_pod(), GpuReport(absent="no GPU: nvidia-smi lists none"))
    assert found.is_present
    assert found.severity is Severity.CRITICAL
    assert "ordered" in found.evidence[1].said


def test_a_count_of_zero_in_the_api_is_rp1_without_a_shell() -> None:
    assert finding("RP1", a_pod(gpu_count=0)).is_present


def test_a_stopped_gpu_pod_is_a_note_that_its_gpu_may_be_gone() -> None:
    found = finding("RP1", a_pod(status="EXITED", runtime=None))
    assert found.is_present
    assert found.severity is Severity.INFO


def test_gpus_that_the_api_shows_are_enough() -> None:
    runtime = Runtime(uptime_s=600.0, gpus=(GpuUse(util=3.0, memory_util=1.0),))
    assert finding("RP1", a_pod(runtime=runtime)).verdict == "absent"


def test_without_any_sight_of_gpus_it_cannot_be_told() -> None:
    assert finding("RP1", a_pod()).verdict == "unknown"


def test_amd_gpus_that_rocm_smi_shows_are_enough() -> None:
    found = finding_on_amd(
        "RP1", AmdReport(gpus=(AmdGpu(index=0, name="MI300X"),), is_expected=True)
    )
    assert found.verdict == "absent"
    assert found.evidence[0].said == "rocm-smi shows 1 GPUs"


def test_an_amd_gpu_that_no_tool_counts_is_not_taken_for_none() -> None:
    assert finding_on_amd("RP1", NO_TOOL).verdict == "absent"
    assert finding("RP1", a_pod(), NVIDIA_ON_AMD).verdict == "absent"


def test_rocm_smi_that_lists_no_gpu_is_rp1() -> None:
    found = finding_on_amd("RP1", AmdReport(absent="rocm-smi lists no GPU", is_expected=True))
    assert found.is_present
    assert found.evidence[0].said == "rocm-smi lists no GPU"


def test_an_amd_gpu_of_which_only_nvidia_smi_has_spoken_is_not_known() -> None:
    silent = nvidia_smi.parse(Section(output=b"! none\n", exit_code=0))
    found = finding("RP1", a_pod(gpu_id="AMD Instinct MI300X OAM"), silent)
    assert found.verdict == "unknown"
    assert any("rocm-smi" in lack for lack in found.missing)
    assert finding("RP1", a_pod(), silent).verdict == "present"
