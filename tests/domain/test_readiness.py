import pytest

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Evidence, Observed
from rgt_tui.domain.pod import Runtime
from rgt_tui.domain.readiness import Answered, Readiness, Restarts, readiness
from tests.values import NOW, a_pod


def seen(*values: object, at: float = NOW) -> Evidence:
    evidence = Evidence()
    for value in values:
        evidence = evidence.after(type(value), Observed(value, at))
    return evidence


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("EXITED", Readiness.STOPPED),
        ("TERMINATED", Readiness.GONE),
        ("ERROR", Readiness.ERROR),
        ("PROVISIONING", Readiness.STARTING),
        ("STARTING", Readiness.STARTING),
        ("HIBERNATING", Readiness.UNKNOWN),
    ],
)
def test_each_status_has_its_word_and_a_new_one_is_unknown(status: str, word: Readiness) -> None:
    assert readiness(a_pod(status=status, runtime=None), Evidence(), NOW) is word


def test_running_with_a_counting_uptime_is_up() -> None:
    assert readiness(a_pod(), Evidence(), NOW) is Readiness.UP


@pytest.mark.parametrize("runtime", [None, Runtime(uptime_s=0.0)])
def test_running_without_a_living_runtime_is_only_starting(runtime: Runtime | None) -> None:
    assert readiness(a_pod(runtime=runtime), Evidence(), NOW) is Readiness.STARTING


def test_a_runtime_that_does_not_tell_its_uptime_is_unknown_not_up() -> None:
    assert readiness(a_pod(runtime=Runtime(uptime_s=None)), Evidence(), NOW) is Readiness.UNKNOWN


def test_a_pull_in_the_log_is_pulling() -> None:
    evidence = seen(BootLog(is_pulling=True))
    assert readiness(a_pod(runtime=None), evidence, NOW) is Readiness.PULLING


def test_an_answer_over_ssh_proves_life_while_it_is_fresh() -> None:
    pod = a_pod(runtime=None)
    assert readiness(pod, seen(Answered("direct")), NOW) is Readiness.UP
    assert readiness(pod, seen(Answered("direct"), at=NOW - 300), NOW) is Readiness.STARTING


def test_three_starts_in_the_log_are_a_loop_although_the_api_counts_uptime() -> None:
    log = BootLog(begins=(NOW - 51, NOW - 34, NOW - 17))
    assert readiness(a_pod(runtime=Runtime(uptime_s=11.0)), seen(log), NOW) is Readiness.LOOPING


def test_an_uptime_that_fell_twice_is_a_loop() -> None:
    evidence = seen(Restarts((NOW - 40, NOW - 20)))
    assert readiness(a_pod(), evidence, NOW) is Readiness.LOOPING
    assert readiness(a_pod(), seen(Restarts((NOW - 20,))), NOW) is Readiness.UP
