import random

from rgt_tui.pacing.pacer import URGENT_GAP_S, Pacer
from rgt_tui.pacing.quota import Quota, Window, read_quota
from tests.bench.pacing import replay

INTERVALS = {"pods": 5.0, "volumes": 60.0}


def a_pacer(**intervals: float) -> Pacer:
    return Pacer(intervals or INTERVALS, random.Random(1))


def a_quota(remaining: int, *, limit: int = 60, resets_in_s: float = 30.0) -> Quota:
    return Quota(
        (
            Window(
                name="minute",
                remaining=remaining,
                resets_in_s=resets_in_s,
                limit=limit,
                length_s=60.0,
            ),
        )
    )


def a_read(pacer: Pacer, now: float, quota: Quota | None = None) -> str | None:
    """One read from `due` to `done`, answered at once."""
    name = pacer.due(now)
    if name is not None:
        pacer.answered(quota or a_quota(59), now)
        pacer.done(name, now)
    return name


def test_everything_is_due_at_the_start_and_nothing_after() -> None:
    pacer = a_pacer()
    assert {a_read(pacer, 0.0), a_read(pacer, 0.0)} == {"pods", "volumes"}
    assert pacer.due(0.0) is None


def test_a_resource_is_due_again_after_its_interval_and_wait_says_when() -> None:
    pacer = a_pacer(pods=5.0)
    a_read(pacer, 0.0)
    assert pacer.wait(1.0) == 4.0
    assert pacer.due(4.9) is None
    assert pacer.due(5.0) == "pods"


def test_a_resource_that_is_being_read_is_not_due() -> None:
    pacer = a_pacer(pods=5.0)
    assert pacer.due(0.0) == "pods"
    assert pacer.due(50.0) is None


def test_a_read_that_never_ended_is_given_up() -> None:
    pacer = a_pacer(pods=5.0)
    pacer.due(0.0)
    assert pacer.due(121.0) == "pods"


def test_the_most_overdue_by_its_own_measure_goes_first() -> None:
    pacer = a_pacer()
    a_read(pacer, 0.0)
    a_read(pacer, 0.0)
    assert pacer.due(62.0) == "pods"


def test_nothing_is_due_after_a_429_until_its_time_has_passed() -> None:
    pacer = a_pacer(pods=5.0)
    a_read(pacer, 0.0)
    pacer.limited(12.0, 0.0)
    pacer.request_now("pods")
    assert pacer.due(11.9) is None
    assert pacer.summary(0.0).startswith("429, waits 1")
    assert 0.0 < pacer.wait(0.0) <= 15.0
    assert pacer.due(15.1) == "pods"


def test_the_speed_follows_what_is_left_less_the_reserve() -> None:
    pacer = a_pacer(pods=0.1)
    scarce = a_quota(13, resets_in_s=30.0)
    reads = sum(a_read(pacer, second / 10, scarce) is not None for second in range(300))
    assert 3 <= reads <= 3 + 4  # (13 - 10) calls in 30 s, and the burst of the start


def test_a_refresh_by_a_person_may_spend_the_reserve() -> None:
    pacer = a_pacer(pods=5.0)
    for _ in range(6):
        pacer.answered(a_quota(8), 0.0)
    a_read(pacer, 0.0, a_quota(8))
    assert pacer.due(6.0) is None
    pacer.request_now("pods")
    assert pacer.wait(6.0) == 0.0
    assert pacer.due(6.0) == "pods"


def test_a_refresh_does_not_spend_calls_that_do_not_exist() -> None:
    pacer = a_pacer(pods=5.0)
    for _ in range(8):
        pacer.answered(a_quota(0), 0.0)
    pacer.request_now("pods")
    assert pacer.due(1.0) is None


def test_a_key_held_down_reads_twice_a_second_at_most() -> None:
    pacer = a_pacer(pods=5.0)
    reads = 0
    for tick in range(100):
        pacer.request_now("pods")
        reads += a_read(pacer, tick / 100) is not None
    assert reads <= 1 + 1 / URGENT_GAP_S


def test_an_unknown_resource_is_not_asked_for() -> None:
    pacer = a_pacer(pods=5.0)
    a_read(pacer, 0.0)
    pacer.request_now("nonsense")
    assert pacer.due(1.0) is None


def test_a_read_that_sent_nothing_costs_nothing() -> None:
    pacer = a_pacer(log=0.1)
    turns = 0
    for tick in range(100):
        if pacer.due(tick / 10) is not None:
            pacer.done("log", tick / 10)
            turns += 1
    assert turns >= 90


def test_intervals_are_longer_while_nobody_looks() -> None:
    pacer = a_pacer(pods=5.0)
    a_read(pacer, 0.0)
    pacer.idle = True
    assert pacer.due(19.0) is None
    assert pacer.due(20.0) == "pods"


def test_a_window_that_started_anew_is_reckoned_full() -> None:
    pacer = a_pacer(pods=1.0)
    for _ in range(8):
        pacer.answered(a_quota(0, resets_in_s=10.0), 0.0)
    assert pacer.due(9.0) is None
    assert pacer.due(20.0) == "pods"


def test_without_any_quota_told_the_intervals_alone_decide() -> None:
    pacer = a_pacer(pods=5.0)
    reads = [tick for tick in range(60) if a_read(pacer, float(tick), Quota()) is not None]
    assert reads == list(range(0, 60, 5))
    assert pacer.summary(60.0) == "quota not told"


def test_the_status_line_tells_the_tightest_window() -> None:
    pacer = a_pacer()
    assert pacer.summary(0.0) == ""
    live = '"minute";r=41;t=12, "hour";r=2900;t=1812'
    pacer.answered(read_quota(live, '"minute";q=60;w=60, "hour";q=3000;w=3600'), 0.0)
    assert pacer.summary(0.0) == "quota 41/60 per min"


def test_the_status_line_tells_of_others_who_use_up_the_quota() -> None:
    pacer = a_pacer(pods=5.0)
    left = 3000
    for turn in range(60):
        left -= 6  # one call of ours and five of somebody else in 5 s: 1 a second of 0.83
        window = Window(
            name="hour", remaining=left, resets_in_s=3600.0 - turn * 5, limit=3000, length_s=3600.0
        )
        pacer.answered(Quota((window,)), turn * 5.0)
    assert pacer.summary(300.0) == "something else on this account uses 100 % of the quota"


def test_an_hour_of_five_consoles_meets_no_429_and_stays_fresh() -> None:
    hour = replay(5, 1.0)
    assert hour.refused == 0
    assert hour.age_p99 <= 30.0
    assert hour.wait_p99 <= 1.0


def test_a_script_beside_two_consoles_slows_them_without_a_429() -> None:
    hour = replay(2, 1.0, foreign_per_s=0.3)
    assert hour.refused == 0
    assert hour.age_p99 <= 60.0
