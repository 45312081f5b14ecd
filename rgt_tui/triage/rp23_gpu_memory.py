"""RP23: the GPU's memory is used up.

Symptom: "CUDA out of memory. Tried to allocate". Cause: model, batch, activations and fragments do
not fit, or another process holds memory. Fix: smaller batch, checkpointing, allocator settings, a
bigger card.
Source: Sana#160 (on RunPod); PyTorch documentation, CUDA memory, 2026.
"""

from typing import Final

from rgt_tui.domain.finding import (
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_bytes
from rgt_tui.domain.whom import running_on_gpus
from rgt_tui.facts import gpu_sum

_RECOVERS: Final = r"retrying with|falling back|fallback|will try|retry(?:ing)? (?:with|at)|reducing batch|tiled|skipp"


def _detect(subject: Subject) -> Verdict:
    """Logs tell it; what the GPUs hold now is said beside it, and proves nothing alone."""
    held = gpu_sum(subject.this, subject.evidence)
    if held.used_bytes is None:
        return Present((Said("rule", "what its GPUs hold now was not seen"),))
    now = f"its GPUs hold {show_bytes(held.used_bytes)} of {show_bytes(held.total_bytes)} now"
    return Present((Said("ssh", now),))


DETECTOR = Detector(
    code="RP23",
    title="GPU memory used up",
    severity=Severity.WARNING,
    cause=(
        "Model, optimizer, activations and fragments together do not fit into the GPU's memory, or another "
        "process holds a part of it."
    ),
    fix=(
        "See who holds it: rgt-tui gpu POD; end leftovers of dead runs",
        "Smaller batch or sequence, gradient accumulation, activation checkpointing, 8-bit optimizer",
        "Against fragments: export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True (PYTORCH_ALLOC_CONF since torch 2.9)",
        "vLLM: --gpu-memory-utilization and --max-model-len down",
        "A card with more memory: rgt-tui whatif POD compares them; relaunch with another GPU type",
    ),
    source="PyTorch documentation, CUDA memory management, 2026",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=running_on_gpus,
    adds_to_logs=True,
    detect=_detect,
    strings=(
        (
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 42.00 MiB.",
            "torch 2.5 and later",
        ),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory.", "torch 1.13 to 2.4"),
        ("RuntimeError: CUDA out of memory. Tried to allocate", "torch before 1.13"),
        ("CUBLAS_STATUS_ALLOC_FAILED", "cuBLAS 10 to 13, when no memory is left for it"),
    ),
    text=(
        Rule(
            words="cudaerrormemoryallocation",
            pattern=r"\bcudaErrorMemoryAllocation\b",
            reason="the GPU's memory is used up",
        ),
        Rule(
            words="cache+tokens",
            pattern=r"larger than the maximum number of tokens that can be stored in (?:the )?KV cache",
            reason="the GPU's memory does not hold the cache",
        ),
        Rule(
            words="gpu+allocated",
            pattern=r"\bRequested amount of GPU memory \(\d+ bytes\) could not be allocated",
            reason="the GPU's memory is used up",
        ),
        Rule(
            words="out+memory out+vram enough+memory enough+vram oom+gpu oom+cuda oom+vram allocation+device",
            pattern=r"\b(?:CUDA|HIP|XPU|GPU|VRAM|device)\b(?: error)?:? (?:ran )?out of (?:memory|vram)|\b(?:ran|runs|running|run) out of (?:gpu|cuda|video|device) memory|\bnot enough (?:gpu |cuda |video )?(?:vram|gpu memory|video memory)|\bCUDA_ERROR_OUT_OF_MEMORY\b|\bout of (?:vram|gpu memory|device memory)\b|Allocation on device\b.{0,40}(?:would exceed|failed|OOM|out of)|(?:GPU|CUDA|VRAM) OOM\b",
            reason="the GPU's memory is used up",
            unless=_RECOVERS,
        ),
        Rule(
            words="outofmemoryerror",
            pattern=r"\b(?:torch\.|cuda\.|cupy\S*\.|jax\S*\.|^\s*)?OutOfMemoryError\b",
            reason="the GPU's memory is used up",
            unless=_RECOVERS + r"|ray\.|java\.lang|node running low",
        ),
        Rule(
            words="cublas cudamalloc cudnn alloc",
            pattern=r"CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|cudaMalloc\w* failed: out of memory|cudaErrorMemoryAllocation|cublasCreate.{0,60}ALLOC_FAILED",
            reason="a GPU library got no memory",
        ),
        Rule(
            words="exhausted allocate+gpu allocate+cuda allocating+mib blocks+cache insufficient+memory full+memory desired+memory",
            pattern=r"RESOURCE_EXHAUSTED:.{0,60}(?:out of memory|OOM|allocat)|failed to allocate .{0,60}\b(?:gpu|cuda|device)\b|allocating [\d.]+ MiB on device \d+: .{0,40}out of memory|No available memory for the cache blocks|\bgpu memory\b.{0,40}\b(?:exhausted|insufficient|full)|Free memory on device .{0,80} is less than desired|unable to allocate .{0,40}(?:cuda|gpu)",
            reason="the GPU's memory is used up",
            unless=_RECOVERS,
        ),
        Rule(
            words="tried",
            pattern=r"Tried to allocate [\d.]+ [KMGT]iB",
            reason="an allocation on the GPU failed",
            unless=_RECOVERS,
        ),
        Rule(
            words="oom+allocating resourceexhaustederror",
            pattern=r"ResourceExhaustedError: .{0,40}OOM when allocating|OOM when allocating tensor\b",
            reason="the GPU's memory is used up",
        ),
    ),
)
