"""What detectors say of one subject, as findings.

Of a fleet most verdicts are "absent", in the same words for many Pods. So a finding is made once
for each thing that is said, and of symptoms that show in logs alone it is told once for all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
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
from rgt_tui.domain.units import show_age
from rgt_tui.facts import unreachable_why

LOG_HOLDS_S: Final = 86400.0
"""What a log shows counts for a day, within one start of the Pod."""
_MADE_MAX: Final = 1000
"""Findings that are kept for the next time the same is said."""
_INFO: Final = Severity.INFO
_NOT_IN_LOGS: Final = Absent("its logs show none of it")
_Heard = tuple[Said, ...]


@dataclass(slots=True)
class Missing:
    """What is missing of a subject; looked at once for all detectors that need the same.

    Attributes:
        until: when evidence that is fresh now will be too old.
        said: what is missing, by the number of what is needed.
    """

    subject: Subject
    until: float = float("inf")
    said: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def of(self, asked: "Asked") -> tuple[str, ...]:
        """What is missing of what a detector needs; empty when all is there and fresh."""
        detector = asked.detector
        each = [self._look(kind, detector.max_age_s) for kind in detector.needs]
        lacks = self.said[asked.needs] = tuple([why for why in each if why])
        return lacks

    def _look(self, kind: type, max_age_s: float) -> str | None:
        subject = self.subject
        reading: Reading[object] = subject.evidence.reading(kind)
        if reading.good is None and reading.failure is None:
            reading = subject.account.evidence.reading(kind)
        now = subject.now
        if reading.good is not None and now - reading.good.at <= max_age_s:
            self.until = min(self.until, min(now, reading.good.at) + max_age_s)
            return None
        age = reading.age(now)
        name = getattr(kind, "called", kind.__name__)
        why = f" ({reading.failure.error})" if reading.failure is not None else ""
        if not why and "SSH" in name and subject.pod is not None and subject.pod.ssh_road == "none":
            why = f" ({unreachable_why(subject.pod, subject.evidence)})"
        seen = "never seen" if age is None else f"last seen {show_age(age)} ago"
        return f"{name}: {seen}{why}"


@dataclass(slots=True)
class Asked:
    """A detector that is asked about many subjects.

    Attributes:
        detector: who is asked.
        needs: a number for what it needs, the same for all that need the same.
        made: its findings that are not present, by what they say.
        silent: its finding where it listens to logs alone, and they show none of it.
    """

    detector: Detector
    needs: int
    made: dict[str | tuple[str, ...], Finding] = field(default_factory=dict)
    silent: Finding = field(init=False)

    def __post_init__(self) -> None:
        """Makes what will be said most often."""
        self.silent = finding_of(self.detector, _NOT_IN_LOGS)

    def finding(self, verdict: Verdict) -> Finding:
        """The finding of a verdict; the same one for the same words, unless it is present."""
        if isinstance(verdict, Present):
            return finding_of(self.detector, verdict)
        said = verdict.why if isinstance(verdict, Absent) else verdict.missing
        known = self.made.get(said)
        if known is None:
            if len(self.made) >= _MADE_MAX:
                self.made.clear()
            known = self.made[said] = finding_of(self.detector, verdict)
        return known


def asked_of(detectors: Iterable[Detector]) -> tuple[Asked, ...]:
    """Detectors ready to be asked."""
    numbers: dict[tuple[tuple[type, ...], float], int] = {}
    return tuple(
        Asked(d, numbers.setdefault((d.needs, d.max_age_s), len(numbers))) for d in detectors
    )


def findings_of(
    everybody: Sequence[Asked], subject: Subject, missing: Missing
) -> tuple[Finding, ...]:
    """What detectors say of a subject: the present findings first, the worst first of them.

    One whose symptom cannot exist for the subject says nothing.
    """
    heard = _heard(subject)
    has_logs = subject.pod is None or subject.pod.is_alive
    found: list[Finding] = []
    present: list[Finding] = []
    for asked in everybody:
        detector = asked.detector
        try:
            if not detector.applies(subject):
                continue
            if detector.detect is None and not has_logs:  # without a container there are none
                continue
            lacks = missing.said.get(asked.needs)
            if lacks is None:
                lacks = missing.of(asked)
            if lacks and not heard and (known := asked.made.get(lacks)) is not None:
                found.append(known)
                continue
            if not heard and not lacks:
                if detector.detect is None:
                    found.append(asked.silent)
                    continue
                verdict = detector.detect(subject)
            else:
                verdict = _verdict(detector, subject, lacks, heard.get(detector.code, ()))
        except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
            verdict = Unknown((f"an internal error of this check: {type(error).__name__}",))
        finding = asked.finding(verdict)
        (present if finding.verdict == "present" else found).append(finding)
    present.sort(key=lambda finding: -finding.severity)
    return (*present, *found)


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
            said = (Said("rule", verdict.why),) if verdict.why else ()
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


def _verdict(
    detector: Detector, subject: Subject, lacks: tuple[str, ...], lines: _Heard
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
    return _with_logs(detector, verdict, lines) if lines else verdict


def _heard(subject: Subject) -> dict[str, _Heard]:
    """What the Pod's logs show of each symptom since its present start, newest first, and why."""
    signs = subject.evidence.value(LogSigns)
    if signs is None or not signs.signs or subject.pod is None:
        return {}
    since = max(subject.now - LOG_HOLDS_S, subject.pod.started_at or 0.0)
    told: dict[str, _Heard] = {}
    for sign in sorted(signs.signs, key=lambda sign: -sign.at):
        if sign.at >= since:
            lines = f", {sign.count} such lines" if sign.count > 1 else ""
            reading = Said("rule", f"read as: {sign.reason} ({sign.stream} log{lines})")
            line = Said("log", sign.line, sign.at)
            told[sign.code] = (*told.get(sign.code, ()), line, reading)
    return told


def _with_logs(detector: Detector, verdict: Verdict, heard: _Heard) -> Verdict:
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
            why = verdict.why or "they show none of it"
            return Present((*heard, Said("rule", f"by the figures: {why}")))
        case Absent():
            return verdict
