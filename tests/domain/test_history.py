from decimal import Decimal

import pytest

from rgt_tui.domain.history import Cost, History, Stretch, cost_between, stopped_cost
from rgt_tui.domain.rates import Billed
from rgt_tui.domain.units import PodId

HOUR = 3600.0
POD = PodId("p")
RUNNING = Billed(status="RUNNING", cost_per_hour=Decimal(1), disk_gb=0, volume_gb=730)
STOPPED = Billed(status="EXITED", cost_per_hour=Decimal(0), disk_gb=0, volume_gb=730)
"""$1.10 an hour running, $0.20 an hour stopped."""


def stretch(since: float, until: float, what: Billed = RUNNING, start: str = "1") -> Stretch:
    return Stretch(pod_id=POD, name="p", start=start, billed=what, since=since, until=until)


def test_one_stretch_costs_its_rate_and_goes_on_until_asked() -> None:
    assert cost_between([stretch(0, HOUR)], 0, 2 * HOUR) == Cost(Decimal("2.2"), is_whole=True)


def test_a_time_before_the_first_look_is_not_whole() -> None:
    assert cost_between([stretch(HOUR, HOUR)], 0, 2 * HOUR) == Cost(Decimal("1.1"), is_whole=False)
    assert cost_between([], 0, HOUR) == Cost(Decimal(0), is_whole=False)


def test_a_change_between_two_close_looks_lies_in_their_middle() -> None:
    seen = [stretch(0, 3590), stretch(3610, 7200, STOPPED)]
    assert cost_between(seen, 0, 2 * HOUR) == Cost(Decimal("1.3"), is_whole=True)


def test_a_long_time_without_a_look_counts_as_before_and_is_not_sure() -> None:
    seen = [stretch(0, HOUR), stretch(2 * HOUR, 3 * HOUR, STOPPED)]
    assert cost_between(seen, 0, 3 * HOUR) == Cost(Decimal("2.4"), is_whole=False)


def test_the_moment_of_a_start_is_the_apis() -> None:
    seen = [
        stretch(0, HOUR, STOPPED, start="1"),
        stretch(3 * HOUR, 3 * HOUR, start=f"{2 * HOUR:.0f}"),
    ]
    assert cost_between(seen, 0, 3 * HOUR) == Cost(Decimal("1.5"), is_whole=True)


def test_an_unknown_price_makes_a_lower_bound() -> None:
    unknown = Billed(status="RUNNING", cost_per_hour=None, disk_gb=0, volume_gb=730)
    assert cost_between([stretch(0, HOUR, unknown)], 0, HOUR).is_whole is False


@pytest.mark.parametrize(
    ("stretches", "since"),
    [
        ([stretch(0, 1)], None),
        ([stretch(0, 1), stretch(2, 3, STOPPED)], 2),
        ([stretch(0, 1, STOPPED), stretch(2, 3), stretch(4, 5, STOPPED)], 4),
        (
            [
                stretch(0, 1, STOPPED),
                stretch(2, 3, Billed(status="EXITED", cost_per_hour=None, disk_gb=0, volume_gb=9)),
            ],
            0,
        ),
        ([stretch(0, 1, STOPPED), stretch(2, 3)], None),
        ([], None),
    ],
)
def test_the_present_stop_began_when_exited_was_first_seen(
    stretches: list[Stretch], since: float | None
) -> None:
    assert History(stretches=tuple(stretches)).exited_since(POD) == since


def test_a_stopped_pod_has_cost_its_disk_since_it_was_first_seen_so() -> None:
    history = History(stretches=(stretch(0, HOUR), stretch(2 * HOUR, 3 * HOUR, STOPPED)))
    assert stopped_cost(history, POD, 12 * HOUR) == Cost(Decimal("2.0"), is_whole=True)
    assert stopped_cost(History(stretches=(stretch(0, HOUR),)), POD, 12 * HOUR) is None
