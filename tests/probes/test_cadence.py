import math

import pytest

from rgt_tui.domain.evidence import Evidence, Failed, Observed
from rgt_tui.probes import EACH_TICK, ON_DEMAND, ONCE_A_START, RETRY_S, Probe, due
from rgt_tui.probes.identity import IdentityReport, start_of

STARTED = 1000.0


def probe(every_s: float | None) -> Probe:
    return Probe(name="it", script="", report=bytes, parse=lambda it: it.output, every_s=every_s)


def seen(*events: Observed[bytes] | Failed) -> Evidence:
    evidence = Evidence()
    for event in events:
        evidence = evidence.after(bytes, event)
    return evidence


def is_due(every_s: float | None, evidence: Evidence, now: float) -> bool:
    return bool(due([probe(every_s)], evidence, STARTED, now))


@pytest.mark.parametrize("age", [0.0, 5.0, 1e6])
def test_a_question_of_each_tick_is_always_due_and_one_on_demand_never(age: float) -> None:
    evidence = seen(Observed(b"", STARTED))
    assert is_due(EACH_TICK, evidence, STARTED + age)
    assert not is_due(ON_DEMAND, evidence, STARTED + age)


def test_a_static_question_is_asked_once_for_each_start() -> None:
    before, after = seen(Observed(b"", STARTED - 1)), seen(Observed(b"", STARTED + 1))
    assert is_due(ONCE_A_START, Evidence(), STARTED + 2)
    assert is_due(ONCE_A_START, before, STARTED + 2)
    assert not is_due(ONCE_A_START, after, STARTED + 1e7)


def test_a_slow_question_waits_for_its_own_cadence() -> None:
    evidence = seen(Observed(b"", STARTED + 10))
    assert not is_due(300.0, evidence, STARTED + 309)
    assert is_due(300.0, evidence, STARTED + 310)
    assert is_due(300.0, seen(Observed(b"", STARTED - 1)), STARTED + 1)


@pytest.mark.parametrize("every_s", [ONCE_A_START, 300.0])
def test_what_was_not_answered_is_asked_again_a_minute_later(every_s: float) -> None:
    evidence = seen(Observed(b"", STARTED - 50), Failed("no", STARTED + 10))
    assert not is_due(every_s, evidence, STARTED + 10 + RETRY_S - 1)
    assert is_due(every_s, evidence, STARTED + 10 + RETRY_S)


def test_only_what_has_a_cadence_of_its_own_is_slow() -> None:
    slow = [every_s for every_s in (0.0, 5.0, None, math.inf) if probe(every_s).is_slow]
    assert slow == [5.0]


def test_a_static_question_is_asked_again_when_the_first_process_is_another_one() -> None:
    """Which a container that was begun anew has, though the API tells the same start."""
    read = seen(Observed(b"", STARTED + 10))
    now = STARTED + 500
    for up_s, is_anew in ((499.0, False), (60.0, True)):
        evidence = read.after(IdentityReport, Observed(IdentityReport(container_up_s=up_s), now))
        start = start_of(evidence, STARTED)
        assert bool(due([probe(ONCE_A_START)], evidence, start, now)) is is_anew
    answered = evidence.after(bytes, Observed(b"", now + 10))
    assert not due([probe(ONCE_A_START)], answered, start_of(answered, STARTED), now + 10)


@pytest.mark.parametrize("report", [None, IdentityReport()])
def test_an_unknown_first_process_leaves_the_start_as_the_api_tells_it(
    report: IdentityReport | None,
) -> None:
    evidence = Evidence()
    if report is not None:
        evidence = evidence.after(IdentityReport, Observed(report, STARTED + 5))
    assert start_of(evidence, STARTED) == STARTED
    assert start_of(evidence, None) is None
