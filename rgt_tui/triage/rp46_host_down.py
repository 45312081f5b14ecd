"""RP46: the Pod's host is down or under maintenance.

Symptom: a mail about maintenance, or several Pods of one data center that stop answering at once.
Cause: the host. Nothing of it is in the API. Fix: save data before it; afterwards wait, or
relaunch elsewhere. A host that is unavailable is not charged.
Source: RunPod documentation, maintenance and outages, read 2026-08-20.
"""

from collections import defaultdict
from typing import Final

from rgt_tui.domain.evidence import Reading
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
from rgt_tui.domain.readiness import Answered
from rgt_tui.domain.telling import Rule
from rgt_tui.facts import named, said_in_logs

TOGETHER: Final = 3
"""Pods of one data center that all fell silent: fewer are a coincidence."""
WINDOW_S: Final = 600.0
_SILENT: Final = ("ssh_timeout", "ssh_refused", "ssh_reset", "ssh_lost")


def _detect(subject: Subject) -> Verdict:
    silent: dict[str, list[Pod]] = defaultdict(list)
    talking: set[str] = set()
    for pod in subject.account.pods:
        if not pod.is_running or pod.ssh_direct is None or pod.data_center is None:
            continue
        reading: Reading[Answered] = subject.account.about(pod.id).reading(Answered)
        if (
            reading.failure is not None
            and reading.failure.code in _SILENT
            and reading.good is not None
        ):
            silent[pod.data_center].append(pod)
        elif reading.good is not None and reading.failure is None:
            talking.add(pod.data_center)
    for place, pods in silent.items():
        if len(pods) >= TOGETHER and place not in talking:
            said = f"all Pods of {place} that answered before are silent: {named(pods)}"
            announced = [
                line
                for pod in pods
                for line in said_in_logs(pod, subject.account.about(pod.id), "RP46")
            ]
            return Present((Said("ssh", said, subject.now), *announced))
    return Absent("no data center has fallen silent as a whole")


DETECTOR = Detector(
    code="RP46",
    title="Host or data center down",
    severity=Severity.CRITICAL,
    cause=(
        "The machine under the Pod is down or under maintenance. The API does not say so (the announcement is "
        "a mail); what shows is that Pods which answered before fall silent together."
    ),
    fix=(
        "Look at RunPod's status page and your mail for a maintenance window",
        "Before a window: save what is on container and volume disks: rgt-tui pull POD --to DIR",
        "During an outage: wait; an unavailable host is not charged. What cannot wait: rgt-tui relaunch POD",
    ),
    source="RunPod documentation, maintenance and outages, read 2026-08-20",
    scope=Scope.ACCOUNT,
    needs=(PodList,),
    detect=_detect,
    strings=(
        (
            "Scheduled maintenance: the machine hosting your pod will be unavailable.",
            "RunPod's mail and web console, 2026",
        ),
    ),
    outdated=(
        (
            "a Pod on a host under maintenance is billed",
            "an unavailable host is not charged, nor is planned maintenance (billing page, 2026-08-20)",
        ),
    ),
    text=(
        Rule(
            words="critical+machine",
            pattern=r"critical error on this machine\b",
            reason="RunPod says that the host has failed",
        ),
        Rule(
            words="maintenance maintenancestart maintenanceend",
            pattern=r"\b(?:scheduled|planned|emergency|upcoming|host|machine|server|under|for) maintenance\b|\bmaintenance\b.{0,80}\b(?:pod|host|machine|server|window|scheduled|unavailable|gpu)|\"maintenance(?:Start|End)\"\s*:\s*\"\d",
            reason="the host is or will be under maintenance",
            unless=r"maintenance mode (?:off|disabled)|no maintenance|autovacuum",
        ),
        Rule(
            words="down offline unavailable unreachable dead crashed rebooted unresponsive failure+host failure+hardware fault+hardware issue+hardware crash+host lost+host lost+machine lost+node failed+host outage+host",
            pattern=r"\b(?:host|machine|server|node)(?: machine)?\b(?: (?:hosting|of|for|running) (?:your|the|this|my) pod)?.{0,30}\b(?:is |was |has |went |currently |gone |been )+(?:down|offline|unavailable|unreachable|dead|crashed|rebooted|unresponsive|failed|under maintenance)\b|\blost (?:contact|connection) (?:with|to) (?:the )?(?:host|machine|node)\b|\bhost (?:machine )?(?:failure|outage|crash|down)\b|\bhardware (?:failure|fault|issue)\b.{0,60}\b(?:host|machine|server|pod)",
            reason="the host is down",
            unless=r"redis|postgres|mysql|elasticsearch|download|hugging|license server|ssh: connect|resolve host",
        ),
        Rule(
            words="outage",
            pattern=r"\b(?:runpod|data ?cent(?:er|re)|region|network|power|[A-Z]{2,3}-[A-Z]{2,3}-\d)\b.{0,60}\boutage\b|\boutage\b.{0,60}\b(?:runpod|data ?cent(?:er|re)|region|host)",
            reason="there is an outage",
        ),
    ),
)
