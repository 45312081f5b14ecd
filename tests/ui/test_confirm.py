"""Questions: what they hear, what they refuse, and that nothing leaves by accident."""

import random
from dataclasses import replace

import pytest
from textual import events

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import PodList, PodStatus
from rgt_tui.domain.request import Act, Launch, Patch, Request, Verb
from rgt_tui.panes import Scene
from rgt_tui.ui.screens.confirm import ConfirmScreen
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import Console, console
from tests.values import NOW


def unlocked() -> Scene:
    return replace(scenes.demo(), read_only=False, write_left_s=600.0)


async def opened(running: Console, *keys: str) -> ConfirmScreen:
    """The question that keys open about sweep-07, once it hears."""
    await running.select("sweep-07")
    await running.press(*keys)
    screen = await running.awake()
    assert isinstance(screen, ConfirmScreen)
    return screen


STOP = [*"stop", "space", *"sweep-07"]


async def test_a_stop_leaves_after_what_was_asked_was_typed_and_two_tabs() -> None:
    async with console(unlocked()) as running:
        await opened(running, "ctrl+x")
        await running.press("tab", *STOP, "tab", "tab", "enter")
        (request, approval), *more = running.feed.performed
        assert not more
        assert isinstance(request, Act)
        assert request.verb is Verb.STOP
        assert request.pod == scenes.full_disk().id
        assert approval == "typed: stop sweep-07"


WRONG: dict[str, list[str]] = {
    "Enter at once": ["enter"],
    "Enter in the field": ["tab", *STOP, "enter", "enter"],
    "Enter on Cancel": ["tab", *STOP, "tab", "enter"],
    "nothing typed": ["tab", "tab", "tab", "enter"],
    "another name": ["tab", *"stop", "space", *"sweep-08", "tab", "tab", "enter"],
    "only y": ["y", "enter"],
    "the opening key again": ["ctrl+x", "ctrl+x", "enter"],
    "Esc": ["tab", *STOP, "tab", "tab", "escape", "enter"],
    "Ctrl-C": ["tab", *STOP, "tab", "tab", "ctrl+c", "enter"],
    "q": ["q", "enter"],
}


@pytest.mark.parametrize("keys", WRONG.values(), ids=WRONG)
async def test_nothing_leaves_by(keys: list[str]) -> None:
    async with console(unlocked()) as running:
        await opened(running, "ctrl+x")
        await running.press(*keys)
        assert running.feed.performed == []


async def test_keys_typed_before_the_question_was_seen_are_dropped() -> None:
    async with console(unlocked()) as running:
        await running.press("g", "j", "ctrl+x")
        screen = running.app.screen
        assert isinstance(screen, ConfirmScreen)
        screen.is_awake = False
        for key in ("tab", *STOP, "tab", "tab", "enter"):
            screen.takes(events.Key(key, key if len(key) == 1 else None))
        await running.settle()
        assert running.feed.performed == []
        assert screen._typed.text == ""
        assert screen.is_current


async def test_a_paste_is_refused() -> None:
    async with console(unlocked()) as running:
        screen = await opened(running, "ctrl+x")
        await running.press("tab")
        running.app.post_message(events.Paste("stop sweep-07"))
        await running.press("tab", "tab", "enter")
        assert screen._typed.text == ""
        assert running.feed.performed == []
        assert "not what was asked" in screen_text(running.app)


@pytest.mark.parametrize("key", ["ctrl+x", "r", "K", "R"])
async def test_without_write_mode_no_question_is_asked(key: str) -> None:
    async with console(replace(scenes.demo(), read_only=False)) as running:
        rows = [row.cells[0].text for row in running.main.pane.rows(running.app.now_shown)]
        await running.press("g", *["j"] * rows.index("sweep-07"), key)
        assert running.app.screen is running.main
        assert "E unlocks it" in screen_text(running.app)


async def test_write_mode_that_ends_meanwhile_lets_nothing_leave() -> None:
    async with console(unlocked()) as running:
        await opened(running, "ctrl+x")
        await running.put(replace(scenes.demo(), read_only=False))
        await running.press("tab", *STOP, "tab", "tab", "enter")
        assert running.feed.performed == []
        assert "E unlocks it" in screen_text(running.app)


async def test_a_pod_started_anew_meanwhile_is_not_stopped() -> None:
    scene = unlocked()
    async with console(scene) as running:
        await opened(running, "ctrl+x")
        pods = tuple(replace(pod, started_at=NOW + 1) for pod in scene.account.pods)
        account = scene.account.after(Change(PodList, Observed(PodList(pods), NOW)))
        await running.put(replace(scene, account=account))
        await running.press("tab", *STOP, "tab", "tab", "enter")
        assert running.feed.performed == []
        assert "started anew" in screen_text(running.app)


