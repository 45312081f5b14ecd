"""What detectors say of one subject, as findings.

Of a fleet most verdicts are "absent", in the same words for many Pods. So a finding is made once
for each thing that is said, and of symptoms that show in logs alone it is told once for all.
"""

from collections.abc import Mapping
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
_ABSENT: Final = Absent()
_NOT_IN_LOGS: Final = Absent("its logs show none of it")
Lines = tuple[Said, ...]
_Lack = tuple[str, float]
"""What is missing of a report type, and the greatest age it was asked for in vain, in seconds."""
Lacks = tuple[frozenset[type], tuple[_Lack | None, ...]]
"""What was never read; and of each other need what is missing, None where nothing is."""
_ALL: Final = float("inf")
_NONE: Final = frozenset[type]()
_UNREAD: Final[Reading[object]] = Reading()


@dataclass(slots=True)
class Needs:
    """What some detectors need.

    Attributes:
        limits: the greatest ages a report type is needed at, in seconds, ascending.
        kinds: the report types.
        rest: by report types that were never read, the other ones with their strictest limit.
    """

    limits: Mapping[type, tuple[float, ...]]
    kinds: frozenset[type] = field(init=False)
    rest: dict[frozenset[type], tuple[tuple[type, float], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Names the report types."""
        self.kinds = frozenset(self.limits)

    def without(self, unread: frozenset[type]) -> tuple[tuple[type, float], ...]:
        """The report types that were read, with their strictest limits."""
        known = self.rest.get(unread)
        if known is None:
            read = [kind for kind in self.limits if kind not in unread]
            known = self.rest[unread] = tuple((kind, self.limits[kind][0]) for kind in read)
        return known

    def lacking(self, lacks: Lacks) -> dict[type, _Lack]:
        """What is missing, by report type."""
        unread, others = lacks
        found = {kind: _never(kind) for kind in unread}
        for (kind, _), lack in zip(self.without(unread), others, strict=True):
            if lack is not None:
                found[kind] = lack
        return found


@dataclass(slots=True)
class Missing:
    """What is missing of a subject; each report type is looked at once for all who need it.

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

    def of(self, needs: Needs) -> Lacks:
        """What is missing of what is needed."""
        subject, lacks = self.subject, list[_Lack | None]()
        now, shared = subject.now, subject.account.evidence.readings
        readings = subject.evidence.readings
        unread = needs.kinds.difference(readings, shared) if self.has_road else _NONE
        for kind, strictest in needs.without(unread):
            reading = readings.get(kind) or shared.get(kind) or _UNREAD
            good = reading.good
            if good is not None and now - good.at <= strictest:
                if good.at + strictest < self.until:
                    self.until = good.at + strictest
                lacks.append(None)
            else:
                lacks.append(self._stale(kind, reading, needs.limits[kind]))
        return unread, tuple(lacks)

    def _stale(self, kind: type, reading: Reading[object], limits: tuple[float, ...]) -> _Lack:
        """Of what is not fresh enough for all: for whom it is not, and why."""
        good, missed = reading.good, _ALL
        if good is not None:
            now = self.subject.now
            met = next((limit for limit in limits if now - good.at <= limit), None)
            if met is not None:
                self.until = min(self.until, good.at + met)
                missed = max(limit for limit in limits if limit < met)
        elif reading.failure is None and self.has_road:
            return _never(kind)
        return self._why(kind, reading), missed

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
def _never(kind: type) -> _Lack:
    return f"{_called(kind)}: never seen", _ALL


@dataclass(slots=True)
class Asked:
    """A detector that is asked about many subjects.

    Attributes:
        detector: who is asked.
        is_brief: whether verdicts are told without what takes long to tell.
        made: its findings that are not present, by what they say.
        brief: its finding of what is absent, where telling why would take long.
        silent: its finding where it listens to logs alone, and they show none of it.
        said, told: its last verdict that is not present, and the finding of that: many detectors
            say one and the same object of most Pods.
    """

    detector: Detector
    is_brief: bool = False
    made: dict[str | tuple[str, ...], Finding] = field(default_factory=dict)
    silent: Finding = field(init=False)
    brief: Finding = field(init=False)
    said: Verdict | None = None
    told: Finding = field(init=False)

    def __post_init__(self) -> None:
        """Makes what will be said most often."""
        self.silent = self.told = finding_of(self.detector, _NOT_IN_LOGS)
        self.brief = finding_of(self.detector, _ABSENT)

    def finding(self, verdict: Verdict, subject: Subject) -> Finding:
        """The finding of a verdict; the same one for the same words, unless it is present."""
        match verdict:
            case Present():
                return finding_of(self.detector, verdict)
            case Unknown():
                found = self.unknown(verdict.missing)
            case Absent() if isinstance(verdict.why, str):
                found = self._saying(verdict.why, verdict)
            case Absent() if self.is_brief:
                found = self.brief
            case Absent():  # the same verdict says something else of the next subject
                why = verdict.told(subject)
                return self._saying(why, Absent(why))
        self.said, self.told = verdict, found
        return found

    def unknown(self, missing: tuple[str, ...]) -> Finding:
        """The finding that cannot be told for want of something."""
        return self._saying(missing, Unknown(missing))

    def _saying(self, words: str | tuple[str, ...], verdict: Verdict) -> Finding:
        known = self.made.get(words)
        if known is None:
            if len(self.made) >= MADE_MAX:
                self.made.clear()
            known = self.made[words] = finding_of(self.detector, verdict)
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
            said = (Said("rule", str(verdict.why)),) if verdict.why else ()
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


def is_told_by_logs(detector: Detector) -> bool:
    """Whether a detector has nothing to say where the logs show nothing."""
    return detector.detect is None or detector.adds_to_logs


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
    if not lines and not lacks and is_told_by_logs(detector):
        return _NOT_IN_LOGS
    if detector.detect is None:
        return Present(lines) if lines else Unknown(lacks)
    verdict = Unknown(lacks) if lacks else detector.detect(subject)
    return _confirmed(detector, verdict, lines, subject) if lines else verdict


def heard_of(subject: Subject) -> dict[str, Lines]:
    """What the Pod's logs show of each symptom since its present start, newest first, and why.

    Of the account it is what the logs of any Pod show, with the Pod's name before each line.
    """
    if subject.pod is not None:
        signs = subject.evidence.value(LogSigns)
        whose = [("", subject.pod, signs)] if signs is not None and signs.signs else []
    else:
        pods = subject.account.pods
        logs = ((pod, subject.account.about(pod.id).value(LogSigns)) for pod in pods)
        whose = [(f"{pod.label}: ", pod, signs) for pod, signs in logs if signs is not None]
    known = [
        (sign, name)
        for name, pod, signs in whose
        for sign in signs.signs
        if sign.at >= max(subject.now - LOG_HOLDS_S, pod.started_at or 0.0)
    ]
    told: dict[str, Lines] = {}
    for sign, name in sorted(known, key=lambda each: -each[0].at):
        lines = f", {sign.count} such lines" if sign.count > 1 else ""
        reading = Said("rule", f"read as: {sign.reason} ({sign.stream} log{lines})")
        line = Said("log", f"{name}{sign.line}", sign.at)
        told[sign.code] = (*told.get(sign.code, ()), line, reading)
    return told


def _confirmed(detector: Detector, verdict: Verdict, heard: Lines, subject: Subject) -> Verdict:
    """Figures come before text: a log confirms, and speaks alone where figures are missing.

    Where the figures do not cover all that a log can tell, it counts against them too.
    """
    match verdict:
        case Present() if subject.pod is None:
            return verdict  # whose log belongs to it is for its detector to say
        case Present():
            return replace(verdict, evidence=(*verdict.evidence, *heard))
        case Unknown():
            rest = (Said("rule", f"not confirmed: {'; '.join(verdict.missing)}"),)
            return Present((*heard, *rest), Severity.WARNING)
        case Absent() if detector.log_stands:
            why = verdict.told(subject) or "they show none of it"
            return Present((*heard, Said("rule", f"by the figures: {why}")))
        case Absent():
            return verdict
