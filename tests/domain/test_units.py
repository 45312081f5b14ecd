import math
from decimal import Decimal

import pytest

from rgt_tui.domain.units import (
    GIB,
    clock_time,
    is_pod_id,
    rfc3339,
    show_age,
    show_bar,
    show_bytes,
    show_duration,
    show_percent,
    show_usd,
    unix_time,
    whole_number,
)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (None, "?"),
        (0, "0B"),
        (512, "512B"),
        (1536, "1.5K"),
        (20 * GIB, "20.0G"),
        (200 * GIB, "200G"),
        (1023 * GIB + GIB - 1, "1.0T"),
        (2300 * 1024 * GIB, "2.2P"),
    ],
)
def test_a_size_fits_five_columns_and_an_unknown_one_is_a_question_mark(
    count: int | None, shown: str
) -> None:
    assert show_bytes(count) == shown
    assert len(shown) <= 5


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (None, "?"),
        (Decimal("2.69"), "2.69"),
        (Decimal("0.0014"), "0.0014"),
        (Decimal(0), "0.00"),
        (Decimal(1744), "1,744.00"),
    ],
)
def test_money_keeps_what_matters(amount: Decimal | None, shown: str) -> None:
    assert show_usd(amount) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "?"), (-5, "0s"), (42, "42s"), (14 * 60, "14m"), (33_120, "9h12m"), (273_600, "3d04h")],
)
def test_a_duration_has_two_units_at_most(seconds: float | None, shown: str) -> None:
    assert show_duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, "never"), (3, "now"), (19, "10s"), (59, "50s"), (125, "2m")]
)
def test_an_age_moves_in_steps_so_that_a_still_screen_stays_still(
    seconds: float | None, shown: str
) -> None:
    assert show_age(seconds) == shown


def test_an_unknown_share_is_not_zero_percent() -> None:
    assert show_percent(None) == "?"
    assert show_percent(0.0) == "0%"


@pytest.mark.parametrize("text", ["7h9k2m4n6p", "a", "A_b-9", "x" * 64])
def test_the_ids_the_service_makes_are_accepted(text: str) -> None:
    assert is_pod_id(text)


@pytest.mark.parametrize("text", ["", "x" * 65, "a/b", "../x", "a b", "a\n", "é", "a?b=c"])
def test_what_could_bend_a_url_is_not_an_id(text: str) -> None:
    assert not is_pod_id(text)


def test_times_survive_the_round_trip_and_nonsense_is_none() -> None:
    assert rfc3339(unix_time("2026-06-01T12:02:03Z")) == "2026-06-01T12:02:03Z"
    assert unix_time("2026-06-01T14:02:03+02:00") == unix_time("2026-06-01T12:02:03Z")
    assert unix_time("yesterday") is None
    assert rfc3339(None) is None


@pytest.mark.parametrize("text", ["²", "٣", "", "-1", "1_0", "9" * 18, "9" * 5000])
def test_what_is_not_a_believable_number_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_a_plain_number_is_read() -> None:
    assert whole_number("0042") == 42


@pytest.mark.parametrize(
    ("count", "shown"),
    [(-1, "?"), (998 * GIB**2, "998E"), (1000 * GIB**2, ">999E"), (10**400, ">999E")],
)
def test_no_size_is_too_large_or_too_small_to_show(count: int, shown: str) -> None:
    assert show_bytes(count) == shown


@pytest.mark.parametrize(
    ("part", "full"),
    [(math.nan, 0), (-math.inf, 0), (-1e300, 0), (math.inf, 8), (1e300, 8), (50.0, 4), (None, 0)],
)
def test_a_bar_never_leaves_its_cells(part: float | None, full: int) -> None:
    assert show_bar(part, 8) == "#" * full + "." * (8 - full)


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9001-01-01T00:00:00Z",
    ],
)
def test_a_time_outside_the_years_1970_to_9000_is_none(text: str) -> None:
    assert unix_time(text) is None


@pytest.mark.parametrize("at", [math.nan, math.inf, 1e300, -1e300, 1e15])
def test_a_time_that_no_calendar_holds_is_unknown(at: float) -> None:
    assert rfc3339(at) is None
    assert clock_time(at) == "?"
