"""RP48: a write was answered with an error, yet it was done.

Symptom: create answers 500 and the Pod is there; "Unexpected end of JSON input" after a delete;
two Pods of one name. Cause: the answer was lost or malformed after the work. Fix: read back before
trying again; never repeat a create blindly.
Source: public incident notes on the v1 API, 2026 (500 with a whole Pod as its body); npm
@runpod/mcp-server, before 4 (204 read as JSON).
"""

from collections import Counter
from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Scope,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.telling import Rule
from rgt_tui.facts import listed_at

TWINS_S: Final = 180.0
"""Pods of the same specification made so close together are rarely both wanted."""


def _detect(subject: Subject) -> Verdict:
    pods = [pod for pod in subject.account.pods if pod.name.strip() and pod.created_at is not None]
    names = Counter(_order(pod) for pod in pods)
    for order, count in names.items():
        if count < 2:
            continue
        twins = sorted(
            (pod for pod in pods if _order(pod) == order), key=lambda pod: pod.created_at or 0
        )
        apart = (twins[1].created_at or 0) - (twins[0].created_at or 0)
        if apart <= TWINS_S:
            ids = ", ".join(pod.id for pod in twins)
            said = f"{count} Pods called {twins[0].label} with the same image and GPU, made {apart:.0f} s apart: {ids}"
            return Present((Said("api", said, listed_at(subject.account)),))
    return Absent("no two Pods look like one order sent twice")


def _order(pod: Pod) -> tuple[str, str, str | None, int | None]:
    return pod.name, pod.image, pod.gpu_id, pod.gpu_count


DETECTOR = Detector(
    code="RP48",
    title="Order sent twice, or done in spite of an error",
    severity=Severity.WARNING,
    cause=(
        "A create was answered by an error or not at all although it was done, and somebody or a script sent "
        "it again. Creates are not idempotent: each one is a Pod that bills."
    ),
    fix=(
        "List the Pods and compare ids and creation times before doing anything again: rgt-tui pods, rgt-tui journal",
        "Terminate the one that nobody uses, after looking into it: rgt-tui terminate POD --plan",
        "In scripts: after any error of a write, list by name first; retry nothing but 429",
    ),
    source="REST v2 document, 2026-08-18 (creates are not idempotent); public incident notes, 2026",
    scope=Scope.ACCOUNT,
    needs=(PodList,),
    detect=_detect,
    strings=(
        ("POST /v1/pods returned HTTP 500 while nonetheless creating Pod", "REST v1, 2026"),
        ("Unexpected end of JSON input", "JavaScript clients reading a 204"),
    ),
    text=(
        Rule(
            words="created+anyway",
            pattern=r"\bpod was (?:still |nevertheless )?created anyway\b",
            reason="a create was done in spite of an error",
        ),
        Rule(
            words="500+desiredstatus",
            pattern=r"\b500\b.{0,120}\"desiredStatus\"",
            reason="an error whose body is the Pod that was made",
        ),
        Rule(
            words="500 502 503 504 5xx timeout timed",
            pattern=r"\b(?:HTTP )?(?:50[0234]|5xx|timeouts?|timed out)\b.{0,120}\b(?:but|yet|while|nonetheless|still|anyway|although|even though|was|and the)\b.{0,80}\b(?:creat\w+|exists?|deploy\w+|(?:was|is) (?:there|running)|terminated|deleted)|\bPOST\b.{0,60}/pods\b.{0,60}\b(?:50[0234]|timed? ?out)\b|\b(?:creat\w+|deploy\w+)\b.{0,60}\b(?:anyway|nonetheless|despite|although|even though|in spite)\b.{0,60}\b(?:50[0234]|error|timeout)",
            reason="a write was answered by an error and done all the same",
            unless=r"proxy\.runpod\.net",
        ),
        Rule(
            words="unexpected+json",
            pattern=r"Unexpected end of JSON input",
            reason="a client took an empty answer for an error",
            even_quoted=True,
        ),
        Rule(
            words="duplicate duplicates duplicated twice two+pods second+pod",
            pattern=r"\b(?:duplicate[ds]?|two|second)\b.{0,30}\bpods?\b.{0,60}\b(?:created|running|same name|retry|billed|leak\w*)|\bpods?\b.{0,40}\b(?:created|deployed|ordered) twice\b|\bretr(?:y|ied)\b.{0,60}\b(?:second|duplicate|another) pod",
            reason="an order was carried out twice",
        ),
        Rule(
            words="nonetheless ambiguous unknown",
            pattern=r"\b(?:create|write|terminate|delete)\b.{0,40}\b(?:ambiguous|outcome (?:is )?unknown)|\bambiguous (?:write|create)",
            reason="nobody knows whether a write was done",
        ),
    ),
)
