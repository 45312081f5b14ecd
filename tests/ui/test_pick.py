"""A list to pick from: fixes with their exact commands, each confirmed before it runs."""

from dataclasses import replace

from rgt_tui.domain.request import Run
from tests.conftest import screen_text
from tests.ui import law, scenes
from tests.ui.driving import Console, console


async def opened(running: Console) -> None:
    await running.select("sweep-07")
    await running.press("f")
    await running.awake()


async def test_the_fix_of_an_open_symptom_comes_first_and_shows_its_commands() -> None:
    async with console(law.scene()) as running:
        await opened(running)
        assert "1 move the caches off the container disk" in screen_text(running.app)
        await running.press("enter")
        await running.awake()
        text = screen_text(running.app)
        assert "RUN on sweep-07" in text
        assert "mkdir -p" in text
        await running.press("tab", "enter")
        ((request, approval),) = running.feed.performed
        assert isinstance(request, Run)
        assert approval == "button"
        assert request.pod == scenes.full_disk().id


async def test_enter_at_once_runs_nothing() -> None:
    async with console(law.scene()) as running:
        await opened(running)
        await running.press("enter")
        await running.awake()
        await running.press("enter")
        assert running.feed.performed == []


async def test_nothing_that_runs_can_be_picked_while_write_mode_is_locked() -> None:
    async with console(replace(law.scene(), write_left_s=None)) as running:
        await opened(running)
        assert "write mode is locked" in screen_text(running.app)
        await running.press("enter")
        assert "RUN on" not in screen_text(running.app)


async def test_esc_closes_the_list() -> None:
    async with console(law.scene()) as running:
        await opened(running)
        await running.press("escape")
        assert "Fixes for" not in screen_text(running.app)


async def test_what_was_picked_stays_on_the_screen_as_it_was_picked() -> None:
    async with console(law.scene()) as running:
        await opened(running)
        text = screen_text(running.app)
        place = next(line for line in text.splitlines() if "forward in place of" in line)
        await running.press(place.split("forward")[0].split()[-1], "enter")
        await running.pilot.pause()
        assert "rgt-tui forward " in screen_text(running.app)
        running.feed.put(replace(running.feed.scene(), findings={}))
        await running.pilot.pause()
        assert "rgt-tui forward " in screen_text(running.app)
