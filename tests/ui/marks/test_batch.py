"""Marks and several terminate checklists: what is marked, what is heard, what is refused."""

from dataclasses import replace

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import PodId
from rgt_tui.guard.batch import Stage
from rgt_tui.guard.events import Cancelled, Typed
from rgt_tui.ui.screens.batch import BatchScreen
from rgt_tui.ui.screens.checklist import ChecklistScreen
from rgt_tui.ui.widgets.batch import batch_lines
from tests.conftest import screen_text
from tests.ui import law
from tests.ui.driving import Console, console
from tests.ui.marks.marked import IDS, PODS, marked
from tests.values import NOW

TEXT = "2 Pods lose 3 files 60.0M"


def keys_of(text: str) -> list[str]:
    return ["space" if character == " " else character for character in text]


@pytest.fixture(autouse=True)
def _guard_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rgt_tui.ui.screens.approving.steady", lambda: law.AT + 20)


def stage_of(running: Console) -> Stage:
    batch = running.feed.scene().batch
    assert batch is not None
    return batch.stage


async def test_marks_open_one_checklist_each_and_the_cursor_does_not_matter() -> None:
    async with marked() as running:
        assert isinstance(running.app.screen, BatchScreen)
        assert running.feed.opened == list(IDS)


async def test_a_mark_is_taken_away_by_the_same_key_and_all_of_them_by_esc() -> None:
    async with console(law.scene()) as running:
        await running.press("g", "space", "j", "space")
        assert "2 marked" in screen_text(running.app)
        await running.press("space")
        assert "1 marked" in screen_text(running.app)
        await running.press("escape")
        assert "marked" not in screen_text(running.app)
        assert running.main.marked == ()


async def test_one_mark_opens_its_own_checklist() -> None:
    async with console(law.scene()) as running:
        running.feed.ready = {law.POD.id: law.ready()}
        await running.select(law.POD.name)
        await running.press("space", "g", "ctrl+d")
        assert isinstance(running.app.screen, ChecklistScreen)
        assert running.feed.opened == [law.POD.id]


async def test_a_mark_does_not_outlive_the_start_it_was_made_on() -> None:
    async with console(law.scene()) as running:
        await running.select(law.POD.name)
        await running.press("space")
        assert len(running.main.marked) == 1
        known = law.scene().account
        pods = tuple(replace(pod, started_at=NOW - 1.0) for pod in known.pods)
        account = known.after(Change(PodList, Observed(PodList(pods), NOW)))
        await running.put(replace(law.scene(), account=account))
        assert not running.main.marked


async def test_more_than_five_are_refused() -> None:
    six = tuple(replace(PODS[0], id=PodId(f"pod{number:07d}")) for number in range(6))
    account = law.scene().account.after(Change(PodList, Observed(PodList(six), NOW)))
    async with console(replace(law.scene(), account=account)) as running:
        await running.press("g", *["space", "j"] * 6, "g", "ctrl+d")
        assert "at most 5 go together" in screen_text(running.app)
        assert running.feed.opened == []


async def test_it_takes_one_key_the_text_two_tabs_and_enter() -> None:
    async with marked() as running:
        await running.press("6", *keys_of(TEXT), "tab", "tab", "enter")
        (typed,) = running.feed.told
        assert isinstance(typed, Typed)
        assert (typed.text, typed.keys) == (TEXT, len(TEXT))
        assert stage_of(running) is Stage.COUNTING


WRONG: dict[str, list[str]] = {
    "Enter at once": ["enter"],
    "Enter in the field": ["6", *keys_of(TEXT), "enter", "enter"],
    "Enter on Cancel": ["6", *keys_of(TEXT), "tab", "enter"],
    "nothing typed": ["6", "tab", "tab", "enter"],
    "another text": ["6", *keys_of("3 Pods lose 3 files 60.0M"), "tab", "tab", "enter"],
    "Esc": ["6", *keys_of(TEXT), "tab", "tab", "escape"],
    "q": ["q"],
    "the opening key again": ["ctrl+d", "ctrl+d", "enter"],
    "after another Pod was looked at": ["6", *keys_of(TEXT), "down", "tab", "tab", "enter"],
}


@pytest.mark.parametrize("keys", WRONG.values(), ids=WRONG)
async def test_it_is_not_approved_by(keys: list[str]) -> None:
    async with marked() as running:
        await running.press(*keys)
        assert stage_of(running) in (Stage.GATHERING, Stage.CANCELLED)


async def test_leaving_takes_everything_back() -> None:
    async with marked() as running:
        await running.press("6", *keys_of(TEXT), "tab", "tab", "enter", "escape")
        assert isinstance(running.feed.told[-1], Cancelled)
        assert stage_of(running) is Stage.CANCELLED


async def test_without_write_mode_no_field_opens() -> None:
    async with marked() as running:
        await running.put(replace(running.feed.scene(), write_left_s=None))
        await running.press("6", *keys_of(TEXT), "tab", "tab", "enter")
        assert not [it for it in running.feed.told if isinstance(it, Typed)]


async def test_a_range_is_marked_from_the_last_mark_to_the_cursor_both_ways() -> None:
    async with console(law.scene()) as running:
        rows = [row.pod for row in running.table.rows]
        await running.press("g", "j", "space", "j", "j", "v")
        assert set(running.main.marked) == set(rows[1:4])
        await running.press("g", "v")
        assert set(running.main.marked) == set(rows)
        await running.press("escape")
        assert running.main.marked == ()


async def test_without_a_mark_on_the_list_no_range_is_marked() -> None:
    async with console(law.scene()) as running:
        await running.press("g", "v")
        assert "no row is marked that a range could begin at" in screen_text(running.app)
        await running.press("space", "space", "j", "v")
        assert running.main.marked == ()


async def test_the_title_counts_those_that_can_go_and_not_the_marks() -> None:
    async with marked() as running:
        assert "TERMINATE 2 of 3 marked Pods" in screen_text(running.app)


async def test_where_none_can_go_nothing_is_said_to_be_lost() -> None:
    async with marked() as running:
        batch = running.feed.scene().batch
        assert batch is not None
        (head, *_) = batch_lines(batch, {}, 0, 80)
        assert "".join(piece.text for piece in head).strip() == (
            "0 of 3 can go together: d says why of each"
        )


async def test_why_a_pod_cannot_go_is_told_with_all_its_facts() -> None:
    async with marked() as running:
        await running.press("j", "j", "d")
        text = screen_text(running.app)
        assert "it cannot go with them: durable: 2 of 6 files are in no second copy" in text
        assert "step-41000/model-00006-of-00006.safetensors" in text
        await running.press("G", "escape")
        assert stage_of(running) is Stage.GATHERING
        assert "2 of 3 can go together" in screen_text(running.app)
        await running.press("escape")
        assert stage_of(running) is Stage.CANCELLED


async def test_no_text_is_approved_behind_the_facts() -> None:
    async with marked() as running:
        await running.press("6", *keys_of(TEXT), "tab", "d", "tab", "enter")
        assert not [it for it in running.feed.told if isinstance(it, Typed)]
