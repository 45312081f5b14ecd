from decimal import Decimal

from rgt_tui.courses import Idling, growth_per_hour, hours_to_full, idling, spark
from rgt_tui.domain.evidence import Sample


def course(name: str, *values: float, every_s: float = 60.0) -> tuple[Sample, ...]:
    return tuple(Sample(number * every_s, ((name, value),)) for number, value in enumerate(values))


def test_growth_is_told_for_an_hour_from_what_was_seen() -> None:
    history = course("/", 100.0, 150.0, 200.0, 250.0)
    assert growth_per_hour(history, "/", 180.0) == 3000.0
    assert growth_per_hour(history, "/workspace", 180.0) is None


def test_growth_is_not_told_from_two_minutes_or_from_yesterday() -> None:
    assert growth_per_hour(course("/", 1.0, 2.0), "/", 60.0) is None
    assert growth_per_hour(course("/", 1.0, 2.0, 3.0, 4.0), "/", 90_000.0) is None


def test_a_disk_that_does_not_grow_is_never_full() -> None:
    assert hours_to_full(50, 100, 25.0) == 2.0
    assert hours_to_full(50, 100, 0.0) is None
    assert hours_to_full(50, 100, -5.0) is None
    assert hours_to_full(None, 100, 5.0) is None
    assert hours_to_full(120, 100, 5.0) == 0.0


def test_the_idle_clock_counts_from_the_last_work() -> None:
    history = course("util.0", 97.0, 0.0, 1.0, 0.0)
    idle = idling(history, (0,), 240.0)
    assert idle == Idling(180.0, is_least=False)
    assert idle.cost(Decimal("4.76")) == Decimal("0.238")


def test_idle_as_far_back_as_is_known_is_said_to_be_at_least_so_long() -> None:
    assert idling(course("util.0", 0.0, 0.0), (0,), 60.0) == Idling(60.0, is_least=True)


def test_one_gpu_that_works_or_is_unknown_stops_the_clock() -> None:
    both = tuple(
        Sample(at, (("util.0", 0.0), ("util.1", use))) for at, use in ((0.0, 0.0), (60.0, 50.0))
    )
    assert idling(both, (0, 1), 60.0) is None
    assert idling(course("util.0", 0.0), (0, 1), 10.0) is None
    assert idling((), (0,), 10.0) is None


def test_a_course_is_drawn_up_to_now_with_blanks_where_nothing_was_seen() -> None:
    history = course("util.0", 0.0, 100.0, 50.0)
    drawn = spark(history, "util.0", 5, 300.0, 120.0)
    assert (len(drawn), drawn[:2], drawn[2], drawn[3]) == (5, "  ", "_", "#")
    assert spark((), "util.0", 4, 60.0, 0.0) == "    "