async def test_the_question_stays_with_its_pod_when_the_list_moves() -> None:
    scene = unlocked()
    async with console(scene) as running:
        await opened(running, "ctrl+x")
        pods = tuple(reversed(scene.account.pods))
        account = scene.account.after(Change(PodList, Observed(PodList(pods), NOW)))
        await running.put(replace(scene, account=account))
        await running.press("tab", *STOP, "tab", "tab", "enter")
        assert [r.pod for r, _ in running.feed.performed] == [scenes.full_disk().id]


async def test_a_small_terminal_confirms_nothing() -> None:
    async with console(unlocked(), (50, 14)) as running:
        await opened(running, "ctrl+x")
        await running.press("tab", *STOP, "tab", "tab", "enter")
        assert running.feed.performed == []


async def test_a_lock_needs_the_button_only() -> None:
    async with console(unlocked()) as running:
        await opened(running, "K")
        await running.press("tab", "enter")
        request, approval = running.feed.performed[0]
        assert isinstance(request, Patch)
        assert dict(request.changes) == {"locked": True}
        assert approval == "button"


async def test_a_new_name_is_typed() -> None:
    async with console(unlocked()) as running:
        await opened(running, "R")
        await running.press("tab", *"sweep-08", "tab", "tab", "enter")
        request: Request = running.feed.performed[0][0]
        assert isinstance(request, Patch)
        assert dict(request.changes) == {"name": "sweep-08"}


async def test_a_restart_is_asked_for_by_name() -> None:
    async with console(unlocked()) as running:
        await opened(running, "r")
        await running.press("tab", *"sweep-07", "tab", "tab", "enter")
        assert [getattr(r, "verb", None) for r, _ in running.feed.performed] == [Verb.RESTART]


async def test_a_locked_console_says_how_to_unlock() -> None:
    async with console(replace(scenes.demo(), read_only=False)) as running:
        await running.press("g", "j", "K")
        assert "E unlocks it" in screen_text(running.app)
        await running.press("E")
        assert "WRITE 10m" in screen_text(running.app)
        await running.press("E")
        assert "WRITE" not in screen_text(running.app)


async def test_a_read_only_console_cannot_be_unlocked() -> None:
    async with console(scenes.demo()) as running:
        await running.press("E")
        assert running.app.now_shown.write_left_s is None
        assert "read-only" in screen_text(running.app)


async def test_a_stopped_pod_says_why_it_cannot_be_stopped() -> None:
    async with console(unlocked()) as running:
        rows = [row.cells[0].text for row in running.main.pane.rows(running.app.now_shown)]
        await running.press("g", *["j"] * rows.index("old-ckpt"), "ctrl+x")
        assert scenes.stopped().status == PodStatus.EXITED
        assert "stopped already" in screen_text(running.app)


KEYS = (
    *"abcdefghijklmnopqrstuvwxyzEFGIKRSV0123456789:/!?.,-_ ",
    "enter", "escape", "tab", "shift+tab", "up", "down", "backspace", "space", "home", "end",
    "ctrl+c", "ctrl+d", "ctrl+k", "ctrl+l", "ctrl+r", "ctrl+u", "ctrl+x", "pageup", "pagedown",
)  # fmt: skip


async def test_random_keys_and_pastes_in_write_mode_stop_nothing() -> None:
    draw = random.Random(5)
    async with console(unlocked()) as running:
        for _ in range(500):
            screen = running.app.screen
            if isinstance(screen, ConfirmScreen):
                screen.is_awake = True  # as if the keys came slowly enough to be heard
            key = draw.choice(KEYS)
            if key == "q" and not isinstance(screen, ConfirmScreen):
                continue
            event = events.Key(key, key if len(key) == 1 else None)
            if draw.random() < 0.02:
                running.app.post_message(events.Paste("stop sweep-07"))
            running.app.post_message(event)
            await running.pilot.pause()
            if running.app._exit:
                break
        verbs = {getattr(request, "verb", None) for request, _ in running.feed.performed}
        assert Verb.STOP not in verbs
        assert Verb.RESTART not in verbs


async def test_what_may_hold_a_secret_is_not_in_the_approval() -> None:
    async with console(unlocked()) as running:
        await opened(running, "e")
        text = ["space" if c == " " else c for c in "sweep-07 args=abc"]
        await running.press("tab", *text, "tab", "tab", "enter")
        ((request, approval),) = running.feed.performed
        assert isinstance(request, Patch)
        assert dict(request.changes) == {"args": "abc"}
        assert approval == "typed: (not kept)"


async def test_a_digit_turns_a_choice_and_a_digit_in_the_field_is_typed() -> None:
    async with console(unlocked()) as running:
        screen = await opened(running, "N")
        before = screen_text(running.app)
        await running.press("3")
        assert "CUDA 12" in screen_text(running.app) != before
        await running.press("tab", *"launch", "space", *"sweep-07", "tab", "tab", "enter")
        assert screen._typed.text == "launch sweep-07"
        ((request, _),) = running.feed.performed
        assert isinstance(request, Launch)
        assert "minCudaVersion" in str(request.body["gpu"])
