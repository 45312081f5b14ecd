"""The pauses of a source with a clock of its own."""

from rgt_tui.pacing.turn import BACKOFF_MAX, Turn, pause_s

HERE, THERE = ("10.0.0.1", 22), ("10.0.0.2", 22)


def test_pauses_after_failures_differ_and_grow() -> None:
    first = [pause_s(10, 1) for _ in range(50)]
    late = [pause_s(10, 9) for _ in range(50)]
    assert {pause_s(10, 0) for _ in range(5)} == {10}
    assert len(set(late)) == 50
    assert max(first) <= 20
    assert min(late) >= 10
    assert 20 < max(late) <= 10 * BACKOFF_MAX


def test_one_turn_at_a_time_and_none_before_it_is_due() -> None:
    turn = Turn()
    assert turn.take(HERE, 5.0)
    assert not turn.take(HERE, 6.0)
    turn.end(HERE, 10, 7.0)
    assert not turn.take(HERE, 16.0)
    assert turn.take(HERE, 17.0)


def test_a_pod_that_moved_is_asked_at_once_without_its_failures() -> None:
    turn = Turn(failures=5, due=1e9, road=HERE)
    assert turn.take(THERE, 5.0)
    assert turn.failures == 0


def test_a_pod_that_moves_while_it_is_asked_is_asked_again_at_once() -> None:
    turn = Turn()
    assert turn.take(HERE, 5.0)
    assert not turn.take(THERE, 6.0)
    turn.end(HERE, 10, 7.0)
    assert turn.take(THERE, 7.0)
