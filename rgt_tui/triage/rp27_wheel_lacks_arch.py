"""RP27: the program was built without code for this GPU.

Symptom: "no kernel image is available for execution on the device", "sm_120 is not compatible
with the current PyTorch installation". Cause: a wheel older than the card (Blackwell needs CUDA
12.8), or an extension built for another one. Fix: a newer wheel, or build for this card.
Source: pytorch#149845, pytorch#167244, lorax#237 (on RunPod).
"""

from typing import Final

from rgt_tui.domain.finding import (
    A_START_S,
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import running_on_gpus
from rgt_tui.probes.cuda import CudaReport, Torch

_NEEDS: Final = (((12, 0), (12, 8)), ((10, 0), (12, 8)), ((9, 0), (11, 8)), ((8, 9), (11, 8)))
"""From which compute capability on which CUDA is needed: NVIDIA CUDA release notes, 11.8 and 12.8."""


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(CudaReport)
    report = seen.value
    archs = [arch for arch in map(_pair, report.archs) if arch is not None]
    built = [torch for torch in report.torches if _pair(torch.cuda) is not None]
    if not archs:
        return Unknown(("the compute capability of its GPUs",))
    if not built:
        return Absent("no PyTorch that was built for CUDA was found")
    wanted = next((cuda for arch, cuda in _NEEDS if max(archs) >= arch), (0, 0))
    old = [torch for torch in built if (_pair(torch.cuda) or wanted) < wanted]
    if not old:
        return Absent(f"PyTorch was built for CUDA {built[0].cuda}, new enough for its GPUs")
    major, minor = max(archs)
    said = tuple(Said("ssh", _too_old(torch, (major, minor), wanted), seen.at) for torch in old)
    return Present(said, None if len(old) == len(built) else Severity.INFO)


def _too_old(torch: Torch, arch: tuple[int, int], wanted: tuple[int, int]) -> str:
    return (
        f"PyTorch {torch.version or '?'} at {torch.path} was built for CUDA {torch.cuda}; compute "
        f"capability {arch[0]}.{arch[1]} needs {wanted[0]}.{wanted[1]} or newer"
    )


def _pair(text: str | None) -> tuple[int, int] | None:
    major, _, minor = (text or "").partition(".")
    minor = minor.partition(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None


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
    needs=(CudaReport,),
    max_age_s=A_START_S,
    applies=running_on_gpus,
    detect=_detect,
    log_stands=True,
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
            words="gpu+architecture",
            pattern=r"invalid value for --gpu-architecture",
            reason="the compiler does not know this GPU",
        ),
        Rule(
            words="supported+capability",
            pattern=r"\bis only supported on GPUs with compute capability\b",
            reason="the program needs a newer generation of GPU",
        ),
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
