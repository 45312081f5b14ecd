"""Where the cursor stands while the order of the rows shifts under it."""

from dataclasses import replace

import pytest

from rgt_tui.panes import Scene
from tests.ui import scenes
from tests.ui.driving import Console, console


def _early() -> Scene:
    """The list before anything was judged: by name, the worst Pod at its end."""
    return replace(scenes.fleet(60), findings={})


def _judged() -> Scene:
    bad = scenes.demo().of(scenes.never_started().id)
    last = scenes.fleet(60).account.pods[-1].id
    return replace(scenes.fleet(60), findings={last: bad})


def _first_shown(running: Console) -> str:
    return running.table.rows[running.table._top].key


async def test_an_untouched_cursor_stays_on_the_first_row_when_the_worst_pod_comes_there() -> None:
    async with console(_early()) as running:
        before = running.table.cursor
        await running.put(_judged())
        assert running.table.cursor != before
        assert running.table.cursor == running.table.rows[0].key == _first_shown(running)
        assert running.table.cursor == scenes.fleet(60).account.pods[-1].id


@pytest.mark.parametrize("key", ["j", "k", "g", "pagedown"])
async def test_a_cursor_that_was_placed_stays_on_its_row(key: str) -> None:
    async with console(_early()) as running:
        await running.press(key)
        before = running.table.cursor
        await running.put(_judged())
        assert running.table.cursor == before


async def test_a_cursor_placed_in_one_pane_leaves_that_of_another_on_its_first_row() -> None:
    async with console(_early()) as running:
        await running.press("G", "3")
        assert running.table.cursor == running.table.rows[0].key == _first_shown(running)
        await running.press("1")
        assert running.table.cursor == running.table.rows[-1].key


async def test_one_comes_back_to_the_row_that_one_has_read_about() -> None:
    async with console(_early()) as running:
        before = running.table.cursor
        await running.press("enter")
        await running.put(_judged())
        await running.press("escape")
        assert running.table.cursor == before
