"""The terminate checklist: what it hears, what it refuses, and that only a person approves."""

import random
from dataclasses import replace

import pytest
from textual import events

from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Cancelled, Typed, Waived
from rgt_tui.guard.items import Item
from rgt_tui.guard.step import open_checklist
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.ui.screens.checklist import ChecklistScreen
from tests.conftest import screen_text
from tests.ui import law, scenes
from tests.ui.driving import Console, console, examined


def shown(running: Console) -> Checklist:
    return running.feed.scene().checklists[law.POD.id]


def keys_of(text: str) -> list[str]:
    return ["space" if character == " " else character for character in text]


REASON = "a smoke test, not wanted"


def long_ago(checklist: Checklist) -> Checklist:
    """The same list, opened long before the present moment of the guard's clock."""
    return replace(checklist, opened_at=law.AT - 100)


@pytest.fixture(autouse=True)
def _guard_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rgt_tui.ui.screens.approving.steady", lambda: law.AT + 20)


async def test_with_everything_green_it_takes_one_key_the_challenge_two_tabs_and_enter() -> None:
    async with console(law.scene()) as running:
        running.feed.ready[law.POD.id] = ready = long_ago(law.ready())
        await running.select(law.POD.name)
        text = ready.challenge.text
        opening, rest = ["ctrl+d"], ["6", *keys_of(text), "tab", "tab", "enter"]
        await running.press(*opening)
        await running.put(running.feed.scene())
        await running.awake()
        await running.press(*rest)
        assert len(opening + rest) == len(text) + 5
        (typed,) = running.feed.told
        assert isinstance(typed, Typed)
        assert (typed.text, typed.keys) == (text, len(text))
        assert shown(running).phase is Phase.COUNTING


WRONG: dict[str, list[str]] = {
    "Enter at once": ["enter"],
    "Enter in the field": ["6", *keys_of(law.POD.name), "enter", "enter"],
    "Enter on Cancel": ["6", *keys_of(law.POD.name), "tab", "enter"],
    "nothing typed": ["6", "tab", "tab", "enter"],
    "another name": ["6", *keys_of("sweep-08"), "tab", "tab", "enter"],
    "the opening key again": ["ctrl+d", "ctrl+d", "enter"],
    "Esc": ["6", *keys_of(law.POD.name), "tab", "tab", "escape"],
    "Ctrl-C": ["6", *keys_of(law.POD.name), "tab", "tab", "ctrl+c"],
    "q": ["q"],
    "the facts over the field": ["6", *keys_of(law.POD.name), "tab", "d", "tab", "enter"],
    "the button of another line": ["6", *keys_of(law.POD.name), "up", "tab", "tab", "enter"],
}


@pytest.mark.hazard(52)
@pytest.mark.parametrize("keys", WRONG.values(), ids=WRONG)
async def test_it_is_not_approved_by(keys: list[str]) -> None:
    async with examined(long_ago(law.ready())) as running:
        await running.press(*keys)
        assert shown(running).approval is None
        assert not shown(running).phase.is_approved


@pytest.mark.hazard(52)
async def test_a_paste_is_refused() -> None:
    async with examined(long_ago(law.ready())) as running:
        await running.press("6")
        running.app.post_message(events.Paste(shown(running).challenge.text))
        await running.settle()
        assert "a paste is not taken" in screen_text(running.app)
        await running.press("tab", "tab", "enter")
        assert shown(running).approval is None


async def test_no_field_opens_while_a_line_is_in_the_way() -> None:
    async with examined(law.gathering()) as running:
        await running.press("6", *"sweep", "tab", "tab", "enter")
        assert not [it for it in running.feed.told if isinstance(it, Typed)]


async def test_nothing_is_typed_while_write_mode_is_locked() -> None:
    locked = replace(law.scene(), write_left_s=None)
    async with examined(long_ago(law.ready()), scene=locked) as running:
        await running.press("6")
        assert "write mode is locked" in screen_text(running.app)
        await running.press("E", "6", *keys_of(law.POD.name), "tab", "tab", "enter")
        assert shown(running).phase is Phase.COUNTING


async def test_a_read_only_session_gathers_evidence_and_approves_nothing() -> None:
    async with examined(law.ready(), scene=scenes.demo()) as running:
        assert running.feed.opened == [law.POD.id]
        await running.press("6")
        assert "read-only" in screen_text(running.app)
        await running.press(*"sweep", "tab", "tab", "enter")
        assert not [it for it in running.feed.told if isinstance(it, Typed | Waived)]


async def test_a_small_terminal_approves_nothing() -> None:
    async with examined(law.ready(), (59, 17)) as running:
        await running.press("6")
        assert running.feed.told == []


async def test_a_terminal_made_too_small_takes_the_approval_back() -> None:
    async with examined(law.counting()) as running:
        await running.pilot.resize_terminal(40, 8)
        await running.settle()
        assert shown(running).phase is Phase.CANCELLED
        assert "too small" in shown(running).said


