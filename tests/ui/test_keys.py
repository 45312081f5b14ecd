from dataclasses import replace

import pytest

from rgt_tui.actions import all_actions
from rgt_tui.panes import Scene, all_panes
from rgt_tui.ui import keys
from rgt_tui.ui.screens.main import MainScreen
from rgt_tui.ui.screens.reader import Reader
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import Console, console


def _title(running: Console) -> str:
    return screen_text(running.app).splitlines()[2]


def _message(running: Console) -> str:
    return screen_text(running.app).splitlines()[-2]


@pytest.mark.parametrize("key", ["j", "down"])
async def test_down_goes_to_the_next_row(key: str) -> None:
    async with console(scenes.demo()) as running:
        before = running.table.cursor
        await running.press(key)
        assert running.table.cursor != before
        assert [row.key for row in running.table.rows].index(running.table.cursor or "") == 1


@pytest.mark.parametrize("key", ["k", "up"])
async def test_up_goes_back_and_stops_at_the_first_row(key: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press("j", key, key, key)
        assert running.table.cursor == running.table.rows[0].key


@pytest.mark.parametrize(("last", "first"), [("G", "g"), ("end", "home")])
async def test_the_ends_of_the_list_are_one_key_away(last: str, first: str) -> None:
    async with console(scenes.fleet(100)) as running:
        await running.press(last)
        assert running.table.cursor == running.table.rows[-1].key
        await running.press(first)
        assert running.table.cursor == running.table.rows[0].key


@pytest.mark.parametrize(("forth", "back"), [("pagedown", "pageup"), ("ctrl+f", "comma")])
async def test_a_page_goes_forth_and_back_with_the_cursor_on_its_line(
    forth: str, back: str
) -> None:
    async with console(scenes.fleet(100)) as running:
        await running.press("j", "j", forth)
        assert running.table.cursor == running.table.rows[2 + running.table.page].key
        await running.press(back)
        assert running.table.cursor == running.table.rows[2].key


@pytest.mark.parametrize(
    "pane", [pane for pane in all_panes() if pane.order < keys.DIGITS], ids=lambda pane: pane.name
)
async def test_a_digit_opens_its_pane(pane: object) -> None:
    async with console(scenes.demo()) as running:
        await running.press(str(pane.order))  # type: ignore[attr-defined]  # parametrised by panes
        assert running.main.pane is pane


@pytest.mark.parametrize(("forth", "back"), [("tab", "shift+tab"), ("l", "h")])
async def test_panes_follow_each_other_round(forth: str, back: str) -> None:
    panes = [pane.name for pane in all_panes()]
    async with console(scenes.demo()) as running:
        seen = []
        for _ in panes:
            await running.press(forth)
            seen.append(running.main.pane.name)
        assert seen == [*panes[1:], panes[0]]
        await running.press(back)
        assert running.main.pane.name == panes[-1]


async def test_each_pane_keeps_its_cursor_and_its_filter() -> None:
    async with console(scenes.demo()) as running:
        await running.press("j", "j")
        cursor = running.table.cursor
        await running.press("3", "slash", *"sweep", "enter", "1")
        assert running.table.cursor == cursor
        assert running.main.view.text == ""
        await running.press("3")
        assert running.main.view.text == "sweep"


async def test_a_filter_shows_rows_with_all_words_while_it_is_typed() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", *"us-ks up")
        assert [row.cells[0].text for row in running.table.rows] == ["sweep-07"]
        await running.press("enter", "j")
        assert len(running.table.rows) == 1
        assert "/us-ks up" in _title(running)


async def test_a_word_after_an_exclamation_mark_leaves_rows_out() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", *"!train !old", "enter")
        assert sorted(row.cells[0].text for row in running.table.rows) == ["infer-x", "sweep-07"]


async def test_escape_in_the_field_drops_the_filter_and_on_the_list_clears_it() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", *"sweep", "escape")
        assert len(running.table.rows) == 4
        await running.press("slash", *"sweep", "enter", "escape")
        assert len(running.table.rows) == 4


async def test_a_filter_that_hides_all_says_so_and_how_to_get_out() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", *"nosuch", "enter")
        assert "No row matches /nosuch. Esc shows all rows." in screen_text(running.app)


async def test_an_unread_list_has_an_unknown_length_and_not_a_length_of_zero() -> None:
    async with console(scenes.no_key()) as running:
        assert "Pods(?)" in _title(running)
        assert "tries again" not in screen_text(running.app)
    async with console(scenes.refused_key()) as running:
        assert "^R tries again now" in screen_text(running.app)


async def test_sorting_goes_through_the_visible_columns_and_back_to_the_panes_order() -> None:
    async with console(scenes.demo()) as running:
        own = [row.key for row in running.table.rows]
        await running.press("S")
        names = [row.cells[0].text for row in running.table.rows]
        assert names == sorted(names)
        await running.press("I")
        assert [row.cells[0].text for row in running.table.rows] == names[::-1]
        await running.press("I", *["S"] * len(running.table.visible_columns))
        assert running.main.view.sort is None
        assert [row.key for row in running.table.rows] == own


async def test_the_cursor_stays_on_its_row_when_the_order_changes() -> None:
    async with console(scenes.demo()) as running:
        await running.press("j")
        cursor = running.table.cursor
        await running.press("S", "I")
        assert running.table.cursor == cursor


async def test_enter_opens_the_row_on_the_whole_screen_and_escape_closes_it() -> None:
    async with console(scenes.demo()) as running:
        await running.press("enter")
        assert "Pods: infer-x" in screen_text(running.app)
        assert [type(screen) for screen in running.app.screen_stack] == [MainScreen, Reader]
        await running.press("escape")
        assert running.app.screen is running.main


async def test_q_leaves_the_reading_window_first_and_then_the_console() -> None:
    async with console(scenes.demo()) as running:
        await running.press("x", "q")
        assert running.app.screen is running.main
        await running.press("q")
        assert running.app.return_code == 0
        assert not running.app.is_running or running.app._exit


async def test_the_full_list_hides_the_details_and_gives_them_back() -> None:
    async with console(scenes.demo(), (80, 24)) as running:
        page = running.table.page
        await running.press("F")
        assert running.table.page > page
        await running.press("q")
        assert running.table.page == page


async def test_explain_says_what_was_seen_why_and_what_to_do() -> None:
    async with console(scenes.demo()) as running:
        await running.press("x")
        text = screen_text(running.app)
        assert all(word in text for word in ("RP16", "seen", "why", "What to do", "source:"))


async def test_a_reading_window_shows_newer_evidence_while_it_is_open() -> None:
    async with console(scenes.demo()) as running:
        await running.press("x")
        assert "RP16" in screen_text(running.app)
        await running.put(replace(scenes.demo(), findings={}))
        assert "RP16" not in screen_text(running.app)


async def test_copying_puts_the_id_on_the_clipboard_and_says_so() -> None:
    async with console(scenes.demo()) as running:
        await running.press("c")
        assert running.app.clipboard == scenes.never_started().id
        assert f"copied: {scenes.never_started().id}" in _message(running)


async def test_refresh_asks_the_engine() -> None:
    async with console(scenes.demo()) as running:
        await running.press("ctrl+r")
        assert running.feed.asked == [None]


@pytest.mark.parametrize("scene", [scenes.demo, scenes.cached, scenes.away])
async def test_a_destructive_key_only_says_that_nothing_was_sent(scene: object) -> None:
    async with console(scene()) as running:  # type: ignore[operator]  # parametrised by makers
        await running.press("ctrl+k")
        assert "no kill without the checklist" in _message(running)
        assert "nothing was sent" in _message(running)
        assert running.feed.asked == []


@pytest.mark.parametrize(
    ("typed", "pane"), [("disk", "disk"), ("gp", "gpu"), ("dsk", "disk"), ("pods", "pods")]
)
async def test_a_command_opens_the_pane_it_may_mean(typed: str, pane: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press("colon", *typed, "enter")
        assert running.main.pane.name == pane


async def test_tab_completes_a_command() -> None:
    async with console(scenes.demo()) as running:
        await running.press("colon", "d", "tab", "enter")
        assert running.main.pane.name == "disk"


async def test_a_pane_command_may_carry_a_filter() -> None:
    async with console(scenes.demo()) as running:
        await running.press("colon", *"pods /sweep", "enter")
        assert [row.cells[0].text for row in running.table.rows] == ["sweep-07"]


async def test_an_unknown_command_lists_the_known_ones() -> None:
    async with console(scenes.demo()) as running:
        await running.press("colon", *"zzz", "enter")
        assert "no command 'zzz': pods, volumes, disk, gpu, billing" in _message(running)


@pytest.mark.parametrize("typed", ["q", "quit"])
async def test_the_quit_command_ends_the_console(typed: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press("colon", *typed, "enter")
        assert running.app._exit


async def test_one_interrupt_closes_the_field_and_does_not_quit() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", "a", "ctrl+c", "j")
        assert not running.app._exit
        assert running.table.cursor == running.table.rows[1].key


async def test_two_interrupts_quit_and_one_says_how() -> None:
    async with console(scenes.demo()) as running:
        await running.press("ctrl+c")
        assert "press Ctrl-C again" in _message(running)
        assert not running.app._exit
        await running.press("ctrl+c")
        assert running.app._exit


async def test_keys_of_the_field_destroy_nothing_and_say_nothing() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", "a", "ctrl+d", "ctrl+k", "ctrl+x", "escape")
        assert "nothing was sent" not in screen_text(running.app)


@pytest.mark.parametrize("key", ["z", "Z", "w", "0", "ctrl+q", "ctrl+p", "f5", "delete", "at"])
async def test_an_unknown_key_does_nothing(key: str) -> None:
    async with console(scenes.demo()) as running:
        before = screen_text(running.app)
        await running.press(key)
        assert screen_text(running.app) == before
        assert not running.app._exit


async def test_help_names_every_key_and_action() -> None:
    async with console(scenes.demo(), (140, 120)) as running:
        await running.press("question_mark")
        text = screen_text(running.app)
        for action in all_actions():
            assert action.tooltip in text
        for key in (*keys.LIST, *keys.EVERYWHERE):
            assert key.tooltip in text


async def test_help_says_why_an_action_is_not_available() -> None:
    async with console(scenes.empty(), (120, 60)) as running:
        await running.press("question_mark")
        assert "(not now: no Pod is selected)" in screen_text(running.app)


@pytest.mark.parametrize("key", ["C", "c"])
async def test_an_action_without_a_pod_says_why_not(key: str) -> None:
    async with console(scenes.empty()) as running:
        await running.press(key)
        assert "no Pod is selected" in _message(running)


@pytest.mark.parametrize("key", ["x", "c", "ctrl+r"])
async def test_before_live_data_keys_only_move(key: str) -> None:
    async with console(scenes.cached()) as running:
        await running.press("j", key)
        assert "wait for the first live data" in _message(running)
        assert running.app.screen is running.main
        assert running.feed.asked == []
        assert running.table.cursor == running.table.rows[1].key


async def test_with_the_api_away_at_start_reading_keys_work_on_what_is_known() -> None:
    scene: Scene = replace(scenes.cached(), trouble="The API does not answer.")
    async with console(scene) as running:
        await running.press("x")
        assert isinstance(running.app.screen, Reader)


async def test_all_messages_stay_readable() -> None:
    async with console(scenes.demo()) as running:
        await running.press("ctrl+k", "n")
        text = screen_text(running.app)
        assert "no kill without the checklist" in text
        assert all(said in text for _, said in scenes.demo().notices)


async def test_keys_work_in_a_terminal_too_small_for_panes() -> None:
    async with console(scenes.demo(), (40, 10)) as running:
        assert "? help  q quit   too small for panes" in screen_text(running.app)
        await running.press("j")
        assert running.table.cursor == running.table.rows[1].key
        await running.press("x")
        assert "RP11" in screen_text(running.app)


def test_two_commands_on_one_key_are_refused() -> None:
    twice = (keys.Key("a", "x,y", "a", "a", "a."), keys.Key("b", "y", "b", "b", "b."))
    with pytest.raises(keys.KeyConflict, match="y is claimed by a and by b"):
        keys.check(twice)


@pytest.mark.parametrize("group", [keys.LIST, keys.READER, keys.EVERYWHERE])
def test_every_key_says_what_it_does(group: tuple[keys.Key, ...]) -> None:
    assert all(key.tooltip.endswith(".") for key in group)


async def test_every_key_has_something_to_call() -> None:
    async with console(scenes.demo()) as running:
        await running.press("enter")
        for owner in (running.app, *running.app.screen_stack):
            for _, binding in owner._bindings:
                name = binding.action.partition("(")[0]
                assert hasattr(owner, f"action_{name}"), binding
