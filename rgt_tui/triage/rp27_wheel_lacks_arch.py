"""RP27: the program was built without code for this GPU.

Symptom: "no kernel image is available for execution on the device", "sm_120 is not compatible
with the current PyTorch installation". Cause: a wheel older than the card (Blackwell needs CUDA
12.8), or an extension built for another one. Fix: a newer wheel, or build for this card.
Source: pytorch#149845, pytorch#167244, lorax#237 (on RunPod).
"""

from rgt_tui.domain.finding import Detector, Severity
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.telling import Rule

DETECTOR = Detector(
    code="RP27",
    title="Program has no code for this GPU",
    severity=Severity.CRITICAL,
    cause=(
        "The installed wheel or extension holds GPU code for other generations only. Blackwell cards (sm_100, "
        "sm_120) need builds for CUDA 12.8 or later; Volta and older were dropped from new ones."
    ),
    fix=(
        "See both sides: python -c 'import torch; print(torch.cuda.get_arch_list(), torch.cuda.get_device_capability())'",
        "Install a build with it: pip install -U torch --index-url https://download.pytorch.org/whl/cu128 (or cu129, cu130)",
        "Build extensions anew for this card: TORCH_CUDA_ARCH_LIST=12.0 pip install --no-binary :all: PACKAGE",
        "Or take an image for newer CUDA, or a card of an older generation",
    ),
    source="PyTorch issues 149845 and 167244; PyTorch release notes 2.7 (CUDA 12.8 builds), 2025-04",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=lambda subject: (
        subject.pod is not None and subject.pod.is_running and subject.pod.gpu_id is not None
    ),
    strings=(
        (
            "CUDA error: no kernel image is available for execution on the device",
            "CUDA runtime, error 209",
        ),
        (
            "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.",
            "PyTorch 2",
        ),
        ("device kernel image is invalid", "CUDA runtime, error 200"),
    ),
    text=(
        Rule(
            words="kernel cudaerrornokernelimagefordevice",
            pattern=r"no kernel image (?:is )?available|device kernel image is invalid|cudaErrorNoKernelImageForDevice|cudaErrorInvalidKernelImage",
            reason="the program has no code for this GPU",
        ),
        Rule(
            words="compatible capability capabilities supported supports",
            pattern=r"not compatible with the current PyTorch|supports? CUDA capabilities sm_|(?:sm_?\d{2,3}[a-z]?|compute capability \d+\.\d)\b.{0,60}\b(?:not (?:compatible|supported)|unsupported|incompatible)|only supports (?:Ampere|Hopper|Ada|Turing|Blackwell)\b.{0,40}(?:or newer|GPUs)|minimum (?:cuda )?capability supported",
            reason="the installed build does not cover this GPU",
        ),
        Rule(
            words="binary+gpu named+symbol ptxas architecture nvcc sm",
            pattern=r"CUDA_ERROR_NO_BINARY_FOR_GPU|named symbol not found|ptxas fatal\s*:\s*Value 'sm_|Unsupported gpu architecture|nvcc fatal\s*:\s*Unsupported gpu|sm_\d{2,3}[a-z]?\b.{0,40}\bnot (?:defined|recognized|supported)",
            reason="the program was built for other GPUs",
        ),
    ),
)
