"""What detectors say of one subject, as findings.

Of a fleet most verdicts are "absent", in the same words for many Pods. So a finding is made once
for each thing that is said, and of symptoms that show in logs alone it is told once for all.
"""

from dataclasses import field, replace
from functools import cache
from typing import Final

from rgt_tui.domain.evidence import Reading
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Finding,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.pod import SshRoad
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import show_age
from rgt_tui.facts import unreachable_why

LOG_HOLDS_S: Final = 86400.0
"""What a log shows counts for a day, within one start of the Pod."""
MADE_MAX: Final = 1000
"""Findings that are kept for the next time the same is said."""
_INFO: Final = Severity.INFO
_NOT_IN_LOGS: Final = Absent("its logs show none of it")
Lines = tuple[Said, ...]
Needs = tuple[tuple[type, ...], float]
"""Report types and their greatest age in seconds."""


@dataclass(slots=True)
class Missing:
    """What is missing of a subject; looked at once for all detectors that need the same.

    Attributes:
        until: when evidence that is fresh now will be too old.
        has_road: whether there is a way to the Pod's shell.
    """

    subject: Subject
    until: float = float("inf")
    has_road: bool = field(init=False)

    def __post_init__(self) -> None:
        """Looks whether SSH could read anything."""
        pod = self.subject.pod
        self.has_road = pod is None or pod.ssh_road != SshRoad.NONE

    def of(self, needs: Needs) -> tuple[str, ...]:
        """What is missing of what is needed; empty when all is there and fresh."""
        kinds, max_age_s = needs
        subject = self.subject
        lacks: tuple[str, ...] = ()
        for kind in kinds:
            reading = subject.evidence.readings.get(kind)
            if reading is None:
                reading = subject.account.evidence.reading(kind)
            good = reading.good
            if good is not None and subject.now - good.at <= max_age_s:
                until = min(subject.now, good.at) + max_age_s
                if until < self.until:
                    self.until = until
            elif good is None and reading.failure is None and self.has_road:
                lacks = (*lacks, _never(kind))
            else:
                lacks = (*lacks, self._why(kind, reading))
        return lacks

    def _why(self, kind: type, reading: Reading[object]) -> str:
        subject, failure = self.subject, reading.failure
        name = _called(kind)
        why = f" ({failure.error})" if failure is not None else ""
        if not why and "SSH" in name and subject.pod is not None and not self.has_road:
            why = f" ({unreachable_why(subject.pod, subject.evidence)})"
        age = reading.age(subject.now)
        seen = "never seen" if age is None else f"last seen {show_age(age)} ago"
        return f"{name}: {seen}{why}"


def _called(kind: type) -> str:
    """What to call a report type."""
    return getattr(kind, "called", kind.__name__)


@cache
def _never(kind: type) -> str:
    return f"{_called(kind)}: never seen"


@dataclass(slots=True)
class Asked:
    """A detector that is asked about many subjects.

    Attributes:
        detector: who is asked.
        is_brief: whether verdicts are told without what takes long to tell.
        made: its findings that are not present, by what they say.
        silent: its finding where it listens to logs alone, and they show none of it.
    """

    detector: Detector
    is_brief: bool = False
    made: dict[str | tuple[str, ...], Finding] = field(default_factory=dict)
    silent: Finding = field(init=False)

    def __post_init__(self) -> None:
        """Makes what will be said most often."""
        self.silent = finding_of(self.detector, _NOT_IN_LOGS)

    def finding(self, verdict: Verdict) -> Finding:
        """The finding of a verdict; the same one for the same words, unless it is present."""
        said: str | tuple[str, ...]
        match verdict:
            case Absent(why):
                said = why if isinstance(why, str) else "" if self.is_brief else why()
            case Unknown(missing):
                said = missing
            case Present():
                return finding_of(self.detector, verdict)
        known = self.made.get(said)
        if known is None:
            if len(self.made) >= MADE_MAX:
                self.made.clear()
            if isinstance(said, str):
                verdict = Absent(said)
            known = self.made[said] = finding_of(self.detector, verdict)
        return known


def finding_of(detector: Detector, verdict: Verdict) -> Finding:
    """A verdict ready to be shown."""
    said: tuple[Said, ...] = ()
    missing: tuple[str, ...] = ()
    severity, fix, word = _INFO, detector.fix, "absent"
    match verdict:
        case Present():
            word, said = "present", verdict.evidence
            severity = detector.severity if verdict.severity is None else verdict.severity
            fix = verdict.fix or fix
        case Unknown():
            word, missing = "unknown", verdict.missing
        case Absent():
            said = (Said("rule", why),) if (why := verdict.told) else ()
    return Finding(
        code=detector.code,
        title=detector.title,
        verdict=word,
        severity=severity,
        cause=detector.cause,
        fix=fix,
        source=detector.source,
        evidence=said,
        missing=missing,
    )


def with_logs(
    detector: Detector, subject: Subject, lacks: tuple[str, ...], lines: Lines
) -> Verdict:
    """What a detector says where something is missing, or the logs show something.

    Args:
        detector: who is asked.
        subject: about whom.
        lacks: what is missing of what it needs.
        lines: what the logs show of its symptom.
    """
    if detector.detect is None:
        if lines:
            return Present(lines)
        return Unknown(lacks) if lacks else _NOT_IN_LOGS
    verdict = Unknown(lacks) if lacks else detector.detect(subject)
    return _confirmed(detector, verdict, lines) if lines else verdict


def heard_of(subject: Subject) -> dict[str, Lines]:
    """What the Pod's logs show of each symptom since its present start, newest first, and why."""
    signs = subject.evidence.value(LogSigns)
    if signs is None or not signs.signs or subject.pod is None:
        return {}
    since = max(subject.now - LOG_HOLDS_S, subject.pod.started_at or 0.0)
    told: dict[str, Lines] = {}
    for sign in sorted(signs.signs, key=lambda sign: -sign.at):
        if sign.at >= since:
            lines = f", {sign.count} such lines" if sign.count > 1 else ""
            reading = Said("rule", f"read as: {sign.reason} ({sign.stream} log{lines})")
            line = Said("log", sign.line, sign.at)
            told[sign.code] = (*told.get(sign.code, ()), line, reading)
    return told


def _confirmed(detector: Detector, verdict: Verdict, heard: Lines) -> Verdict:
    """Figures come before text: a log confirms, and speaks alone where figures are missing.

    Where the figures do not cover all that a log can tell, it counts against them too.
    """
    match verdict:
        case Present():
            return replace(verdict, evidence=(*verdict.evidence, *heard))
        case Unknown():
            rest = (Said("rule", f"not confirmed: {'; '.join(verdict.missing)}"),)
            return Present((*heard, *rest), Severity.WARNING)
        case Absent() if detector.log_stands:
            why = verdict.told or "they show none of it"
            return Present((*heard, Said("rule", f"by the figures: {why}")))
        case Absent():
            return verdict
