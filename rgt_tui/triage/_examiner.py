"""Asks the detectors about an account, and asks again only where the answer can be another one.

What a detector says of a Pod depends on the Pod, on what was read about it, on a few things of
the account, and on time: evidence grows too old, and some verdicts wait for a moment to come. So
the findings of a Pod are kept until one of those changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.evidence import Evidence, Reading
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Finding,
    Findings,
    Present,
    Said,
    Scope,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId, show_age, show_duration
from rgt_tui.domain.volume import VolumeList
from rgt_tui.facts import unreachable_why

AGAIN_S: Final = 30.0
"""Verdicts that wait for a moment to come are asked for again after so many seconds."""
LOG_HOLDS_S: Final = 86400.0
"""What a log shows counts for a day, within one start of the Pod."""
_SHARED: Final = (VolumeList, DataCenterList)
"""What of the account the verdicts about Pods look at, besides the Pod list."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The findings of one subject, and what they hold for."""

    pod: Pod | None
    evidence: Evidence
    shared: tuple[object, ...]
    until: float
    findings: tuple[Finding, ...]

    def holds(self, pod: Pod | None, evidence: Evidence, shared: tuple[object, ...]) -> bool:
        """Whether they were drawn from these very things."""
        same = self.pod is pod and self.evidence is evidence
        return same and all(a is b for a, b in zip(self.shared, shared, strict=True))


@dataclass(slots=True)
class Examiner:
    """Keeps what it found, for the next time.

    Attributes:
        detectors: who are asked.
        asked: how many subjects were examined anew so far.
    """

    detectors: Sequence[Detector]
    asked: int = 0
    _kept: dict[PodId | None, _Kept] = field(default_factory=dict)

    def examine(self, account: Account, now: float) -> Findings:
        """What all detectors say of an account and its Pods, absent verdicts included.

        Args:
            account: everything known.
            now: Unix seconds of the session's clock.
        """
        shared = tuple(account.evidence.value(kind) for kind in _SHARED)
        kept: dict[PodId | None, _Kept] = {}
        for pod in account.pods:
            before, evidence = self._kept.get(pod.id), account.about(pod.id)
            if before is None or now >= before.until or not before.holds(pod, evidence, shared):
                subject = Subject(account=account, pod=pod, evidence=evidence, now=now)
                before = self._anew(Scope.POD, subject, shared)
            kept[pod.id] = before
        whole = self._kept.get(None)
        everything = account.evidence
        if whole is None or now >= whole.until or not whole.holds(None, everything, (account,)):
            subject = Subject(account=account, pod=None, evidence=everything, now=now)
            whole = self._anew(Scope.ACCOUNT, subject, (account,))
        kept[None] = whole
        self._kept = kept
        return MappingProxyType({key: value.findings for key, value in kept.items()})

    def _anew(self, scope: Scope, subject: Subject, shared: tuple[object, ...]) -> _Kept:
        self.asked += 1
        asked = (detector for detector in self.detectors if detector.scope is scope)
        missing = _Missing(subject)
        found = [
            finding_of(detector, verdict)
            for detector in asked
            if (verdict := _verdict(detector, subject, missing)) is not None
        ]
        found.sort(key=lambda finding: (not finding.is_present, -finding.severity))
        until = min(missing.until, subject.now + AGAIN_S)
        return _Kept(subject.pod, subject.evidence, shared, until, tuple(found))


@dataclass(slots=True)
class _Missing:
    """Says what is missing of a subject; asks for each report type and age once.

    Attributes:
        until: when evidence that is fresh now will be too old.
    """

    subject: Subject
    until: float = float("inf")
    _said: dict[tuple[type, float], str | None] = field(default_factory=dict)

    def of(self, kind: type, max_age_s: float) -> str | None:
        """What is missing of one report type, None when it is there and fresh."""
        key = (kind, max_age_s)
        if key not in self._said:
            self._said[key] = self._look(kind, max_age_s)
        return self._said[key]

    def _look(self, kind: type, max_age_s: float) -> str | None:
        subject = self.subject
        reading: Reading[object] = subject.evidence.reading(kind)
        if reading.good is None and reading.failure is None:
            reading = subject.account.evidence.reading(kind)
        age = reading.age(subject.now)
        if age is not None and age <= max_age_s:
            self.until = min(self.until, subject.now - age + max_age_s)
            return None
        name = getattr(kind, "called", kind.__name__)
        why = f" ({reading.failure.error})" if reading.failure is not None else ""
        if not why and "SSH" in name and subject.pod is not None and not subject.pod.ssh_direct:
            why = f" ({unreachable_why(subject.pod, subject.evidence)})"
        seen = "never seen" if age is None else f"last seen {show_age(age)} ago"
        return f"{name}: {seen}{why}"


