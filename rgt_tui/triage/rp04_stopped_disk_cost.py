"""RP4: a stopped Pod's volume disk bills at twice the running rate.

Symptom: the API says cost 0.0 for a stopped Pod, the balance falls all the same. Cause: a volume
disk costs $0.10 per GB and month while its Pod runs and $0.20 while it is stopped. Fix: save what
is needed, then terminate, or keep data on a network volume ($0.07).
Source: RunPod pricing and billing pages, read 2026-08-20; REST v2 `Pod.cost` "0.0 when EXITED".
"""

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.rates import HOURS_A_MONTH, stopped_storage_per_hour
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_usd
from rgt_tui.facts import listed_at


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    at = listed_at(subject.account)
    hourly = stopped_storage_per_hour(pod)
    if not hourly:
        return Absent("it keeps no volume disk while stopped")
    assert pod.volume_disk is not None  # noqa: S101  # it has a size, or it would cost nothing
    size = pod.volume_disk.size_gb
    month = show_usd(hourly * HOURS_A_MONTH)
    said = [
        Said(
            "api", f"{pod.status}, volume disk of {size} GB: ${month} a month at $0.20 per GB", at
        ),
        Said("api", "the API reports cost 0.0 for it, which leaves the disk out", at),
    ]
    return Present(tuple(said))


DETECTOR = Detector(
    code="RP4",
    title="Stopped disk billed at double price",
    severity=Severity.WARNING,
    cause=(
        "Stop ends the GPU's price, not the disk's: a volume disk costs $0.10 per GB and month while its Pod "
        "runs and $0.20 while it is stopped. The API's cost of 0.0 does not count it."
    ),
    fix=(
        "Decide whether its data are needed: rgt-tui checkpoints POD",
        "If so, copy and verify them, or move them to a network volume ($0.07 per GB and month up to 1 TB)",
        "Then terminate the Pod: rgt-tui terminate POD --plan shows what would be lost",
    ),
    source="RunPod pricing and billing pages, read 2026-08-20; REST v2 Pod.cost is 0.0 when EXITED",
    needs=(PodList,),
    applies=lambda subject: (
        subject.pod is not None and subject.pod.is_stopped and subject.pod.volume_disk is not None
    ),
    detect=_detect,
    strings=(
        (
            '"status":"EXITED","mounts":{"persistent":{"size":500',
            "REST v2, 2026-08: cost 0.0 beside it",
        ),
        ("Volume disk (stopped Pods) | $0.20/GB/month", "RunPod pricing page, 2026-08"),
    ),
    text=(
        Rule(
            words="exited",
            pattern=r'"(?:desiredS|s)tatus"\s*:\s*"EXITED".*"(?:persistent"\s*:\s*\{[^}]*"size"|volumeInGb")\s*:\s*[1-9]'
            r'|"(?:persistent"\s*:\s*\{[^}]*"size"|volumeInGb")\s*:\s*[1-9].*"(?:desiredS|s)tatus"\s*:\s*"EXITED"',
            reason="the API row is stopped and keeps a volume disk, billed at $0.20 per GB and month",
        ),
        Rule(
            words="diskamount",
            pattern=r'"(?:gpuAmount|gpu_amount)"\s*:\s*0(?:\.0+)?\b.*"disk_?Amount"\s*:\s*(?!0(?:\.0+)?[,}\s])\d|"disk_?Amount"\s*:\s*(?!0(?:\.0+)?[,}\s])\d.*"gpu_?Amount"\s*:\s*0(?:\.0+)?\b',
            reason="billing shows disk without GPU: a stopped Pod's disk",
        ),
        Rule(
            words="stopped stopping stop idle exited",
            pattern=r"\b(?:stopped|stopping|exited|idle)\b.{0,90}(?:\$ ?0\.20|\b(?:double|twice|2x)\b|\b(?:still|keeps?|continue[sd]?|also)\b.{0,30}\b(?:charg|bill|cost|pay)\w*)"
            r"|(?:\$ ?0\.20(?: ?(?:/|per) ?GB)?|\b(?:double|twice|2x)\b|\b(?:charged?|billed|billing|costs?|pay(?:ing)?)\b).{0,90}\b(?:stopped|while stop|when stop|after (?:i )?stopp)",
            reason="a stopped Pod's disk costs money",
            unless=r"no longer (?:charged|billed)|not (?:charged|billed)|double[- ](?:free|quant|check)",
        ),
    ),
)
