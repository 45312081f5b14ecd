"""RP17: RunPod has no machine for what was asked.

Symptom: create or start answers "no longer any instances available" or "does not have the
resources". Cause: the type is rented out where it is asked for; a big container disk, many GPUs
or a CUDA floor shrink the choice further. Fix: a list of fallbacks, fewer conditions.
Source: llm-autoeval#3, dstack#1740, runpod-python#297, runpod/containers smoke tests; REST v2
answers 400 with the reason in `detail` only, 2026-08-18.
"""

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
from rgt_tui.domain.telling import Rule


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    seen = subject.seen(DataCenterList)
    centers = [center for center in seen.value.data_centers if center.gpus]
    if pod.gpu_id is None or not centers:
        return Unknown(("where its GPU type is free",))
    free = {c.id: c.gpus[pod.gpu_id] for c in centers if c.gpus.get(pod.gpu_id, "NONE") != "NONE"}
    if free:
        where = ", ".join(f"{name} {level}" for name, level in sorted(free.items())[:4])
        return Absent(f"{pod.gpu_id} is to be had: {where}")
    said = f"{pod.gpu_id} is free in none of {len(centers)} data centers: a start or a relaunch would fail"
    return Present((Said("api", said, seen.at),))


DETECTOR = Detector(
    code="RP17",
    title="No capacity",
    severity=Severity.WARNING,
    cause=(
        "No machine with free hardware fits the request. Every condition shrinks the choice: one data "
        "center, Secure Cloud only, many GPUs, a big container disk, a CUDA floor."
    ),
    fix=(
        "Try again with fewer conditions: another GPU type or cloud, a smaller container disk, no data center",
        "Keep a list of types that would do, and try them in turn; send gpu.count explicitly",
        "Capacity comes and goes within minutes: wait and retry, at most once a minute",
        "Where a network volume ties you to one place, see RP7",
    ),
    source="REST v2 POST /v2/pods, 400 without a machine-readable code, 2026-08-18; runpod-python#297",
    needs=(DataCenterList,),
    max_age_s=1800.0,
    applies=lambda subject: (
        subject.pod is not None and subject.pod.is_stopped and subject.pod.gpu_id is not None
    ),
    detect=_detect,
    strings=(
        (
            "There are no longer any instances available with the requested specifications. Please refresh and try again.",
            "GraphQL, 2023 to 2026",
        ),
        (
            "This machine does not have the resources to deploy your pod. Please try a different machine",
            "GraphQL, 2023 to 2026",
        ),
        ("create pod: There are no instances currently available", "REST v1 and v2, 2025 to 2026"),
    ),
    outdated=(
        (
            "runpodctl create pod --gpuType",
            "deprecated since runpodctl 2: pod create --gpu-id; and 2.7 still speaks REST v1, which is being retired from 2026-11-15 on",
        ),
    ),
    text=(
        Rule(
            words="enough+disk",
            pattern=r"\b(?:machine|host|node|instance|server)\b.{0,60}\bnot have enough (?:free )?disk space\b|^\W*does not have enough (?:free )?disk space\b",
            reason="no host has room for the disk that was asked for",
        ),
        Rule(
            words="available+gpus available+gpu",
            pattern=r"\bno available gpus? (?:of type|for|in)\b",
            reason="no GPU of that type is free",
        ),
        Rule(
            words="instances instance",
            pattern=r"no longer any instances? available|no instances? (?:are |is )?(?:currently )?available|there are (?:currently )?no (?:available )?instances?\b|instances? (?:is|are) (?:currently |no longer )?(?:unavailable|not available)",
            reason="no machine is free for the request",
        ),
        Rule(
            words="resources",
            pattern=r"does not have the resources to deploy|not (?:have )?enough resources\b|\bResourcesUnavailable(?:Error)?\b|resources? (?:are |is )?(?:currently )?unavailable",
            reason="the chosen machine is too small or taken",
            unless=r"errno 11|temporarily unavailable",
        ),
        Rule(
            words="capacity stock offers supply_constraint supply",
            pattern=r"\b(?:no|out of|insufficient|not enough|without|lack of|zero)\b.{0,30}\b(?:gpu )?(?:capacity|stock)\b|\bcapacity\b.{0,30}\b(?:exhausted|unavailable|not available|exceeded|ran out)|\bno (?:matching |available )?offers\b|\bFAILED_TO_START_DUE_TO_NO_CAPACITY\b|\bSUPPLY_CONSTRAINT\b",
            reason="there is no capacity",
            unless=r"total capacity|battery|memory capacity|\d of capacity",
        ),
        Rule(
            words="disk",
            pattern=r"\b(?:machine|host|server)\b.{0,60}\b(?:not|n't|without|no)\b.{0,20}\benough (?:free )?disk(?: space)?|\bnot (?:have )?enough (?:free )?disk space\b.{0,60}\b(?:machine|host|deploy|rent|pod)",
            reason="no machine has the disk that was asked for",
        ),
        Rule(
            words="unavailable available+no available+not stock sold none+availability",
            pattern=r"\b(?:gpu|gpu type|type|RTX \w+|[ABHL]\d{2,3}\w*)\b.{0,40}\b(?:is |are )?(?:currently |no longer )(?:unavailable|not available|out of stock|sold out)|\bno (?:\S+ ){0,3}gpus? (?:are |is )?(?:currently )?available\b(?!.{0,10}(?:on (?:this|the) (?:machine|host)))|\bavailability\b.{0,20}\bNONE\b",
            reason="the GPU type is not to be had",
            unless=r"torch|cuda (?:is|gpus?)|using cpu|tensorflow|jax",
        ),
    ),
)