def finding_of(detector: Detector, verdict: Verdict) -> Finding:
    """A verdict ready to be shown."""
    said: tuple[Said, ...] = ()
    missing: tuple[str, ...] = ()
    severity, fix, word = Severity.INFO, detector.fix, "absent"
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


def _verdict(detector: Detector, subject: Subject, missing: _Missing) -> Verdict | None:
    """What one detector says, None when its symptom cannot exist for the subject."""
    try:
        if not detector.applies(subject) or _has_no_logs(detector, subject):
            return None
        lacks = tuple(
            why for kind in detector.needs if (why := missing.of(kind, detector.max_age_s))
        )
        heard = _heard(detector.code, subject)
        if detector.detect is None:
            return _by_logs(heard, lacks)
        verdict = Unknown(lacks) if lacks else detector.detect(subject)
    except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
        return Unknown((f"an internal error of this check: {type(error).__name__}",))
    return _with_logs(verdict, heard)


def _has_no_logs(detector: Detector, subject: Subject) -> bool:
    """Whether a symptom that shows in logs alone is asked of a Pod without a container."""
    pod = subject.pod
    return detector.detect is None and pod is not None and not pod.is_alive


def _heard(code: str, subject: Subject) -> tuple[Said, ...]:
    """What the Pod's logs show of a symptom since its present start, newest first."""
    signs = subject.evidence.value(LogSigns)
    if signs is None or not signs.signs or subject.pod is None:
        return ()
    since = max(subject.now - LOG_HOLDS_S, subject.pod.started_at or 0.0)
    return tuple(Said("log", sign.line, sign.at) for sign in signs.of(code) if sign.at >= since)


def _by_logs(heard: tuple[Said, ...], lacks: tuple[str, ...]) -> Verdict:
    if heard:
        return Present(heard)
    return Unknown(lacks) if lacks else Absent("its logs show none of it")


def _with_logs(verdict: Verdict, heard: tuple[Said, ...]) -> Verdict:
    """Figures come before text: a log confirms, and speaks alone only where figures are missing."""
    if not heard:
        return verdict
    match verdict:
        case Present():
            return replace(verdict, evidence=(*verdict.evidence, *heard))
        case Unknown():
            rest = (Said("rule", f"not confirmed: {'; '.join(verdict.missing)}"),)
            return Present((*heard, *rest), Severity.WARNING)
        case Absent():
            return verdict


_CLEAR_AFTER_S: Final = 30.0
_HELD_S: Final = 900.0


@dataclass(slots=True)
class Standing:
    """Keeps raised symptoms up until they have been gone for a while.

    A figure that swings around its limit must not raise and clear the same symptom all the time,
    and evidence that is no longer read says nothing about what it showed. So a symptom is cleared
    when it was absent for half a minute; one that can no longer be told stays up for a quarter of
    an hour, and says that it is not confirmed.
    """

    _up: dict[tuple[PodId | None, str], Finding] = field(default_factory=dict)
    _gone_since: dict[tuple[PodId | None, str], float] = field(default_factory=dict)

    def after(self, found: Findings, now: float) -> Findings:
        """The findings with what still stands, each with the time since when it does."""
        return MappingProxyType(
            {
                pod: tuple(sorted(self._of(pod, each, now), key=_worst_first))
                for pod, each in found.items()
            }
        )

    def forget(self, is_known: Callable[[PodId | None], bool]) -> None:
        """Drops what is kept of Pods that are no longer there."""
        for key in [key for key in self._up if not is_known(key[0])]:
            del self._up[key]
            self._gone_since.pop(key, None)

    def _of(self, pod: PodId | None, found: Sequence[Finding], now: float) -> list[Finding]:
        return [self._one((pod, finding.code), finding, now) for finding in found]

    def _one(self, key: tuple[PodId | None, str], finding: Finding, now: float) -> Finding:
        before = self._up.get(key)
        if finding.is_present:
            self._gone_since.pop(key, None)
            since = before.since if before is not None else now
            if before is not None and replace(finding, since=since) == before:
                return before
            self._up[key] = replace(finding, since=since)
            return self._up[key]
        if before is None:
            return finding
        gone = self._gone_since.setdefault(key, now)
        limit = _CLEAR_AFTER_S if finding.verdict == "absent" else _HELD_S
        if now - gone >= limit:
            del self._up[key], self._gone_since[key]
            return finding
        if finding.verdict == "absent":
            return before
        note = f"not confirmed for {show_duration(now - gone)}: {'; '.join(finding.missing)}"
        return replace(before, evidence=(*before.evidence, Said("rule", note)))


def _worst_first(finding: Finding) -> tuple[bool, int]:
    return not finding.is_present, -finding.severity
