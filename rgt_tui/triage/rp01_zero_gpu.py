"""RP1: a Pod comes back from a stop without its GPU.

Symptom: `start` answers 400 "There are not enough free GPUs on the host machine", or the Pod is
RUNNING and sees no GPU. Cause: stop gives the GPU back, and a stopped Pod stays tied to its host,
where somebody else may rent it. Fix: save the data, then go to another host.
Source: RunPod documentation, "zero GPU Pods", read 2026-08-20; the refusal's text from
runpod-python#168 and from REST v2 answers in public repositories, 2026.
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
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.telling import Rule
from rgt_tui.facts import listed_at
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.rocm_smi import AmdReport

FRESH_S: Final = 180.0
_SAVE: Final = (
    "Save what lies on the volume disk: in the web console start the Pod on CPU, or use Pod migration "
    "(beta since 2026: new Pod id and IP, it starts and bills at once)"
)

_AMD_UNSEEN: Final = Unknown(("rocm-smi over SSH: never seen",))
"""Of an AMD GPU nvidia-smi knows nothing, and it may have answered first."""


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    if pod.is_stopped:
        at = listed_at(subject.account)
        tied = "stopped and tied to its host: the GPU is rented to others meanwhile, start may find none"
        return Present((Said("api", tied, at),), severity=Severity.INFO)
    if pod.gpu_count == 0:
        at = listed_at(subject.account)
        return Present((Said("api", f"{pod.status} with gpu.count 0, {pod.gpu_id} ordered", at),))
    amd = subject.evidence.latest(AmdReport)
    if amd is not None and amd.value.is_expected and subject.now - amd.at <= FRESH_S:
        return _amd_inside(subject, amd.value, amd.at)
    if amd is None and (pod.gpu_id or "").startswith("AMD"):
        return _AMD_UNSEEN
    seen = subject.evidence.latest(GpuReport)
    if seen is not None and subject.now - seen.at <= FRESH_S:
        return _seen_inside(subject, seen.value, seen.at)
    if pod.runtime is not None and pod.runtime.gpus:
        return Absent("the API shows its GPUs")
    return Unknown(("nvidia-smi over SSH: not seen lately, and the API lists no GPU of it",))


@lru_cache(64)
def _shown(tool: str, count: int) -> Absent:
    return Absent(f"{tool} shows {count} GPUs")


def _amd_inside(subject: Subject, report: AmdReport, at: float) -> Verdict:
    """Of an AMD GPU: `nvidia-smi` is not there, and that says nothing."""
    if report.gpus:
        return _shown("rocm-smi", len(report.gpus))
    if not report.is_counted:
        return Absent(report.absent or "an AMD GPU is there")
    return _none_inside(subject, report.absent or "rocm-smi lists no GPU", at)


def _seen_inside(subject: Subject, report: GpuReport, at: float) -> Verdict:
    if report.gpus:
        return _shown("nvidia-smi", len(report.gpus))
    if report.is_of_amd:
        return Absent("/dev/kfd shows an AMD GPU")
    return _none_inside(subject, report.absent or "nvidia-smi lists no GPU", at)


def _none_inside(subject: Subject, why: str, at: float) -> Verdict:
    pod = subject.this
    said = [Said("ssh", why, at)]
    ordered = f"{pod.gpu_count or '?'} x {pod.gpu_id} ordered, and paid for"
    said.append(Said("api", ordered, listed_at(subject.account)))
    if pod.runtime is not None and not pod.runtime.gpus:
        said.append(Said("api", "runtime.gpus is empty", listed_at(subject.account)))
    return Present(tuple(said))


DETECTOR = Detector(
    code="RP1",
    title="Zero GPU after a restart",
    severity=Severity.CRITICAL,
    cause=(
        "Stop gives the GPU back to the host, and a stopped Pod stays tied to that host. When others "
        "rent its GPUs, start is refused, or the Pod comes up with none."
    ),
    fix=(
        "Try again later: rgt-tui start POD; a refusal minutes after a stop is common, GPUs do come back",
        _SAVE,
        "Relaunch it on another host: rgt-tui relaunch POD; a network volume comes along, a volume disk does not",
        "Terminate this Pod once nothing on it is needed, its disk bills until then: rgt-tui terminate POD --plan shows what would be lost",
    ),
    source="RunPod documentation, zero GPU Pods, read 2026-08-20; REST v2 start answers 400 since 2026",
    needs=(PodList,),
    applies=lambda subject: (
        subject.pod is not None
        and subject.pod.gpu_id is not None
        and (subject.pod.is_stopped or (subject.pod.is_running and subject.pod.is_alive))
    ),
    detect=_detect,
    strings=(
        (
            "There are not enough free GPUs on the host machine to start this pod.",
            "GraphQL podResume and REST v1, 2023 to 2026",
        ),
        ("Error: not enough free GPUs on the host machine", "REST v2 action, 400, 2026"),
        ("bash: nvidia-smi: command not found", "bash 5, on a Pod that ordered a GPU"),
    ),
    outdated=(
        (
            "start brings a Pod up with 0 GPUs",
            "REST v2 refuses instead since 2026: 400, and the Pod stays EXITED; a start without GPUs on purpose is GraphQL's podResume alone",
        ),
        (
            "the data are lost when no GPU comes back",
            "since 2026 the web console offers a start on CPU and Pod migration (beta: new Pod id and IP, it starts and bills at once)",
        ),
    ),
    text=(
        Rule(
            words="enough+gpus",
            pattern=r"\b(?:does not|doesn't) have enough (?:free |available )?gpus?\b",
            reason="the host has no free GPU for this Pod",
        ),
        Rule(
            words="gpus",
            pattern=r"not enough (?:free |available )?gpus?\b|\b(?:no|zero|0)(?: free| available)? gpus? (?:are |were )?"
            r"(?:left |free |available |attached |assigned )*(?:on|to|for|at|in) (?:the|this|that|its|your|my) (?:host|machine|pod|server|instance)"
            r"|\b(?:zero|0)[- ]gpus?\b.{0,60}\b(?:pod|re-?start|start|resum|boot|host|attach)|\b(?:pod|re-?start|start|resum|came back|boot|attach)\w*\b.{0,60}\b(?:zero|0)[- ]gpus?\b",
            reason="the host has no free GPU for this Pod",
        ),
        Rule(
            words="zero+gpu 0+gpu no+gpu without+gpu lost+gpu",
            pattern=r"\b(?:zero|0)[- ]gpu\b(?!.{0,3}(?:space|quota))|\bno (?:free |available )?gpu (?:is |was )?(?:left |free |available |attached |assigned )"
            r"|\b(?:with|has|have|had|got)(?: now)? (?:no|without a) gpu\b.{0,40}(?:after|since|restart|resum|start)"
            r"|(?:restart|resum|start)\w*\b.{0,50}\b(?:without|lost) (?:its|the|my|any|a)? ?gpus?\b",
            reason="the Pod came up without a GPU",
            unless=r"zerogpu|spaces\.|idle|util",
        ),
        Rule(
            words="gpucount count",
            pattern=r'"status"\s*:\s*"RUNNING".*"gpu"\s*:\s*\{[^}]*"count"\s*:\s*0\b|"gpuCount"\s*:\s*0\b.*"(?:desiredS|s)tatus"\s*:\s*"RUNNING"'
            r'|"(?:desiredS|s)tatus"\s*:\s*"RUNNING".*"gpuCount"\s*:\s*0\b',
            reason="the API row says RUNNING with 0 GPUs",
        ),
        Rule(
            words="smi nvidia",
            pattern=r"nvidia-smi: (?:command )?not found|Found no NVIDIA driver on your system",
            reason="there is no GPU inside the Pod",
        ),
        Rule(
            words="smi+found",
            pattern=r"command not found: nvidia-smi",
            reason="there is no GPU inside the Pod",
        ),
        Rule(
            words="cuda+gpus",
            pattern=r"No CUDA GPUs are available",
            reason="there is no GPU inside the Pod",
        ),
    ),
)
