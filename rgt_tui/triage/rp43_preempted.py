"""RP43: the Pod was ended by the service: outbid, reclaimed, or stopped.

Symptom: SIGTERM in the log, then EXITED with nobody acting; `terminated_outbid`. Cause: an
interruptible Pod of the old kind lost its place, or the service stopped it. Fix: resume elsewhere
from the last checkpoint; 5 seconds are all there is.
Source: RunPod FAQ of before 2026-05-06 (spot Pods; removed from the documentation since);
skypilot#5371; GraphQL `lastStatusChange`.
"""

from collections.abc import Iterator
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
from rgt_tui.domain.history import History
from rgt_tui.domain.journal import JournalReport
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_duration
from rgt_tui.facts import said_in_logs

RECENT_S: Final = 3600.0
"""How long a stop that nobody asked for is worth telling."""
_LAST_MINUTES_S: Final = 180.0
"""A request of ours this long before the stop was seen explains it."""


def _detect(subject: Subject) -> Verdict:
    vanished = [
        Said(
            "api",
            f"{left.pod.label} ({left.pod.id}) is no longer listed, since {show_duration(subject.now - left.at)}",
            left.at,
        )
        for left in subject.account.gone.values()
    ]
    said = (*vanished, *_stopped(subject))
    if said:
        return Present(said)
    return Absent("no Pod has vanished or stopped lately without a request from here")


def _stopped(subject: Subject) -> Iterator[Said]:
    """Pods that were seen running, then EXITED, and that nobody here asked to stop; their last words."""
    history = subject.evidence.value(History)
    journal = subject.evidence.value(JournalReport)
    if history is None or journal is None:
        return
    for pod in subject.account.pods:
        since = history.exited_since(pod.id) if pod.is_stopped else None
        if since is None or subject.now - since > RECENT_S:
            continue
        was_running = any(not it.is_stopped and it.until <= since for it in history.of(pod.id))
        ours = any(
            entry.pod == pod.id
            and entry.at is not None
            and 0 <= since - entry.at + 60 <= _LAST_MINUTES_S
            for entry in journal.entries
        )
        if was_running and not ours:
            ago = show_duration(subject.now - since)
            said = f"{pod.label} ({pod.id}) was running and is {pod.status} since {ago}; nobody here asked for it"
            yield Said("api", said, since)
            yield from said_in_logs(pod, subject.account.about(pod.id), "RP43")


def _terminated(page: Page) -> str | None:
    """The shell's last word after a signal; a job that was ended by hand has a number before it."""
    return "the run was ended by SIGTERM" if page.line.strip() == "Terminated" else None


DETECTOR = Detector(
    code="RP43",
    title="Pod ended by somebody else",
    severity=Severity.WARNING,
    cause=(
        "A Pod vanished or was stopped without this console: a colleague or a script did it, the balance ran "
        "out (RP8), or an interruptible Pod of the old kind was outbid. SIGTERM leaves 5 seconds."
    ),
    fix=(
        "See who acted: rgt-tui journal for this console; the audit log in the web console for others",
        "Check the balance (RP8): rgt-tui billing; at $0 Pods are stopped or terminated",
        "Relaunch (rgt-tui relaunch POD) from the last checkpoint; a network volume is still there, a volume disk went with its Pod",
        "Save often and on SIGTERM; do not plan with spot Pods: REST v2 has none (removed from the docs 2026-05-06)",
    ),
    source="RunPod documentation change of 2026-05-06 (spot removed); GraphQL lastStatusChange; skypilot#5371",
    scope=Scope.ACCOUNT,
    needs=(PodList,),
    max_age_s=600.0,
    detect=_detect,
    strings=(
        ('"lastStatusChange":"terminated_outbid"', "GraphQL, interruptible Pods, up to 2026"),
        ("Received signal SIGTERM, stopping", "programs that are asked to end, seen 2026"),
        ("Terminated", "bash 5, after SIGTERM"),
    ),
    outdated=(
        (
            "spot Pods cost half and get SIGTERM 5 seconds before the end",
            "spot is out of the documentation since 2026-05-06; REST v2 can neither create nor recognise it; GraphQL's podType INTERRUPTABLE is what is left",
        ),
    ),
    text=(
        Rule(
            words="outbid terminated_outbid preempted preemption preempt interruptible spot reclaimed evicted",
            pattern=r"\boutbid\b|terminated_outbid|\bpre-?empt(?:ed|ion|ing)\b|\b(?:spot|interruptible)\b.{0,80}\b(?:interrupt\w*|reclaim\w*|terminated|evicted|taken|stopped|killed|lost)\b|\b(?:pod|instance|machine|host)\b.{0,40}\b(?:reclaimed|evicted)\b",
            reason="the Pod was taken back",
            unless=r"scheduler|handler|will (?:save|checkpoint)|\b(?:on|if|upon) preempt|vllm|sequence group|recompute|not preempt|preemption mode",
        ),
        Rule(
            words="sigterm",
            pattern=r"\b(?:received|got|caught|handling|on|exit(?:ed)?(?:ing)? (?:on|by|with)?|by|signal)\b.{0,20}\bSIGTERM\b|\bSIGTERM\b.{0,20}\b(?:received|caught)|Signal(?:Exception)?.{0,40}\bSIGTERM",
            reason="the run was asked to end (SIGTERM)",
            unless=r"handlers? (?:is |are )?(?:installed|registered|set)|nginx|sending sigterm|send sigterm|gunicorn|uvicorn|redis|worker exiting",
        ),
        Rule(
            words="signal",
            pattern=r"(?:received|got) (?:death )?signal:? 15\b|SignalException: .{0,60}signal: 15",
            reason="the run was asked to end (SIGTERM)",
        ),
        Rule(words="terminated", tells=_terminated),
        Rule(
            words="death+signal",
            pattern=r"Received (?:Signals\.)?(?:15|SIGTERM) death signal",
            reason="the run was asked to end (SIGTERM)",
        ),
    ),
)
