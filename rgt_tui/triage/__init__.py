"""Symptoms: one file a symptom. Evidence in, findings out; nothing here reads or draws.

`examine` asks every detector about every Pod and about the account. A detector that lacks fresh
evidence is not asked: its finding is `unknown` and says what is missing. `classify` asks the
same detectors about lines of text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType, ModuleType

from rgt_tui import specs
from rgt_tui.domain.account import Account
from rgt_tui.domain.evidence import Reading
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Finding,
    Present,
    Said,
    Scope,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.units import PodId, show_age
from rgt_tui.facts import unreachable_why

Findings = Mapping[PodId | None, tuple[Finding, ...]]
"""Findings of each Pod, and those of the account under None; worst first."""


@cache
def all_detectors() -> tuple[Detector, ...]:
    """Every detector, by file name."""
    return specs.find_specs(_family(), "DETECTOR", Detector)


def examine(account: Account, now: float) -> Findings:
    """What all detectors say of an account and its Pods, absent verdicts included.

    Args:
        account: everything known.
        now: Unix seconds of the session's clock.
    """
    found: dict[PodId | None, tuple[Finding, ...]] = {
        pod.id: _findings(
            Scope.POD, Subject(account=account, pod=pod, evidence=account.about(pod.id), now=now)
        )
        for pod in account.pods
    }
    everything = Subject(account=account, pod=None, evidence=account.evidence, now=now)
    found[None] = _findings(Scope.ACCOUNT, everything)
    return MappingProxyType(found)


def open_findings(findings: Findings) -> Findings:
    """The findings that are present or unknown."""
    return MappingProxyType(
        {key: tuple(f for f in values if f.verdict != "absent") for key, values in findings.items()}
    )


def classify(lines: Iterable[str], now: float) -> Iterator[Finding]:
    """A finding for each symptom that the lines show, at its first line; lines are cleaned.

    Args:
        lines: of a log or an error message; read once, as a stream.
        now: Unix seconds, the time of the reading.
    """
    waiting = {detector.code: detector for detector in all_detectors()}
    for line in lines:
        for detector in tuple(waiting.values()):
            reason = detector.said_in_text(line)
            if reason is not None:
                del waiting[detector.code]
                found = _finding(detector, Present((Said("text", line.strip(), now),)))
                yield replace(found, cause=f"Read as: {reason}. {found.cause}")


def _findings(scope: Scope, subject: Subject) -> tuple[Finding, ...]:
    asked = (detector for detector in all_detectors() if detector.scope is scope)
    verdicts = ((detector, _verdict(detector, subject)) for detector in asked)
    found = (_finding(detector, verdict) for detector, verdict in verdicts if verdict is not None)
    return tuple(sorted(found, key=lambda finding: (not finding.is_present, -finding.severity)))


def _verdict(detector: Detector, subject: Subject) -> Verdict | None:
    """What one detector says, None when its symptom cannot exist for the subject."""
    try:
        if not detector.applies(subject):
            return None
        missing = tuple(
            why for kind in detector.needs if (why := _missing(kind, detector, subject))
        )
        return Unknown(missing) if missing else detector.detect(subject)
    except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
        return Unknown((f"an internal error of this check: {type(error).__name__}",))


def _missing(kind: type, detector: Detector, subject: Subject) -> str | None:
    """What is missing of one report type, None when it is there and fresh."""
    reading: Reading[object] = subject.evidence.reading(kind)
    if reading.good is None and reading.failure is None:
        reading = subject.account.evidence.reading(kind)
    name = getattr(kind, "called", kind.__name__)
    why = f" ({reading.failure.error})" if reading.failure is not None else ""
    if not why and subject.pod is not None and subject.pod.ssh_direct is None:
        why = f" ({unreachable_why(subject.pod, subject.evidence)})"
    age = reading.age(subject.now)
    if age is None:
        return f"{name}: never seen{why}"
    if age > detector.max_age_s:
        return f"{name}: last seen {show_age(age)} ago{why}"
    return None


def _finding(detector: Detector, verdict: Verdict) -> Finding:
    said: tuple[Said, ...] = ()
    missing: tuple[str, ...] = ()
    severity, fix = Severity.INFO, detector.fix
    match verdict:
        case Present():
            word, said = "present", verdict.evidence
            severity = detector.severity if verdict.severity is None else verdict.severity
            fix = verdict.fix or fix
        case Unknown():
            word, missing = "unknown", verdict.missing
        case Absent():
            word = "absent"
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


def _family() -> ModuleType:
    import rgt_tui.triage as family  # the package itself, complete only once it is imported

    return family
