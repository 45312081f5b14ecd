import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import ScreenStackError

from rgt_tui.app import IDLE_TICKS, RgtApp
from rgt_tui.domain.text import clean
from rgt_tui.ui.screens.main import MainScreen
from rgt_tui.ui.styles import INK_CLASSES, stylesheets
from rgt_tui.ui.terminal.app import TerminalApp
from tests.conftest import ROOT, screen_text
from tests.shared import shared_file
from tests.ui import hostile, scenes
from tests.ui.driving import console
from tests.ui.feeds import FixedFeed
from tests.values import NOW


async def test_the_screen_is_painted_only_when_the_version_moved() -> None:
    async with console(scenes.demo()) as running:
        running.app._ticks = 0
        running.feed._scene = scenes.empty()
        running.app._tick()
        assert "Pods(4)" in screen_text(running.app)
        running.feed.version += 1
        running.app._tick()
        await running.settle()
        assert "This account has no Pods" in screen_text(running.app)


async def test_ages_move_without_news_from_the_engine() -> None:
    async with console(scenes.demo()) as running:
        running.feed._scene = replace(scenes.demo(), now=NOW + 15)
        running.app._ticks = 9
        running.app._tick()
        await running.settle()
        assert "api 10s" in screen_text(running.app)


async def test_news_while_reading_are_on_the_panes_afterwards() -> None:
    async with console(scenes.demo()) as running:
        await running.press("n")
        await running.put(scenes.empty())
        await running.press("escape")
        assert "This account has no Pods" in screen_text(running.app)


async def test_a_resize_takes_the_layout_of_the_new_size() -> None:
    async with console(scenes.demo(), (120, 40)) as running:
        await running.pilot.resize_terminal(60, 18)
        await running.settle()
        assert "┌" not in screen_text(running.app)
        await running.pilot.resize_terminal(200, 60)
        await running.settle()
        assert screen_text(running.app).splitlines()[2].count("┌") == 2


async def test_every_hostile_name_stays_in_its_cells_and_acts_on_nothing() -> None:
    async with console(scenes.named(hostile.NAMES), (200, 60)) as running:
        lines = screen_text(running.app).splitlines()
        assert all(line.isprintable() for line in lines)
        assert "[@click" in "\n".join(lines)
        await running.press("x", "escape", "enter", "escape", "3", "4")
        assert not running.app._exit


async def test_every_text_of_the_hostile_corpus_is_shown_without_a_control_character() -> None:
    corpus = json.loads(shared_file("design/hostile.json").read_text())
    names = [clean(case["value"]) for case in corpus["cases"] if isinstance(case.get("value"), str)]
    assert len(names) > 100
    async with console(scenes.named(names), (200, 60)) as running:
        for _ in range(len(names) // running.table.page + 1):
            lines = screen_text(running.app).splitlines()
            assert all(line.isprintable() for line in lines)
            assert all(
                strip.cell_length == 200 for strip in running.app.screen._compositor.render_strips()
            )
            await running.press("pagedown")
        assert not running.app._exit


async def test_the_window_title_never_comes_from_data() -> None:
    async with console(scenes.named(("\\x1b]0;evil",))) as running:
        assert running.app.title == "rgt-tui"
        assert running.app.sub_title == ""


async def test_there_is_no_command_palette() -> None:
    async with console(scenes.demo()) as running:
        await running.press("ctrl+p")
        assert running.app.screen is running.main


async def test_closing_a_reading_window_twice_is_harmless() -> None:
    async with console(scenes.demo()) as running:
        await running.press("n")
        try:
            await running.press("escape", "escape")
        except ScreenStackError:
            pytest.fail("a second close ended the console")
        assert running.app.screen is running.main


async def test_help_on_help_does_not_pile_up_windows() -> None:
    async with console(scenes.demo()) as running:
        await running.press("question_mark", "n", "question_mark")
        assert len(running.app.screen_stack) == 2


async def test_an_unknown_start_pane_falls_back_to_the_first() -> None:
    async with console(scenes.demo(), pane="nosuch") as running:
        assert running.main.pane.name == "pods"


def test_the_console_keeps_no_picture_of_a_state_that_is_not_live(tmp_path: Path) -> None:
    app = RgtApp(FixedFeed(scenes.cached()), frame=tmp_path / "frame")
    app.exit()
    assert not (tmp_path / "frame").exists()


async def test_the_last_picture_is_kept_for_the_next_start_and_only_for_its_owner(
    tmp_path: Path,
) -> None:
    frame = tmp_path / "state" / "frame"
    app = RgtApp(FixedFeed(scenes.demo()), wire="stock", frame=frame)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        await pilot.press("q")
    assert "sweep-07" in frame.read_text()
    assert "as of 12:00" in frame.read_text()
    assert stat.S_IMODE(frame.stat().st_mode) == 0o600


def test_all_terminal_hygiene_is_in_the_console() -> None:
    assert issubclass(RgtApp, TerminalApp)
    assert RgtApp.ENABLE_COMMAND_PALETTE is False


def test_the_stylesheets_are_the_only_home_of_every_ink() -> None:
    sheets = "".join(path.read_text() for path in stylesheets())
    assert all(f".{name} " in sheets for name in INK_CLASSES)


def test_no_python_file_of_the_screen_names_a_colour() -> None:
    colours = ("ansi_", "rgb(", "#ff", "color=", "bgcolor")
    found = [
        f"{path.name}: {colour}"
        for path in (ROOT / "rgt_tui" / "ui").rglob("*.py")
        for colour in colours
        if "terminal" not in path.parts and colour in path.read_text()
    ]
    assert found == []


@pytest.mark.parametrize("module", ["asyncssh", "httpx", "keyring", "runpod", "aiohttp"])
def test_the_screen_loads_nothing_heavy_but_textual(module: str) -> None:
    code = f"import rgt_tui.app, sys; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ).returncode == 0


async def test_the_main_screen_is_the_only_one_at_the_start() -> None:
    async with console(scenes.demo()) as running:
        assert [type(screen) for screen in running.app.screen_stack] == [MainScreen]


async def test_after_two_minutes_without_a_key_the_api_is_read_less_until_the_next_key() -> None:
    async with console(scenes.demo()) as running:
        running.app._ticks = running.app._key_tick + IDLE_TICKS - 1
        running.app._tick()
        idle_after_a_while = running.feed.is_idle
        await running.pilot.press("j")
        idle_after_a_key = running.feed.is_idle
    assert (idle_after_a_while, idle_after_a_key) == (True, False)
    assert running.feed.asked == [None]
