import pytest

from rgt_tui.domain.bootlog import BootLog
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import NOW, a_pod


@pytest.mark.parametrize(
    "text",
    [
        "pod stuck in a restart loop",
        "CrashLoopBackOff",
        "the container keeps restarting every 20 seconds",
        "2026-11-20T10:00:01Z start container for a/b:1: begin\n2026-11-20T10:00:19Z start container for a/b:1: begin\n2026-11-20T10:00:36Z start container for a/b:1: begin",
    ],
)
def test_text_that_shows_it_is_rp15(text: str) -> None:
    assert "RP15" in codes(text)


def test_three_starts_within_five_minutes_are_rp15() -> None:
    log = BootLog(begins=(NOW - 51, NOW - 34, NOW - 17))
    found = finding("RP15", a_pod(), log, source="log")
    assert found.is_present
    assert found.evidence[0].said == "3 container starts within five minutes"


def test_one_start_a_day_is_no_loop() -> None:
    log = BootLog(begins=(NOW - 200_000, NOW - 100_000, NOW - 17))
    assert finding("RP15", a_pod(), log, source="log").verdict == "absent"
