"""RP9: the image wants a newer CUDA than the host's driver serves.

Symptom: the container is refused ("unsatisfied condition: cuda>=12.8") and the Pod bills as
RUNNING, or CUDA calls fail with 804 or "driver version is insufficient". Cause: hosts have
different drivers, and without a floor any may be drawn. Fix: relaunch with a CUDA floor.
Source: OneTrainer#981, runpod/containers#98, onnxruntime#16955, TensorRT-LLM#1806; RunPod REST v2
`gpu.minCudaVersion`, `cudaVersion`, 2026-08-18.
"""

import re
from functools import lru_cache
from typing import Final

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import running_on_gpus
from rgt_tui.facts import listed_at

Version = tuple[int, int]
_WANTED: Final = re.compile(r"unsatisfied condition: cuda>=(\d+)\.(\d+)")
_IN_TAG: Final = (
    re.compile(r"cuda-?(\d{2})\.(\d)"),
    re.compile(r"\bcu(\d{2})(\d)\d{0,2}\b"),
    re.compile(r"(?:nvidia/cuda|/cuda):(\d{2})\.(\d)"),
)


@lru_cache(256)
def image_cuda(image: str) -> Version | None:
    """The CUDA version that an image's name tells, None when it tells none."""
    for pattern in _IN_TAG:
        found = pattern.search(image.lower())
        if found is not None:
            return int(found[1]), int(found[2])
    return None


@lru_cache(256)
def _version(text: str | None) -> Version | None:
    found = re.match(r"(\d{1,3})\.(\d{1,3})", text or "")
    return None if found is None else (int(found[1]), int(found[2]))


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    refusal = None if pod.is_alive else _refusal(subject)
    if refusal is None:
        return _compared(pod.image, pod.cuda_version) or _too_new(subject)
    told = (
        f"the host's driver serves CUDA {pod.cuda_version}"
        if _version(pod.cuda_version)
        else "the host's CUDA is not told"
    )
    return Present((refusal, Said("api", told, listed_at(subject.account))))


@lru_cache(256)
def _compared(image: str, served: str | None) -> Verdict | None:
    """What an image's name and the host's CUDA say; None where the image wants more."""
    host, wanted = _version(served), image_cuda(image)
    if wanted is None or host is None:
        return Unknown(("the CUDA version of the image or of the host",))
    return Absent(_pair(image, served)) if wanted <= host else None


def _too_new(subject: Subject) -> Verdict:
    pod = subject.this
    host, wanted = _version(pod.cuda_version) or (0, 0), image_cuda(pod.image) or (0, 0)
    severity = Severity.INFO if pod.is_alive and wanted[0] == host[0] else Severity.CRITICAL
    said = Said("api", _pair(pod.image, pod.cuda_version), listed_at(subject.account))
    return Present((said,), severity)


def _pair(image: str, served: str | None) -> str:
    major, minor = image_cuda(image) or (0, 0)
    return f"image {image} wants CUDA {major}.{minor}, the host serves {served}"


def _refusal(subject: Subject) -> Said | None:
    log = subject.evidence.value(BootLog)
    if log is None:
        return None
    for line in (log.trouble, log.last_line):
        if _WANTED.search(line):
            return Said("log", line, log.trouble_at)
    return None


DETECTOR = Detector(
    code="RP9",
    title="Image needs a newer driver than the host has",
    severity=Severity.CRITICAL,
    cause=(
        "The image asks for a newer CUDA than the host's driver serves, so the container is refused at its "
        "start, or CUDA fails inside. The Pod stays RUNNING and bills meanwhile."
    ),
    fix=(
        "Relaunch with a CUDA floor: rgt-tui relaunch POD, or gpu.minCudaVersion (or allowedCudaVersions) at create, REST v2 since 2026",
        "Or take an image built for an older CUDA: the host's version is in the Pod's cudaVersion",
        "Terminate this Pod: it cannot come up on this host and bills until it is gone",
    ),
    source="RunPod REST v2 gpu.minCudaVersion and cudaVersion, 2026-08-18; runpod/containers#98",
    needs=(PodList,),
    applies=running_on_gpus,
    detect=_detect,
    strings=(
        (
            "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version, or use an earlier cuda container: unknown",
            "NVIDIA container toolkit, 2023 to 2026",
        ),
        (
            "CUDA failure 804: forward compatibility was attempted on non supported HW",
            "CUDA 11.8 to 12",
        ),
        ("CUDA driver version is insufficient for CUDA runtime version", "CUDA runtime, error 35"),
        ("The NVIDIA driver on your system is too old", "PyTorch 1 and 2"),
    ),
    outdated=(
        (
            "filter by CUDA version in the deploy dialog",
            "also at create, since REST v2 of 2026-08: gpu.minCudaVersion or allowedCudaVersions; the host's own is the Pod's cudaVersion",
        ),
    ),
    text=(
        Rule(
            words="unsatisfied requirement",
            pattern=r"unsatisfied condition:\s*(?:cuda|driver|brand)|nvidia-container-cli:.{0,30}requirement error",
            reason="the host's driver does not serve the CUDA the image asks for",
        ),
        Rule(
            words="driver",
            pattern=r"please update your (?:gpu |nvidia )?driver|driver version is insufficient|driver on your system is too old|driver (?:is )?too old|driver/library version mismatch"
            r"|unsupported display driver ?/ ?cuda driver|(?:nvidia|cuda|host)\b.{0,20}\bdriver\b.{0,60}\b(?:too old|outdated|older than|does(?: not|n't) support|insufficient)\b|requires? (?:nvidia |cuda )?driver (?:version )?(?:>=|\d)",
            reason="the host's driver is older than the program needs",
            unless=r"chromedriver|webdriver|geckodriver",
        ),
        Rule(
            words="forward compat",
            pattern=r"forward compatibility was attempted|cudaErrorCompatNotSupportedOnDevice",
            reason="CUDA forward compatibility failed on this host (804)",
        ),
        Rule(
            words="804 803",
            pattern=r"(?:error|failure|code)\W{0,3}80[34]\b",
            reason="CUDA says that driver and image do not fit",
        ),
        Rule(
            words="cudaerrorinsufficientdriver cudaerrorcompatnotsupportedondevice insufficientdriver system toolchain ptx",
            pattern=r"cudaErrorInsufficientDriver|cudaErrorCompatNotSupported|CUDA_ERROR_(?:COMPAT_NOT_SUPPORTED|SYSTEM_DRIVER_MISMATCH|UNSUPPORTED_PTX_VERSION)|PTX was compiled with an unsupported toolchain",
            reason="the host's driver is older than what the program was built with",
        ),
        Rule(
            words="newer+cuda higher+cuda greater+cuda later+cuda above+cuda only+cuda max+cuda maximum+cuda",
            pattern=r"\bcuda\b.{0,30}\b(?:newer|higher|greater|later|above)\b.{0,30}\b(?:host|driver)|\b(?:host|driver)\b.{0,40}\b(?:only|max(?:imum)?)\b.{0,20}\b(?:support|serve|cuda)\w*.{0,20}\bcuda ?1\d\.\d.{0,60}\b(?:need|require|want)s?",
            reason="the image's CUDA is above the host's",
        ),
        Rule(
            words="driver+built",
            pattern=r"ERROR: This container was built for NVIDIA Driver Release|compatibility mode is UNAVAILABLE",
            reason="the host's driver is older than the image needs",
        ),
    ),
)
