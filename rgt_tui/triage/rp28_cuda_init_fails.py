"""RP28: nvidia-smi is fine, yet CUDA cannot be initialised: a broken host.

Symptom: "CUDA unknown error", CUDA_ERROR_UNKNOWN (999), Error 802. Cause: the host's driver stack
(uvm, fabric manager, device nodes) is broken for containers. Fix: leave the host.
Source: Infinitetalk_Runpod_hub#18; public reports of 2026 ("3 of 4 community L40S hosts had broken
CUDA").
"""

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
from rgt_tui.facts import listed_at
from rgt_tui.probes.cuda import CudaReport


def _detect(subject: Subject) -> Verdict:
    pod, seen = subject.this, subject.seen(CudaReport)
    code = seen.value.init_code
    if code is None:
        return Unknown(("what cuInit(0) gives: no python3 and driver library to ask",))
    if code == 0:
        return Absent("cuInit(0) gives 0: the driver works")
    said = [Said("ssh", f"cuInit(0) gives {code}, though the driver is there", seen.at)]
    said.append(Said("api", f"{pod.gpu_id} ordered, and paid for", listed_at(subject.account)))
    return Present(tuple(said))


DETECTOR = Detector(
    code="RP28",
    title="CUDA cannot start on this host",
    severity=Severity.CRITICAL,
    cause=(
        "nvidia-smi works, but CUDA's own start fails: the host's driver stack is broken for containers "
        "(nvidia-uvm, fabric manager, device nodes). Nothing inside the Pod can mend that."
    ),
    fix=(
        "Make sure it is the host: python -c 'import torch; torch.cuda.init()' in a fresh shell without CUDA_VISIBLE_DEVICES",
        "Relaunch on another host: rgt-tui relaunch POD; Community hosts fail this way more often",
        "Terminate this one, it bills; tell support the Pod id",
    ),
    source="Public reports on Community hosts, 2026; NVIDIA CUDA driver API, error codes 3, 802, 999",
    needs=(CudaReport,),
    max_age_s=A_START_S,
    applies=running_on_gpus,
    detect=_detect,
    strings=(
        (
            "CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable CUDA_VISIBLE_DEVICES after program start.",
            "PyTorch 1 and 2",
        ),
        ("Call to cuInit results in CUDA_ERROR_UNKNOWN (999)", "numba 0.4x to 0.6x"),
        (
            "CUDA driver initialization failed, you might not have a CUDA gpu.",
            "PyTorch 1.8 and later",
        ),
    ),
    text=(
        Rule(
            words="cudaerrorsystemnotready",
            pattern=r"\bcudaErrorSystemNotReady\b",
            reason="CUDA cannot start: the host is not ready",
        ),
        Rule(
            words="cudagetdevicecount+error",
            pattern=r"Unexpected error from cudaGetDeviceCount\(\).{0,200}\bError (?:3|46|802|999)\b",
            reason="CUDA cannot start, though the driver is there",
        ),
        Rule(
            words="unknown",
            pattern=r"CUDA unknown error|CUDA_ERROR_UNKNOWN|cudaErrorUnknown\b|cuInit\S*.{0,40}(?:unknown error|999)",
            reason="CUDA cannot be initialised",
        ),
        Rule(
            words="initialization initialized initialize cuinit cudaerrorinitializationerror",
            pattern=r"CUDA driver initialization failed|CUDA error: initialization error|cudaErrorInitializationError|system not yet initialized|CUDA_ERROR_(?:SYSTEM_NOT_READY|NOT_INITIALIZED)|cudaErrorSystemNotReady|cuInit(?:\(0\))?\W{0,6}(?:failed|returned|=|->|:) ?(?!0\b|CUDA_SUCCESS|UNKNOWN ERROR \(303\))\w|CUDA initialization: (?:CUDA unknown|Unexpected error from cudaGetDeviceCount)",
            reason="CUDA cannot be initialised",
            unless=r"CUDA_ERROR_NO_DEVICE|Error 80[34]|driver on your system is too old|UNKNOWN ERROR \(303\)|cuInit\S* returned 0",
        ),
        Rule(
            words="999 802 304",
            pattern=r"\berror\W{0,3}(?:999|802|304)\b.{0,60}(?:unknown|initiali|system|OS call)|\((?:999|802)\)|cuda\w*.{0,60}\berror\W{0,3}(?:999|802)\b",
            reason="CUDA cannot be initialised",
        ),
        Rule(
            words="busy",
            pattern=r"CUDA-capable device\(s\) is/are busy or unavailable|cudaErrorDevicesUnavailable",
            reason="CUDA cannot take the device",
        ),
        Rule(
            words="broken",
            pattern=r"\bbroken (?:cuda|gpu|nvidia)\b.{0,40}\b(?:host|driver|machine|node)|\b(?:host|machine|node)s?\b.{0,30}\bbroken cuda\b|nvidia-smi (?:works|is fine|ok)\b.{0,60}\b(?:cuInit|cuda|torch)\b.{0,30}\bfail",
            reason="the host's CUDA is broken",
        ),
        Rule(
            words="unknown+error",
            pattern=r"(?:cudaGetDeviceCount|cuInit|cudaSetDevice)\b.{0,20}failed: unknown error|failed to initialize CUDA: unknown error",
            reason="the driver cannot be initialized on this host",
        ),
    ),
)
