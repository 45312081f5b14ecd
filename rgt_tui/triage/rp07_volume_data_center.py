"""RP7: a network volume ties its Pods to one data center, and that one has no free GPU.

Symptom: every create fails as long as the volume is attached, the same type is free elsewhere.
Cause: a network volume lies in one data center and cannot move. Fix: another GPU type there, or
copy the data through the S3 endpoint to a volume where GPUs are.
Source: RunPod documentation, network volumes and S3 API, read 2026-08-20; a public control
experiment of 2026 (pinned creates failed, an unpinned one worked).
"""

import re
from typing import Final

from rgt_tui.domain.catalog import DataCenterList
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
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.facts import mounted_volumes

_SCARCE: Final = ("NONE", "LOW")
_REFUSED: Final = re.compile(
    r"no longer any instances available|no instances (?:are )?(?:currently )?available|not (?:have the )?resources to deploy"
    r"|no (?:gpu )?capacity|insufficient capacity|out of stock",
    re.IGNORECASE,
)
_PINNED: Final = re.compile(
    r'"?networkVolume(?:s|Id)?"?\s*[:=]\s*["\[{]|network[- ]volume|volume.?id|dataCenter(?:Id|Ids)?"?\s*[:=]',
    re.IGNORECASE,
)


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    seen = subject.seen(DataCenterList)
    volume = next(iter(mounted_volumes(pod, subject.account)), None)
    if volume is None or volume.data_center is None:
        return Unknown(("the data center of its network volume",))
    centers = {center.id: center for center in seen.value.data_centers}
    home = centers.get(volume.data_center)
    if home is None or pod.gpu_id is None or not home.gpus:
        return Unknown((f"how many {pod.gpu_id} are free in {volume.data_center}",))
    level = home.gpus.get(pod.gpu_id, "NONE")
    elsewhere = sorted(
        center.id
        for center in centers.values()
        if center.id != home.id and center.gpus.get(pod.gpu_id, "NONE") not in _SCARCE
    )
    if level not in (_SCARCE if pod.is_stopped else ("NONE",)):
        return Absent(f"{pod.gpu_id} is to be had in {home.id}: {level}")
    said = f"its volume {volume.name} ties it to {home.id}, where {pod.gpu_id} is {level}"
    free = f"free in {', '.join(elsewhere[:4])}" if elsewhere else "nowhere else free either"
    severity = Severity.WARNING if pod.is_stopped else Severity.INFO
    return Present(
        (Said("api", said, seen.at), Said("api", f"{pod.gpu_id}: {free}", seen.at)), severity
    )


def _refused_beside_a_volume(page: Page) -> str | None:
    if _REFUSED.search(page.line) and (_PINNED.search(page.line) or page.saw(_PINNED, 8)):
        return "a create that is tied to a volume's data center found no GPU"
    return None


DETECTOR = Detector(
    code="RP7",
    title="Network volume ties Pods to a full data center",
    severity=Severity.WARNING,
    cause=(
        "A network volume lies in one data center for ever. A Pod that mounts it can only run there, and "
        "create or start fails while that place has no free GPU of the type."
    ),
    fix=(
        "Try the other GPU types of the same data center: rgt-tui whatif VOLUME, or the catalogue in the web console",
        "Make sure it is the place: a create without volume and data center that works proves it",
        (
            "Copy the data to a volume elsewhere through the S3 endpoints (15 data centers as of 2026-08), by key, "
            "and verify sizes before deleting anything"
        ),
        "For the next volume choose a data center by what it has: HIGH_PERFORMANCE storage is not everywhere",
    ),
    source="RunPod documentation, network volumes and S3 API, read 2026-08-20",
    needs=(DataCenterList,),
    max_age_s=1800.0,
    applies=lambda subject: (
        subject.pod is not None
        and bool(subject.pod.network_mounts)
        and subject.pod.gpu_id is not None
    ),
    detect=_detect,
    strings=(
        (
            "networkVolumeId=agv6w2qcg7: There are no instances currently available",
            "REST v2 create with a network volume, 2026",
        ),
    ),
    outdated=(
        (
            "HIGH_PERFORMANCE costs $0.14 per GB and month",
            "no longer published: the price varies by data center and is in the web console (pricing page, 2026-08-20)",
        ),
        (
            "a network volume can be attached later",
            "no: at creation only, never detached; deleting the Pod is what detaches it (documentation of 2026-08-20)",
        ),
    ),
    text=(
        Rule(
            words="instances capacity resources stock",
            tells=_refused_beside_a_volume,
        ),
        Rule(
            words="volume volumes datacenter datacenters",
            pattern=r"\b(?:pinned|locked|tied|bound|restricted|limited|constrained|stuck)\b.{0,40}\b(?:to|in|with)\b.{0,50}\b(?:volume|data ?cent(?:er|re)|region)"
            r"|\bvolume\b.{0,60}\b(?:data ?cent(?:er|re)s?|region)\b.{0,60}\b(?:fail\w*|no (?:gpu|instance|capacity|free)|unavailable|not available|full|locked|empty|out of)\b"
            r"|\b(?:data ?cent(?:er|re)s?|region)\b.{0,60}\b(?:of|with|where|as) (?:the |your |my |its |our )?(?:network )?volume\b.{0,80}\b(?:fail\w*|no |none|unavailable|not available|full|out of)"
            r"|\b(?:no|none of the) (?:\S+ ){0,3}(?:gpus?|instances?|capacity)\b.{0,60}\b(?:data ?cent(?:er|re)|region)\b.{0,60}\bvolume\b"
            r"|\bunconstrained\b.{0,60}\bno data ?cent(?:er|re)|\bvolume\b.{0,60}\b(?:cannot|can't|not) (?:be )?(?:move|moved|attached?|used?|mount\w*)\b.{0,40}\b(?:data ?cent(?:er|re)|region)",
            reason="a network volume ties Pods to one data center",
            unless=r"\bsame data ?cent(?:er|re) as\b.{0,30}\bgood\b",
        ),
        Rule(
            words="volume+eu volume+us volume+eur volume+ca volume+ap volume+oc",
            pattern=r"\b(?:no|none|not any|0|zero|out of)\b.{0,50}\b(?:gpus?|instances?|capacity|stock|available|availability|h100\w*|a100\w*|4090|5090|h200|b200|l40s?)\b.{0,60}\b(?:EU|US|EUR|CA|AP|OC)-[A-Z]{2,3}-\d\b.{0,120}\bvolume"
            r"|\bvolume\b.{0,120}\b(?:EU|US|EUR|CA|AP|OC)-[A-Z]{2,3}-\d\b.{0,100}\b(?:no|none|zero|0|unavailable|out of|fail\w*)\b",
            reason="the data center of the volume has no free GPU",
        ),
    ),
)
