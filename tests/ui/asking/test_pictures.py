"""Pictures of the questions that come before something is changed."""

import asyncio

import pytest

from rgt_tui.ui.screens.confirm import ConfirmScreen
from tests.conftest import Gallery
from tests.ui.asking.seen import unlocked
from tests.ui.driving import Console, console


async def ask(running: Console, pod: str, *keys: str) -> ConfirmScreen:
    """The question that keys open about a Pod, once it hears."""
    rows = [row.cells[0].text for row in running.main.pane.rows(running.app.now_shown)]
    await running.press("g", *["j"] * rows.index(pod), *keys)
    screen = running.app.screen
    assert isinstance(screen, ConfirmScreen)
    async with asyncio.timeout(20):
        while not screen.is_awake:
            await running.pilot.pause(0.02)
    await running.settle()
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("key", ["ctrl+x", "r", "N", "e", "A"])
async def test_a_question_looks_as_it_did(
    key: str, size: tuple[int, int], gallery: Gallery
) -> None:
    async with console(unlocked(), size) as running:
        await ask(running, "sweep-07", key)
        gallery.holds(running.app)