async def test_a_line_is_waived_with_a_reason_two_tabs_and_enter() -> None:
    async with examined(law.gathering()) as running:
        await running.press("3", "w", *keys_of(REASON), "tab", "tab", "enter")
        (waived,) = running.feed.told
        assert isinstance(waived, Waived)
        assert (waived.item, waived.reason) == (Item.DURABLE, REASON)
        assert REASON in screen_text(running.app)


@pytest.mark.parametrize("digit", ["1", "2", "4"])
async def test_what_is_proven_or_not_looked_at_cannot_be_waived(digit: str) -> None:
    async with examined(law.gathering()) as running:
        await running.press(digit, "w", *keys_of(REASON), "tab", "tab", "enter")
        assert not [it for it in running.feed.told if isinstance(it, Waived)]


@pytest.mark.parametrize("key", ["u", "escape", "q", "ctrl+c"])
async def test_the_count_is_taken_back_by(key: str) -> None:
    async with examined(law.counting()) as running:
        await running.press(key)
        assert shown(running).phase is Phase.CANCELLED
        assert "CANCELLED: nothing was sent" in screen_text(running.app)


@pytest.mark.parametrize("key", ["enter", "6", "j", "tab", "ctrl+d", "x"])
async def test_no_other_key_changes_the_count(key: str) -> None:
    async with examined(law.counting()) as running:
        await running.press(key)
        assert running.feed.told == []


async def test_leaving_cancels_and_says_so() -> None:
    async with examined(law.ready()) as running:
        await running.press("escape")
        assert shown(running).phase is Phase.CANCELLED
        assert not isinstance(running.app.screen, ChecklistScreen)


async def test_quitting_while_it_counts_cancels() -> None:
    async with examined(law.counting()) as running:
        feed = running.feed
        running.app.leave()
        await running.pilot.pause()
    assert any(isinstance(event, Cancelled) for event in feed.told)


async def test_a_request_that_left_is_not_taken_back() -> None:
    async with examined(law.sent()) as running:
        assert "it cannot be taken back" in screen_text(running.app)
        await running.press("escape")
        assert running.feed.told == []
        assert not isinstance(running.app.screen, ChecklistScreen)


async def test_newer_evidence_takes_the_field_away_and_what_was_typed_with_it() -> None:
    async with examined(long_ago(law.ready())) as running:
        await running.press("6", *keys_of(law.POD.name))
        worse = {law.POD.id: law.gathering()}
        await running.put(replace(running.feed.scene(), checklists=worse))
        assert f"> {law.POD.name}" not in screen_text(running.app)
        await running.press("tab", "tab", "enter")
        assert not [it for it in running.feed.told if isinstance(it, Typed)]


@pytest.mark.hazard(59)
async def test_the_target_is_the_pod_it_was_opened_for() -> None:
    async with examined(long_ago(law.ready())) as running:
        pods = running.feed.scene().account.pods
        assert len(pods) > 1
        await running.press("j", "j", "k", "6", *keys_of(law.POD.name), "tab", "tab", "enter")
        assert shown(running).pod == law.POD.id
        assert list(running.feed.scene().checklists) == [law.POD.id]


async def test_hostile_facts_stay_text() -> None:
    datum = replace(law.FACTS[Item.DURABLE][1][0], what="/w/[bold]x[/]\u202e;rm -rf $(id)")
    facts = law.dossier(replace(law.exhibit(Item.DURABLE), data=(datum,)))
    async with examined(open_checklist(facts, law.AT, seed=0)) as running:
        await running.press("3", "d")
        assert "[bold]x[/]" in screen_text(running.app)
        assert "\u202e" not in screen_text(running.app)


async def test_random_keys_approve_nothing() -> None:
    chance = random.Random(7)  # keys, not secrets
    keys = [*"123456jkdwrEuqxyz 0-", "tab", "enter", "escape", "up", "down", "ctrl+d", "backspace"]
    async with console(law.scene()) as running:
        running.feed.ready[law.POD.id] = long_ago(law.ready())
        await running.select(law.POD.name)
        for _ in range(10):
            await running.pilot.press(
                *("space" if k == " " else k for k in chance.choices(keys, k=25))
            )
        assert not any(
            isinstance(event, Typed) and event.text == law.ready().challenge.text
            for event in running.feed.told
        )
        assert running.feed.performed == []


async def test_a_disk_whose_use_is_unknown_still_tells_its_size() -> None:
    unseen = replace(law.SAFE, mounts=(replace(law.ROOT, used=None),))
    facts = law.dossier(loss=unseen)
    async with examined(open_checklist(facts, law.AT, seed=0)) as running:
        assert "/ ? of 20.0G (container disk)" in screen_text(running.app)


@pytest.mark.parametrize("part", [Phase, Mark])
def test_each_state_has_a_picture(part: type[Phase | Mark]) -> None:
    lists = [make() for make in law.STATES.values()]
    pictured = {it.phase for it in lists} | {line.mark for it in lists for line in it.lines}
    assert set(part) - pictured == set()
