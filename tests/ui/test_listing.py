import pytest

from rgt_tui.domain.units import PodId
from rgt_tui.panes import Cell, Column, Row
from rgt_tui.ui.widgets.columns import fitted
from rgt_tui.ui.widgets.listing import View, moved, next_sort, shown, sort_value

COLUMNS = (
    Column(title="NAME", width=8, rank=0, grows=True),
    Column(title="$", width=6, rank=2, align="right"),
    Column(title="CODE", width=5, rank=1),
)


def _row(name: str, value: str = "", pod: str = "p") -> Row:
    return Row(name, (Cell(name), Cell(value), Cell("")), PodId(pod))


def _names(rows: tuple[Row, ...]) -> list[str]:
    return [row.key for row in rows]


@pytest.mark.parametrize(
    "values",
    [
        ["<1m", "22m", "9h12m", "3d04h", "?"],
        ["0.47", "2.69", "1,744.00", "?"],
        ["512B", "8.4G", "19.6G", "2.9T", "--"],
        ["0%", "42%", "98%!", "?"],
        ["2/80", "71/80", "--"],
        ["alpha", "Beta", "gamma", "-"],
    ],
    ids=["durations", "money", "sizes", "percents", "shares", "words"],
)
def test_values_sort_by_what_they_mean_and_unknown_ones_come_last(values: list[str]) -> None:
    rows = tuple(_row(value, value) for value in reversed(values))
    assert _names(shown(rows, View(sort=1), ())) == values
    turned = [*reversed(values[:-1]), values[-1]]
    assert _names(shown(rows, View(sort=1, is_inverted=True), ())) == turned


def test_an_old_value_sorts_as_what_it_was() -> None:
    assert sort_value("~97%") == sort_value("97%")


def test_an_inverted_pane_order_is_the_panes_order_from_behind() -> None:
    rows = (_row("b"), _row("a"))
    assert _names(shown(rows, View(is_inverted=True), ())) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "names"),
    [("", ["one", "two"]), ("O", ["one", "two"]), ("o n", ["one"]), ("!one", ["two"]), ("!", [])],
)
def test_a_filter_means_all_words_and_none_of_the_left_out_ones(
    text: str, names: list[str]
) -> None:
    rows = (_row("one"), _row("two"))
    assert _names(shown(rows, View(text=text), ())) == names


def test_faults_only_leaves_the_rows_of_faulty_pods() -> None:
    rows = (_row("a", pod="p1"), _row("b", pod="p2"))
    assert _names(shown(rows, View(faults_only=True), {PodId("p2")})) == ["b"]


def test_the_cursor_stops_at_the_ends_and_stands_nowhere_in_an_empty_list() -> None:
    rows = (_row("a"), _row("b"), _row("c"))
    assert moved(rows, "b", 5) == "c"
    assert moved(rows, "b", -5) == "a"
    assert moved((), "b", 1) is None


def test_sorting_skips_columns_that_do_not_fit() -> None:
    assert next_sort(COLUMNS, (0, 2), View(sort=0)) == 2
    assert next_sort(COLUMNS, (0, 2), View(sort=2)) is None
    assert next_sort(COLUMNS, (0, 2), View(sort=1)) == 0


def test_columns_go_by_rank_and_the_spare_width_goes_to_the_one_that_grows() -> None:
    assert [(c.place, c.width) for c in fitted(COLUMNS, 30)] == [(0, 16), (1, 6), (2, 5)]
    assert [(c.place, c.width) for c in fitted(COLUMNS, 16)] == [(0, 9), (2, 5)]
    assert [(c.place, c.width) for c in fitted(COLUMNS, 5)] == [(0, 4)]
