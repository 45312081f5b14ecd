"""Detectors that are asked together: who can be asked about a subject, and who has said it before."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from typing import Final

from rgt_tui.domain.finding import Detector, Finding, Present, Subject, Unknown, Verdict
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.whom import Shape, shape
from rgt_tui.triage._verdicts import (
    MADE_MAX,
    Asked,
    Lacks,
    Lines,
    Missing,
    Needs,
    finding_of,
    heard_of,
    is_told_by_logs,
    with_logs,
)

Detect = Callable[[Subject], Verdict]
_BROKEN: Final = "an internal error of this check: {}"
_Sort = tuple[Shape | bool | str, ...]
"""The shape of a subject, and which further conditions of a panel's detectors it meets."""


@dataclass(slots=True)
class _Course:
    """What is to be done for all subjects of one sort.

    Attributes:
        asked: the detectors whose symptom can exist for them, in order.
        needs: the report types that these need.
        broken: of detectors that cannot even tell whom they concern.
        plans: by what is missing of that, what is known at once, and who is still to be asked.
    """

    asked: tuple[Asked, ...]
    needs: Needs
    broken: tuple[Finding, ...]
    plans: "dict[Lacks, _Plan]" = field(default_factory=dict)


_Plan = tuple[tuple[Finding | None, ...], tuple[tuple[int, Asked, Detect], ...]]
"""What is known at once, in the detectors' order with gaps; for each gap its place and who is still
to be asked."""


class Panel:
    """Detectors that are asked together about many subjects.

    Of most subjects the same sort is asked, and the same is missing: so who can be asked at all,
    and what those say who cannot, is worked out once for each sort and not for each subject.
    """

    def __init__(self, detectors: Iterable[Detector], *, is_brief: bool = False) -> None:
        """Sorts the detectors by whom they concern and what they need."""
        self._asked = tuple(Asked(detector, is_brief) for detector in detectors)
        self._only_if = tuple(filter(None, (asked.detector.only_if for asked in self._asked)))
        self._courses: dict[_Sort, _Course] = {}

    def findings(self, missing: Missing) -> tuple[Finding, ...]:
        """What they say of one subject."""
        return self.findings_of([missing])[0]

    def findings_of(self, whom: Sequence[Missing]) -> list[tuple[Finding, ...]]:
        """What they say of each subject: the present findings first, the worst first of them.

        One whose symptom cannot exist for a subject says nothing. Those of whom the same is to be
        asked are asked by one detector after the other: what it works with is at hand then, which
        takes a quarter off the time for a thousand Pods.

        Args:
            whom: what is missing of each subject.
        """
        found: list[tuple[Finding, ...]] = [()] * len(whom)
        places: dict[int, list[int]] = {}
        plans: dict[int, _Plan] = {}
        for place, missing in enumerate(whom):
            subject = missing.subject
            course = self._course_of(subject)
            lacks, heard = missing.of(course.needs), heard_of(subject)
            if heard:
                found[place] = _with_logs(course, subject, lacks, heard)
                continue
            plan = course.plans.get(lacks) or _planned(course, lacks)
            plans[id(plan)] = plan
            places.setdefault(id(plan), []).append(place)
        for key, plan in plans.items():
            alike = places[key]
            told = _by_figures([whom[place].subject for place in alike], plan)
            for place, findings in zip(alike, told, strict=True):
                found[place] = findings
        return found

    def _course_of(self, subject: Subject) -> _Course:
        sort = (shape(subject), *[_holds(only_if, subject) for only_if in self._only_if])
        return self._courses.get(sort) or self._course(sort, subject)

    def _course(self, sort: _Sort, subject: Subject) -> _Course:
        has_logs = subject.pod is None or subject.pod.is_alive
        whom = {
            asked.detector.code: _is_concerned(asked.detector, subject) for asked in self._asked
        }
        broken = tuple(
            asked.unknown((_BROKEN.format(error),))
            for asked in self._asked
            if isinstance(error := whom[asked.detector.code], str)
        )
        asked = tuple(
            asked
            for asked in self._asked
            if whom[asked.detector.code] is True
            # without a container there are no logs to listen to
            and (asked.detector.detect is not None or has_logs)
        )
        course = _Course(asked, _needs(asked), broken)
        self._courses[sort] = course
        return course


