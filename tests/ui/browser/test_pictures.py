"""Pictures of the window on a network volume, at the sizes that layouts turn at."""

from collections.abc import Awaitable, Callable

import pytest

from tests.conftest import Gallery
from tests.ui import shelves
from tests.ui.browser.looking import awake, browse, step
from tests.ui.driving import Console, console


async def folder(running: Console) -> None:
    """A folder with files that were verified."""
    await step(running)


async def top(running: Console) -> None:
    """The top, with a hostile name."""
    await browse(running)


async def trash(running: Console) -> None:
    """The question before trash is deleted."""
    await browse(running)
    await running.press("t", "Z")
    await awake(running)


async def head(running: Console) -> None:
    """A file that is no text."""
    await step(running)
    await running.press("j", "j", "enter")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("way", [folder, top, trash, head], ids=lambda way: way.__name__)
async def test_a_volume_looks_as_it_did(
    way: Callable[[Console], Awaitable[None]], size: tuple[int, int], gallery: Gallery
) -> None:
    async with console(shelves.browsed(), size, "volumes") as running:
        await way(running)
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_without_a_key_it_looks_as_it_did(size: tuple[int, int], gallery: Gallery) -> None:
    async with console(shelves.refused(), size, "volumes") as running:
        await browse(running)
        gallery.holds(running.app)
