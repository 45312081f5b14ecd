"""What detectors say of one subject, as findings.

Of a fleet most verdicts are "absent", in the same words for many Pods. So a finding is made once
for each thing that is said, and of symptoms that show in logs alone it is told once for all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
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
from rgt_tui.domain.units import show_age
from rgt_tui.facts import unreachable_why

LOG_HOLDS_S: Final = 86400.0
"""What a log shows counts for a day, within one start of the Pod."""
_MADE_MAX: Final = 1000
"""Findings that are kept for the next time the same is said."""
_INFO: Final = Severity.INFO
_NOT_IN_LOGS: Final = Absent("its logs show none of it")
_Heard = tuple[Said, ...]
Needs = tuple[tuple[type, ...], float]
"""Report types and their greatest age in seconds."""
Detect = Callable[[Subject], Verdict]
_BROKEN: Final = "an internal error of this check: {}"
_Sort = tuple[bool | str, ...]
"""Whether there are logs, and to whom of a panel's detectors a subject is of concern."""
_Lacks = tuple[tuple[str, ...], ...]
"""What is missing, for each of what is needed."""


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
            if len(self.made) >= _MADE_MAX:
                self.made.clear()
            if isinstance(said, str):
                verdict = Absent(said)
            known = self.made[said] = finding_of(self.detector, verdict)
        return known


@dataclass(slots=True)
class _Course:
    """What is to be done for all subjects of one sort.

    Attributes:
        asked: the detectors whose symptom can exist for them, in order.
        needs: what these need, each once.
        broken: of detectors that cannot even tell whom they concern.
        plans: by what is missing of that, what is known at once, and who is still to be asked.
    """

    asked: tuple[Asked, ...]
    needs: tuple[Needs, ...]
    broken: tuple[Finding, ...]
    plans: "dict[_Lacks, _Plan]" = field(default_factory=dict)


_Plan = tuple[tuple[Finding, ...], tuple[tuple[Asked, Detect, Callable[..., Finding | None]], ...]]
"""What is known at once; who is still to be asked, and what those have said before."""


class Panel:
    """Detectors that are asked together about many subjects.

    Of most subjects the same sort is asked, and the same is missing: so who can be asked at all,
    and what those say who cannot, is worked out once for each sort and not for each subject.
    """

    def __init__(self, detectors: Iterable[Detector], *, is_brief: bool = False) -> None:
        """Sorts the detectors by whom they concern and what they need."""
        self._is_brief = is_brief
        self._asked = tuple(Asked(detector, is_brief) for detector in detectors)
        self._whom = tuple(dict.fromkeys(asked.detector.applies for asked in self._asked))
        self._courses: dict[_Sort, _Course] = {}

    def findings(self, subject: Subject, missing: Missing) -> tuple[Finding, ...]:
        """What they say of a subject: the present findings first, the worst first of them.

        One whose symptom cannot exist for the subject says nothing.

        Args:
            subject: about whom.
            missing: of the same subject.
        """
        has_logs = subject.pod is None or subject.pod.is_alive
        try:
            sort: _Sort = (has_logs, *[applies(subject) for applies in self._whom])
        except Exception:  # noqa: BLE001  # one faulty check must not silence the others
            sort = (has_logs, *[_holds(applies, subject) for applies in self._whom])
        course = self._courses.get(sort) or self._course(sort)
        lacks = tuple([missing.of(needs) for needs in course.needs])
        heard = _heard(subject)
        if heard:
            all_of = _all_of(course, subject, lacks, heard)
            present = [finding for finding in all_of if finding.is_present]
            rest_of = [finding for finding in all_of if not finding.is_present]
            return _ordered(present, [*course.broken, *rest_of])
        return self._by_figures(subject, course.plans.get(lacks) or _planned(course, lacks))

    def _by_figures(self, subject: Subject, plan: "_Plan") -> tuple[Finding, ...]:
        """What they say of a subject whose logs show nothing."""
        known, rest = plan
        present: list[Finding] = []
        found, quiet = [*known], "" if self._is_brief else None
        for asked, detect, told in rest:  # of most Pods most of it is absent, in words said before
            try:
                verdict = detect(subject)
            except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
                verdict = _broken(error)
            if isinstance(verdict, Absent):
                why = verdict.why
                finding = told(why if isinstance(why, str) else quiet)
            elif isinstance(verdict, Unknown):
                finding = told(verdict.missing)
            else:
                present.append(asked.finding(verdict))
                continue
            found.append(finding or asked.finding(verdict))
        return _ordered(present, found)

    def _course(self, sort: _Sort) -> _Course:
        has_logs, *concerned = sort
        whom = dict(zip(self._whom, concerned, strict=True))
        broken = tuple(
            asked.finding(Unknown((_BROKEN.format(error),)))
            for asked in self._asked
            if isinstance(error := whom[asked.detector.applies], str)
        )
        asked = tuple(
            asked
            for asked in self._asked
            if whom[asked.detector.applies] is True
            # without a container there are no logs to listen to
            and (asked.detector.detect is not None or has_logs)
        )
        course = _Course(asked, tuple(dict.fromkeys(map(_needs, asked))), broken)
        self._courses[sort] = course
        return course


def _ordered(present: list[Finding], rest: list[Finding]) -> tuple[Finding, ...]:
    """All findings, the present ones first, the worst first of them."""
    if len(present) > 1:
        present.sort(key=_worst_first)
    return (*present, *rest)


def _broken(error: Exception) -> Unknown:
    """What is said in place of a detector that broke."""
    return Unknown((_BROKEN.format(type(error).__name__),))


def _all_of(
    course: _Course, subject: Subject, lacks: _Lacks, heard: dict[str, _Heard]
) -> list[Finding]:
    """What every detector says of a subject whose logs show something."""
    lacking = dict(zip(course.needs, lacks, strict=True))
    found = []
    for asked in course.asked:
        detector, missing = asked.detector, lacking[_needs(asked)]
        try:
            verdict = _with_logs(detector, subject, missing, heard.get(detector.code, ()))
        except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
            verdict = _broken(error)
        found.append(asked.finding(verdict))
    return found


def _planned(course: _Course, lacks: _Lacks) -> _Plan:
    """What is known without asking, where no log shows anything; and who is to be asked."""
    lacking = dict(zip(course.needs, lacks, strict=True))
    known, rest = list(course.broken), []
    for asked in course.asked:
        missing = lacking[_needs(asked)]
        if missing:
            known.append(asked.finding(Unknown(missing)))
        elif asked.detector.detect is None:
            known.append(asked.silent)
        else:
            rest.append((asked, asked.detector.detect, asked.made.get))
    if len(course.plans) >= _MADE_MAX:
        course.plans.clear()
    plan = course.plans[lacks] = (tuple(known), tuple(rest))
    return plan


def _needs(asked: Asked) -> Needs:
    return asked.detector.needs, asked.detector.max_age_s


def _holds(applies: Callable[[Subject], bool], subject: Subject) -> bool | str:
    """Whether a symptom can exist for a subject; the name of the error where that fails."""
    try:
        return applies(subject)
    except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
        return type(error).__name__


def _worst_first(finding: Finding) -> int:
    return -finding.severity


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


def _with_logs(
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
    return _confirmed(detector, verdict, lines) if lines else verdict


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


def _confirmed(detector: Detector, verdict: Verdict, heard: _Heard) -> Verdict:
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
