"""RP25: a GPU has dropped off, or nvidia-smi fails.

Symptom: "GPU has fallen off the bus", "Unable to determine the device handle", "Failed to
initialize NVML: Unknown Error", fewer GPUs than ordered. Cause: the board or the bus failed, or
the container lost its device after a change on the host. Fix: restart once, else another host.
Source: akash#209, HAMi#1520, NVSentinel#155; NVIDIA container toolkit, troubleshooting, 2026.
"""

from functools import lru_cache
from typing import Final

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
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import running_on_gpus
from rgt_tui.facts import listed_at
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.rocm_smi import AmdReport

FRESH_S: Final = 180.0


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(GpuReport)
    amd = subject.evidence.latest(AmdReport)
    if amd is not None and amd.value.is_counted and subject.now - amd.at <= FRESH_S:
        return _compared(subject, "rocm-smi", len(amd.value.gpus), amd.value.absent, amd.at)
    if seen.value.is_of_amd:
        return Unknown(("rocm-smi over SSH: it has not counted the AMD GPUs",))
    return _compared(subject, "nvidia-smi", len(seen.value.gpus), seen.value.absent, seen.at)


@lru_cache(64)
def _enough(tool: str, there: int) -> Absent:
    return Absent(f"{tool} shows {there} GPUs")


def _compared(subject: Subject, tool: str, there: int, absent: str | None, at: float) -> Verdict:
    """The GPUs that the tool shows against those that were ordered."""
    pod = subject.this
    if there and (pod.gpu_count is None or there >= pod.gpu_count):
        return _enough(tool, there)
    if not there:
        why = absent or f"{tool} lists no GPU"
        if "says:" not in why or (pod.runtime is not None and not pod.runtime.gpus):
            return Absent(f"{why}: see RP1")
        return Present((Said("ssh", why, at),))
    ordered = Said("api", f"{pod.gpu_count} GPUs ordered", listed_at(subject.account))
    return Present((Said("ssh", f"{tool} shows {there} GPUs", at), ordered))


DETECTOR = Detector(
    code="RP25",
    title="GPU lost",
    severity=Severity.CRITICAL,
    cause=(
        "A GPU no longer answers: it fell off the bus, its driver state broke, or the container lost its "
        "devices when something was reloaded on the host."
    ),
    fix=(
        "Save what the running job still holds; it may hang when it touches that GPU",
        "Restart the Pod once: rgt-tui restart POD; save what is on the container disk before, it may not be kept",
        "If it comes back the same: rgt-tui relaunch POD on another host, and tell support the Pod id",
    ),
    source="NVIDIA container toolkit, troubleshooting, 2026; akash#209, HAMi#1520, NVSentinel#155",
    needs=(GpuReport,),
    applies=running_on_gpus,
    detect=_detect,
    strings=(
        (
            "Unable to determine the device handle for GPU0000:A1:00.0: Unknown Error",
            "nvidia-smi, drivers 470 to 570",
        ),
        ("Failed to initialize NVML: Unknown Error", "nvidia-smi in containers, 2019 to 2026"),
        (
            "NVRM: GPU 0000:a1:00.0: GPU has fallen off the bus.",
            "NVIDIA driver 450 to 580, kernel log",
        ),
        ("No devices were found", "nvidia-smi, driver 450 to 580"),
    ),
    text=(
        Rule(
            words="nvmlerror",
            pattern=r"\bNVMLError_(?:Unknown|GpuIsLost)\b",
            reason="NVML no longer reaches the GPU",
        ),
        Rule(
            words="communicate+driver",
            pattern=r"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver",
            reason="nvidia-smi does not reach the driver",
        ),
        Rule(
            words="nvml+mismatch",
            pattern=r"Failed to initialize NVML: Driver/library version mismatch",
            reason="NVML does not fit the driver that is loaded",
        ),
        Rule(
            words="bus",
            pattern=r"fallen off the bus|fell off the bus",
            reason="a GPU fell off the bus",
        ),
        Rule(
            words="handle",
            pattern=r"Unable to determine the device handle",
            reason="nvidia-smi cannot reach a GPU",
        ),
        Rule(
            words="nvml",
            pattern=r"Failed to initialize NVML: (?!Driver/library)|NVML_ERROR_(?:GPU_IS_LOST|UNKNOWN|NOT_FOUND|GPU_NOT_FOUND)|NVMLError_(?:GpuIsLost|Unknown)|NVML:? (?:Unknown Error|GPU is lost)",
            reason="the driver's interface does not answer",
        ),
        Rule(
            words="detected+device found+devices no+device unavailable+device invalid+device cudaerrornodevice",
            pattern=r"^\W*No devices were found|no CUDA-capable device is detected|cudaErrorNoDevice|CUDA_ERROR_(?:NO_DEVICE|DEVICE_UNAVAILABLE|INVALID_DEVICE)\b(?!.*cuInit)",
            reason="no GPU is to be seen",
            unless=r"tensorflow|cuda_diagnostics|will not be used|falling back|using cpu",
        ),
        Rule(
            words="lost reboot missing disappeared",
            pattern=r"\bGPU(?: \S+)? is lost\b|\bGPU \d+\b.{0,30}\b(?:lost|missing|disappeared|not detected)|\blost (?:a|one|the|contact with) gpu\b|\bGPUs? (?:has |have )?(?:disappeared|vanished|went missing)",
            reason="a GPU is lost",
        ),
        Rule(
            words="gpus",
            pattern=r"\bonly (\d+) (?:of|out of|/) (?!\1\b)\d+ gpus?\b|\b(?:expected|ordered|requested) (\d+) gpus?\b.{0,40}\b(?:found|got|detected|see|visible)\b (?!\2\b)\d+",
            reason="there are fewer GPUs than ordered",
        ),
        Rule(
            words="err", pattern=r"\|\s*ERR!\s|\bERR!\s+\|", reason="nvidia-smi cannot read a GPU"
        ),
    ),
)
