"""The field for a filter or a command: what is typed in it never runs as keys of the list."""

import pytest
from textual import events

from rgt_tui.ui.widgets.prompt import Prompt
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import Console, console

SIGNS = {"slash": "/", "colon": ":"}


def _field(running: Console) -> Prompt | None:
    return next(iter(running.main.query(Prompt)), None)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "edit",
    [
        ["ctrl+u"],
        ["ctrl+w", "ctrl+w", "ctrl+w", "ctrl+w"],
        ["home", "delete", "delete", "delete", "delete", "delete"],
        ["home", "ctrl+u", "end", "ctrl+u"],
        ["shift+home", "delete"],
        ["ctrl+shift+a", "backspace"],
        ["left", "left", "left", "left", "left", "left", "ctrl+w", "end", "ctrl+u"],
    ],
    ids=" ".join,
)
async def test_an_edit_empties_the_field_and_never_closes_it(sign: str, edit: list[str]) -> None:
    async with console(scenes.demo()) as running:
        await running.press(sign, *"a b", *edit)
        field = _field(running)
        assert field is not None
        assert field.value == SIGNS[sign]
        await running.press(*"qxq")
        assert field.value == f"{SIGNS[sign]}qxq"
        assert running.app.screen is running.main
        assert not running.app._exit


async def test_what_is_typed_right_behind_an_edit_goes_into_the_field() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", *"train", "ctrl+u", *"sweep")
        assert [row.cells[0].text for row in running.table.rows] == ["sweep-07"]


def _burst(running: Console, *names: str) -> None:
    """Keys that the terminal hands over at once, as a fast hand on a slow line does."""
    for name in names:
        running.app.post_message(events.Key(name, name if len(name) == 1 else None))


async def test_what_comes_in_one_burst_with_the_sign_goes_into_the_field() -> None:
    async with console(scenes.demo()) as running:
        _burst(running, "j", "slash", *"sweep")
        await running.pilot.pause()
        field = _field(running)
        assert field is not None
        assert field.value == "/sweep"
        assert running.app.screen is running.main
        assert [row.cells[0].text for row in running.table.rows] == ["sweep-07"]


async def test_a_whole_command_in_one_burst_is_carried_out() -> None:
    async with console(scenes.demo()) as running:
        _burst(running, "colon", *"volumes", "enter")
        await running.settle()
        assert _field(running) is None
        assert running.main.pane.name == "volumes"


async def test_text_before_the_sign_is_not_possible() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", "b", "home", "left", "a")
        field = _field(running)
        assert field is not None
        assert field.value == "/ab"


@pytest.mark.parametrize("sign", SIGNS)
async def test_backspace_in_an_empty_field_closes_it(sign: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press(sign, "a", "backspace")
        assert _field(running) is not None
        await running.press("backspace", "j")
        assert _field(running) is None
        assert running.table.cursor == running.table.rows[1].key


@pytest.mark.parametrize("key", ["slash", "colon", "question_mark", "enter", "n", "q", "2"])
async def test_a_key_right_behind_the_one_that_quits_does_nothing(key: str) -> None:
    async with console(scenes.demo()) as running:
        await running.pilot.press("q", key)
    assert running.app.return_code == 0


async def test_no_field_opens_once_the_program_is_being_left() -> None:
    async with console(scenes.demo()) as running:
        running.app.leave()
        await running.main.action_field(":")
        assert _field(running) is None


async def test_what_comes_in_one_burst_behind_enter_is_for_the_list() -> None:
    async with console(scenes.demo()) as running:
        _burst(running, "slash", "a", "enter", "j", "j")
        await running.settle()
        assert _field(running) is None
        assert running.main.view.text == "a"
        assert running.table.cursor == running.table.rows[2].key


async def test_what_comes_in_one_burst_behind_a_command_is_for_its_pane() -> None:
    async with console(scenes.demo()) as running:
        _burst(
            running, "colon", *"volumes", "enter", "j", "colon", *"disk", "enter", "slash", *"sweep"
        )
        await running.settle()
        field = _field(running)
        assert field is not None
        assert field.value == "/sweep"
        assert running.main.pane.name == "disk"


@pytest.mark.parametrize("sign", SIGNS)
async def test_what_comes_in_one_burst_behind_escape_is_for_the_list(sign: str) -> None:
    async with console(scenes.demo()) as running:
        _burst(running, sign, *"sweep", "escape", "j")
        await running.settle()
        assert _field(running) is None
        assert running.main.view.text == ""
        assert running.table.cursor == running.table.rows[1].key


@pytest.mark.parametrize("opener", ["enter", "x", "question_mark"])
async def test_a_command_in_one_burst_behind_a_closed_window_is_for_the_panes(opener: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press(opener)
        assert running.app.screen is not running.main
        _burst(running, "escape", "colon", *"gpu", "enter")
        await running.pilot.pause()
        await running.settle()
        assert running.app.screen is running.main
        assert "[4 GPU]" in screen_text(running.app)
