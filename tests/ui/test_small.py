"""Terminals too small for frames: what must not be overlooked is still said."""

from dataclasses import replace

import pytest

from rgt_tui.panes import Pane, Scene, all_panes
from rgt_tui.ui.widgets.columns import NARROW, WORDS, fitted
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import console
from tests.values import NOW

SIZES = [(60, 18), (79, 23), (40, 10)]


def _later(seconds: float) -> Scene:
    return replace(scenes.demo(), now=NOW + seconds)


@pytest.mark.parametrize("size", SIZES)
async def test_a_filter_is_said_with_how_many_rows_it_leaves(size: tuple[int, int]) -> None:
    async with console(scenes.demo(), size) as running:
        await running.press("slash", *"sweep")
        assert "Pods /sweep 1/4" in screen_text(running.app)
        await running.press("enter")
        assert "Pods /sweep 1/4" in screen_text(running.app)
        await running.press("escape")
        assert "/sweep" not in screen_text(running.app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_filter_without_a_row_is_said_as_well(size: tuple[int, int]) -> None:
    async with console(scenes.demo(), size) as running:
        await running.press("slash", *"nosuch", "enter")
        assert "/nosuch 0/4" in screen_text(running.app)


@pytest.mark.parametrize("size", SIZES)
async def test_faults_only_and_the_order_are_said(size: tuple[int, int]) -> None:
    async with console(scenes.demo(), size) as running:
        await running.press("exclamation_mark", "S", "I")
        assert "Pods faults only 3/4 by NAME reversed" in screen_text(running.app)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("seconds", "words"), [(30, "api stale 30s"), (90, "api OLD 1m")])
async def test_data_that_age_are_said_to_age(
    seconds: float, words: str, size: tuple[int, int]
) -> None:
    async with console(_later(seconds), size) as running:
        assert words in screen_text(running.app)


@pytest.mark.parametrize("size", SIZES)
async def test_fresh_data_in_the_panes_own_order_need_no_line(size: tuple[int, int]) -> None:
    async with console(scenes.demo(), size) as running:
        assert running.table._listed.alarm == ()


@pytest.mark.parametrize(("pane", "title"), [("disk", "%"), ("gpu", "USE"), ("pods", "STATE")])
async def test_forty_columns_show_how_full_and_how_busy(pane: str, title: str) -> None:
    async with console(scenes.demo(), (40, 10), pane) as running:
        assert title in screen_text(running.app).splitlines()[1].split()


async def test_a_row_stays_visible_however_much_there_is_to_say() -> None:
    async with console(scenes.away(), (20, 5)) as running:
        assert ">" in screen_text(running.app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_way_to_the_help_and_the_way_out_come_first(size: tuple[int, int]) -> None:
    async with console(scenes.demo(), size) as running:
        assert screen_text(running.app).splitlines()[-1].startswith(" ? help  q quit")


@pytest.mark.parametrize("pane", all_panes(), ids=lambda pane: pane.name)
def test_no_column_that_fits_is_left_out(pane: Pane) -> None:
    for width in range(14, 200):
        shown = fitted(pane.columns, width)
        places = {column.place for column in shown}
        spare = width - sum(min(c.width, c.column.width) + 1 for c in shown)
        left_out = [column for place, column in enumerate(pane.columns) if place not in places]
        assert all(min(column.width, WORDS) + 1 > spare for column in left_out) or width >= NARROW
        assert all(column.width + 1 > spare for column in left_out)
