from dataclasses import replace

import pytest

from rgt_tui import triage
from rgt_tui.domain.finding import Absent, Detector, Scope, Severity, Subject, Verdict
from tests.values import NOW, a_pod, an_account


def _breaks(subject: Subject) -> Verdict:
    raise KeyError(subject.now)


def _is_broken(subject: Subject) -> bool:
    raise ZeroDivisionError(subject.now)


SOUND = Detector(
    code="RP00",
    title="A symptom",
    severity=Severity.WARNING,
    cause="A cause.",
    fix=("A step",),
    source="a test",
    scope=Scope.POD,
    detect=lambda subject: Absent("all is well"),
)


def test_a_check_that_breaks_is_unknown_and_the_others_are_still_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detectors = (
        replace(SOUND, code="RP01", detect=_breaks),
        replace(SOUND, code="RP02", applies=_is_broken),
        SOUND,
    )
    monkeypatch.setattr(triage, "all_detectors", lambda: detectors)
    pod = a_pod()
    found = {f.code: f for f in triage.examine(an_account(pod), NOW)[pod.id]}
    assert found["RP00"].verdict == "absent"
    assert found["RP01"].verdict == found["RP02"].verdict == "unknown"
    assert found["RP01"].missing == ("an internal error of this check: KeyError",)
    assert found["RP02"].missing == ("an internal error of this check: ZeroDivisionError",)
