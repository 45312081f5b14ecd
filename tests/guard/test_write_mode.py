"""Write mode ends by itself after ten minutes, and at once where the clock was set back."""

import pytest

from rgt_tui.domain.errors import GuardRefused
from rgt_tui.guard.writemode import OPEN_S, WriteMode


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def unlocked() -> tuple[WriteMode, Time]:
    time = Time()
    mode = WriteMode(possible=True, monotonic=time)
    mode.unlock()
    return mode, time


def test_a_console_starts_locked_and_says_how_to_unlock() -> None:
    mode = WriteMode(possible=True, monotonic=lambda: 0.0)
    assert mode.left_s is None
    assert "E unlocks" in (mode.why_not or "")


def test_it_lasts_ten_minutes_to_the_tick() -> None:
    mode, time = unlocked()
    assert OPEN_S == 600.0
    assert mode.left_s == 600.0
    time.now += 599.99
    assert mode.why_not is None
    time.now += 0.01
    assert mode.left_s is None


def test_after_them_it_says_how_to_unlock_again() -> None:
    mode, time = unlocked()
    time.now += 600.0
    assert "E unlocks" in (mode.why_not or "")


def test_a_clock_that_was_set_back_ends_it() -> None:
    mode, time = unlocked()
    time.now -= 0.01
    assert mode.left_s is None


def test_it_can_be_ended_at_once_and_never_be_made_longer() -> None:
    mode, _ = unlocked()
    mode.unlock(9999.0)
    assert mode.left_s == 600.0
    mode.unlock(5.0)
    assert mode.left_s == 5.0
    mode.lock()
    assert mode.left_s is None


def test_a_read_only_session_has_none() -> None:
    mode = WriteMode(possible=False, monotonic=lambda: 0.0)
    with pytest.raises(GuardRefused):
        mode.unlock()
    assert "read-only" in (mode.why_not or "")
