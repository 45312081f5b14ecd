"""The window on a network volume: where it leads, what it refuses, and that it shows bytes safely."""

import pytest

from rgt_tui.domain.request import EmptyTrash
from rgt_tui.domain.shelf import Glance, Wish
from rgt_tui.panes import Scene
from rgt_tui.ui.screens.browser import BrowserScreen
from tests.conftest import screen_text
from tests.ui import money, scenes, shelves
from tests.ui.browser.looking import awake, browse, step
from tests.ui.driving import console


async def test_going_in_and_up_asks_for_what_is_not_known_and_leads_back() -> None:
    async with console(money.money(), (120, 40), "volumes") as running:
        screen = await browse(running)
        assert running.feed.glances == [Glance(shelves.VOLUME, "")]
        assert "reading .." in screen_text(running.app)
        await running.put(shelves.browsed())
        await running.press("g", "j", "enter")
        assert screen.glance == Glance(shelves.VOLUME, "ckpt/")
        await running.press("enter", "h", "backspace")
        assert screen.glance == Glance(shelves.VOLUME, "")
        assert running.feed.glances == [Glance(shelves.VOLUME, "")]
        await running.press("escape")
        assert running.app.screen is running.main


async def test_space_reads_again_and_v_verifies_what_is_under_the_cursor() -> None:
    async with console(shelves.browsed(), (120, 40), "volumes") as running:
        await step(running)
        await running.press("space", "j", "v")
        assert running.feed.glances == [
            Glance(shelves.VOLUME, shelves.STEP),
            Glance(shelves.VOLUME, shelves.FOLDER.objects[1].key, Wish.VERIFY),
        ]


async def test_a_file_shows_its_beginning_without_control_bytes() -> None:
    async with console(shelves.browsed(), (120, 40), "volumes") as running:
        await browse(running)
        await running.press("j", "j", "j", "enter")
        text = screen_text(running.app)
        assert "# Runs" in text
        assert "\\x1b[31m" in text
        assert "\x1b" not in text


@pytest.mark.parametrize("name", ["datasets", "nv1"])
async def test_a_command_opens_a_volume_by_name_from_any_pane(name: str) -> None:
    async with console(shelves.browsed()) as running:
        await running.press("colon", *"browse", "space", *name, "enter")
        assert isinstance(running.app.screen, BrowserScreen)


@pytest.mark.parametrize(
    ("scene", "typed", "said"),
    [
        (money.money, "browse nothing", "no network volume 'nothing'"),
        (money.money, "browse", "select a network volume"),
        (scenes.empty, "browse", "no network volume"),
    ],
)
async def test_what_cannot_be_browsed_says_why(scene: "type[Scene]", typed: str, said: str) -> None:
    async with console(scene(), (160, 40)) as running:
        keys = ["space" if c == " " else c for c in typed]
        await running.press("colon", *keys, "enter")
        assert running.app.screen is running.main
        assert said in screen_text(running.app)


EMPTY = [*"empty", "space", *"datasets"]


async def test_the_listed_trash_is_deleted_after_its_name_was_typed() -> None:
    async with console(shelves.browsed(), (120, 40), "volumes") as running:
        await browse(running)
        await running.press("t", "Z")
        await awake(running)
        await running.press("tab", *EMPTY, "tab", "tab", "enter")
        ((request, approval),) = running.feed.performed
        assert isinstance(request, EmptyTrash)
        assert request.objects == shelves.TRASH.objects
        assert (request.volume, approval) == ("nv1", "typed: empty datasets")


@pytest.mark.parametrize(
    ("write", "keys", "said"),
    [
        (True, ["Z"], "t lists the trash first"),
        (False, ["t", "Z"], "E unlocks it"),
    ],
)
async def test_trash_is_not_deleted_unseen_or_without_write_mode(
    write: bool, keys: list[str], said: str
) -> None:
    async with console(shelves.browsed(write=write), (120, 40), "volumes") as running:
        await browse(running)
        await running.press(*keys)
        assert isinstance(running.app.screen, BrowserScreen)
        assert said in screen_text(running.app)
        assert running.feed.performed == []


async def test_actions_on_pods_do_nothing_here() -> None:
    async with console(shelves.browsed(), (120, 40), "volumes") as running:
        await browse(running)
        await running.press("ctrl+x", "r", "u")
        assert isinstance(running.app.screen, BrowserScreen)
        assert "no Pod is selected" in screen_text(running.app)
