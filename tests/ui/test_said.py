"""What the console says: its message line, its help, and what it says when a key does nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui import places
from rgt_tui.app import ECHO_S, RgtApp
from rgt_tui.panes import Scene, all_panes
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import Console, console
from tests.ui.feeds import FixedFeed
from tests.values import NOW


def _message(running: Console) -> str:
    return screen_text(running.app).splitlines()[-2]


def _later(seconds: float) -> Scene:
    return replace(scenes.demo(), now=NOW + seconds)


async def test_what_the_screen_said_gives_way_to_what_the_engine_said_and_stays_readable() -> None:
    async with console(scenes.demo()) as running:
        await running.press("ctrl+k")
        await running.put(_later(ECHO_S))
        assert "no kill without the checklist" in _message(running)
        await running.put(_later(ECHO_S + 1))
        assert "sweep-07 RP11 raised" in _message(running)
        assert "n: all 4" in _message(running)
        await running.press("n")
        assert "no kill without the checklist" in screen_text(running.app)


async def test_with_no_word_from_the_engine_the_last_own_word_stays() -> None:
    async with console(scenes.empty()) as running:
        await running.press("c")
        await running.put(replace(scenes.empty(), now=NOW + 60))
        assert "no Pod is selected" in _message(running)


@pytest.mark.parametrize("key", ["enter", "x"])
async def test_a_reading_window_answers_to_keys_in_its_last_line(key: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press(key)
        assert "back" in screen_text(running.app).splitlines()[-1]
        await running.press("c")
        assert "copied: " in screen_text(running.app).splitlines()[-1]
        await running.put(_later(ECHO_S + 1))
        assert "back" in screen_text(running.app).splitlines()[-1]


async def test_what_was_said_before_a_reading_window_opened_does_not_hide_its_keys() -> None:
    async with console(scenes.demo()) as running:
        await running.press("c", "x")
        assert "back" in screen_text(running.app).splitlines()[-1]


@pytest.mark.parametrize("digit", ["9"])
async def test_a_digit_without_a_pane_names_those_there_are(digit: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press(digit)
        there = "  ".join(f"{pane.order} {pane.title}" for pane in all_panes() if pane.order < 10)
        assert f"no pane {digit} in this version: {there}" in _message(running)
        assert running.main.pane.name == "pods"


@pytest.mark.parametrize("typed", ["copy id", "copy_id", "copy i", "copyid", "COPY ID"])
async def test_an_action_is_called_by_the_words_of_its_key(typed: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press("colon", *typed)
        assert "copy id" in screen_text(running.app).splitlines()[-1]
        await running.press("enter")
        assert "copied: " in _message(running)


async def test_what_follows_a_command_is_its_argument() -> None:
    async with console(scenes.demo()) as running:
        await running.press("colon", *"refresh now", "enter")
        assert running.feed.asked == [None]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_mark_of_the_order_costs_no_title_a_letter(size: tuple[int, int]) -> None:
    async with console(scenes.demo(), size) as running:
        titles = _titles(running)
        for _ in running.table.visible_columns:
            await running.press("S")
            assert _titles(running) == titles
            assert screen_text(running.app).splitlines()[3].count("^") == 1
            await running.press("I")
            assert "reversed" in screen_text(running.app).splitlines()[2]
            await running.press("I")


def _titles(running: Console) -> list[str]:
    return screen_text(running.app).splitlines()[3].replace("^", " ").split()


@pytest.mark.parametrize("mark", ["!", "!!", "hung!", "?", "-", "--", "~97%", "0.01*"])
async def test_help_explains_every_mark(mark: str) -> None:
    async with console(scenes.demo(), (120, 110)) as running:
        await running.press("question_mark")
        lines = screen_text(running.app).partition("Marks")[2].splitlines()
        assert any(line.strip("│ ").startswith(f"{mark}  ") for line in lines)


@pytest.mark.parametrize("keys", [["3"], ["slash", "a", "enter"], ["F"], ["S"]], ids=" ".join)
async def test_a_picture_that_a_start_would_not_show_is_not_kept_for_it(
    keys: list[str], tmp_path: Path
) -> None:
    app = RgtApp(FixedFeed(scenes.demo()), wire="stock", frame=tmp_path / "frame")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        await pilot.press(*keys)
        app.leave()
    assert not (tmp_path / "frame").exists()


def test_crash_reports_go_where_everything_else_of_ours_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path))
    app = RgtApp(FixedFeed(scenes.demo()))
    assert app.report_folder == Path(places.folder("state"))
    assert tmp_path in app.report_folder.parents
