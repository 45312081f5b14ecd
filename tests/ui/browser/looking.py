"""Opens the window on a network volume in tests."""

import asyncio

from rgt_tui.domain.shelf import Glance
from rgt_tui.ui.screens.browser import BrowserScreen
from rgt_tui.ui.screens.confirm import ConfirmScreen
from tests.ui import shelves
from tests.ui.driving import Console


async def browse(running: Console) -> BrowserScreen:
    """The browser on the volume that the tests know."""
    rows = [row.volume for row in running.main.pane.rows(running.app.now_shown)]
    await running.press("g", *["j"] * rows.index(shelves.VOLUME), "b")
    screen = running.app.screen
    assert isinstance(screen, BrowserScreen)
    return screen


async def step(running: Console) -> BrowserScreen:
    """The browser in the folder of a checkpoint."""
    screen = await browse(running)
    await running.press("g", "j", "enter", "enter")
    assert screen.glance == Glance(shelves.VOLUME, shelves.STEP)
    return screen


async def awake(running: Console) -> ConfirmScreen:
    """The question in front, once it hears."""
    screen = running.app.screen
    assert isinstance(screen, ConfirmScreen)
    async with asyncio.timeout(20):
        while not screen.is_awake:
            await running.pilot.pause(0.02)
    return screen
