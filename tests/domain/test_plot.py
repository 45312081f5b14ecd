from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgt_tui.domain.plot import ceiling, columns

AMOUNTS = st.one_of(st.none(), st.decimals(0, 100_000, places=2))


def drawn(*values: str | None, height: int = 3) -> tuple[str, ...]:
    return columns([None if v is None else Decimal(v) for v in values], height, "a", "b")


def test_columns_stand_on_a_line_and_their_height_is_their_amount() -> None:
    assert drawn("0", "1", "5", "10", height=2) == (
        "$10.00 |   #",
        "    $0 |_.##",
        "        a  b",
    )


def test_what_is_unknown_is_not_nothing() -> None:
    assert drawn("0", None, "10", height=1)[0] == "$10.00 |_?#"


def test_a_little_is_more_than_nothing() -> None:
    assert drawn("0.01", "0", "1000", height=1)[0].endswith("|._#")


def test_nothing_at_all_is_a_flat_line() -> None:
    assert drawn("0", "0", height=2) == ("$1.00 |", "   $0 |__", "       a b")


@pytest.mark.parametrize(
    ("value", "top"), [("0", 1), ("0.03", "0.05"), ("1", 1), ("1.01", 2), ("61", 100), ("200", 200)]
)
def test_the_scale_ends_at_a_round_amount(value: str, top: int | str) -> None:
    assert ceiling(Decimal(value)) == Decimal(top)


@given(st.lists(AMOUNTS, min_size=1, max_size=31), st.integers(1, 8))
def test_every_plot_fits_in_eighty_columns_of_plain_ascii(
    values: list[Decimal | None], height: int
) -> None:
    rows = columns(values, height, "10-29", "11-27")
    assert len(rows) == height + 1
    assert all(row.isascii() and len(row) <= 56 for row in rows)


@given(st.lists(st.decimals(0, 1000, places=2), min_size=2, max_size=10))
def test_a_greater_amount_never_stands_lower(values: list[Decimal]) -> None:
    rows = columns(values, 5)[:-1]
    margin = rows[0].index("|") + 1
    heights = [
        sum(
            ".:#".find(row[margin + at : margin + at + 1]) + 1
            for row in rows
            if row[margin + at : margin + at + 1]
        )
        for at in range(len(values))
    ]
    ranked = sorted(zip(values, heights, strict=True))
    assert [height for _, height in ranked] == sorted(heights)
