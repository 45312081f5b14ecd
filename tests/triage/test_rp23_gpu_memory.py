import pytest

from rgt_tui.domain.units import GIB
from rgt_tui.probes.nvidia_smi import GpuReport
from tests.triage.asking import a_gpu, finding, told
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB",
        "RuntimeError: CUDA error: out of memory",
        "CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "torch.OutOfMemoryError: Allocation on device 0 would exceed allowed memory.",
        "RuntimeError: HIP out of memory.",
        "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`",
        "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 123 bytes.",
        "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory",
        "CUDA_ERROR_OUT_OF_MEMORY: out of memory",
    ],
)
def test_text_that_shows_it_is_rp23(text: str) -> None:
    assert "RP23" in codes(text)


def test_what_its_gpus_hold_now_stands_beside_the_log_and_is_nothing_alone() -> None:
    gpu = a_gpu(memory_used_bytes=79 * GIB, memory_total_bytes=80 * GIB)
    assert finding("RP23", a_pod(), GpuReport(gpus=(gpu,))).verdict != "present"
    found = told("RP23", a_pod(), GpuReport(gpus=(gpu,)), "CUDA out of memory.")
    assert [said.source for said in found.evidence] == ["ssh", "log", "rule"]
    assert "79.0G of 80.0G" in found.evidence[0].said