def _by_figures(subjects: Sequence[Subject], plan: _Plan) -> list[tuple[Finding, ...]]:
    """What is said of subjects alike, whose logs show nothing."""
    known, rest = plan
    of_each: list[tuple[Subject, list[Finding], list[Finding | None]]]
    of_each = [(subject, [], [*known]) for subject in subjects]
    for place, asked, detect in rest:
        for subject, present, found in of_each:
            try:
                verdict = detect(subject)
            except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
                verdict = _broken(error)
            if verdict is asked.said:  # of most Pods most of it is absent, as of the one before
                found[place] = asked.told
            elif isinstance(verdict, Present):
                present.append(finding_of(asked.detector, verdict))
            else:
                found[place] = asked.finding(verdict, subject)
    return [_ordered(present, found) for _, present, found in of_each]


def _ordered(present: list[Finding], rest: Iterable[Finding | None]) -> tuple[Finding, ...]:
    """All findings, the present ones first, the worst first of them."""
    if len(present) > 1:
        present.sort(key=_worst_first)
    return (*present, *filter(None, rest))


def _broken(error: Exception) -> Unknown:
    """What is said in place of a detector that broke."""
    return Unknown((_BROKEN.format(type(error).__name__),))


def _with_logs(
    course: _Course, subject: Subject, lacks: Lacks, heard: dict[str, Lines]
) -> tuple[Finding, ...]:
    """What every detector says of a subject whose logs show something."""
    found: list[Finding] = []
    for asked, missing in _lacking(course, lacks):
        detector = asked.detector
        try:
            verdict = with_logs(detector, subject, missing, heard.get(detector.code, ()))
        except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
            verdict = _broken(error)
        found.append(asked.finding(verdict, subject))
    present = [finding for finding in found if finding.is_present]
    return _ordered(present, [*course.broken, *(it for it in found if not it.is_present)])


def _planned(course: _Course, lacks: Lacks) -> _Plan:
    """What is known without asking, where no log shows anything; and who is to be asked."""
    known: list[Finding | None] = [*course.broken]
    rest = []
    for asked, missing in _lacking(course, lacks):
        if missing:
            known.append(asked.unknown(missing))
        elif asked.detector.detect is None or is_told_by_logs(asked.detector):
            known.append(asked.silent)
        else:
            rest.append((len(known), asked, asked.detector.detect))
            known.append(None)
    if len(course.plans) >= MADE_MAX:
        course.plans.clear()
    plan = course.plans[lacks] = (tuple(known), tuple(rest))
    return plan


def _needs(asked: Iterable[Asked]) -> Needs:
    limits: dict[type, set[float]] = {}
    for detector in (each.detector for each in asked):
        for kind in detector.needs:
            limits.setdefault(kind, set()).add(detector.max_age_s)
    return Needs({kind: tuple(sorted(ages)) for kind, ages in limits.items()})


def _lacking(course: _Course, lacks: Lacks) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    """Each detector and what is missing of what it needs; nothing when all is there and fresh."""
    of_kind = course.needs.lacking(lacks)
    for asked in course.asked:
        found = [of_kind[kind] for kind in asked.detector.needs if kind in of_kind]
        yield asked, tuple(why for why, missed in found if asked.detector.max_age_s <= missed)


def _is_concerned(detector: Detector, subject: Subject) -> bool | str:
    """Whether a symptom can exist for a subject; the name of the error where that fails."""
    concerned = _holds(detector.applies, subject)
    only_if = detector.only_if
    return concerned if only_if is None or concerned is not True else _holds(only_if, subject)


def _holds(applies: Callable[[Subject], bool], subject: Subject) -> bool | str:
    """Whether a condition is met; the name of the error where that fails."""
    try:
        return applies(subject)
    except Exception as error:  # noqa: BLE001  # one faulty check must not silence the others
        return type(error).__name__


def _worst_first(finding: Finding) -> int:
    return -finding.severity
