"""What all panes together say of one Pod."""

from dataclasses import replace

import pytest

from rgt_tui.panes import Scene, all_panes
from rgt_tui.ui.widgets.about import about_row, faulty_pods
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import Console, console
from tests.ui.triaged import triaged


def _pods(running: Console) -> set[str]:
    return {row.cells[0].text for row in running.table.rows}


def _without_findings() -> Scene:
    return replace(scenes.demo(), findings={})


@pytest.mark.parametrize("pane", ["1", "3", "4"])
async def test_faults_only_leaves_rows_of_pods_with_an_open_symptom(pane: str) -> None:
    async with console(scenes.demo()) as running:
        await running.press(pane)
        every = len(running.table.rows)
        await running.press("exclamation_mark")
        assert _pods(running) == {"infer-x", "sweep-07", "old-ckpt"}
        await running.press("exclamation_mark")
        assert len(running.table.rows) == every


@pytest.mark.parametrize("pane", ["1", "3", "4"])
async def test_a_pod_whose_row_is_marked_as_bad_is_faulty_without_a_symptom(pane: str) -> None:
    async with console(_without_findings()) as running:
        await running.press(pane, "exclamation_mark")
        assert _pods(running) == {"sweep-07"}


async def test_faults_only_leaves_faults_alone_in_the_triage_pane_those_of_the_account_too() -> (
    None
):
    async with console(triaged(), pane="triage") as running:
        await running.press("exclamation_mark")
        shown = [(row.cells[0].text, row.cells[1].text) for row in running.table.rows]
        assert [code for _, code in shown] == ["RP11", "RP16", "RP2", "RP4", "RP8"]
        assert {word for word, _ in shown} == {"!! act", "! warn"}


async def test_a_code_after_the_command_filters_the_triage_pane() -> None:
    async with console(triaged()) as running:
        await running.press("colon", *"triage rp16", "enter")
        assert running.main.pane.name == "triage"
        assert [row.cells[1].text for row in running.table.rows] == ["RP16"]


async def test_enter_on_a_symptom_explains_it_under_its_name() -> None:
    async with console(triaged(), pane="triage") as running:
        await running.press("enter")
        text = screen_text(running.app)
        assert "Triage: RP11 sweep-07" in text
        assert all(word in text for word in ("seen", "why", "What to do", "Ruled out", "source:"))


def test_what_terminate_would_delete_is_no_fault() -> None:
    assert scenes.stopped().id not in faulty_pods(_without_findings(), all_panes())


@pytest.mark.parametrize("pane", all_panes(), ids=lambda pane: pane.name)
def test_a_row_is_spoken_of_by_every_pane(pane: object) -> None:
    scene = scenes.demo()
    own = next(p for p in all_panes() if p is pane)
    row = next((row for row in own.rows(scene) if row.pod == scenes.full_disk().id), None)
    if row is None:
        assert own.name in ("journal", "jobs", "checkpoints"), "a pane of Pods leaves one out"
        return
    titles = {block.title for block in about_row(own, row, scene, all_panes())}
    assert titles >= {"sweep-07", "Triage", "Disks of sweep-07", "Processes on sweep-07"}


def test_of_a_row_that_is_no_longer_there_nothing_is_said() -> None:
    pane = all_panes()[0]
    row = pane.rows(scenes.demo())[0]
    assert about_row(pane, row, scenes.empty(), all_panes()) == ()


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_the_details_on_the_whole_screen_say_what_all_panes_say(
    size: tuple[int, int],
) -> None:
    async with console(scenes.demo(), size) as running:
        await running.press("enter")
        seen = screen_text(running.app)
        for _ in range(10):
            await running.press("pagedown")
            seen += screen_text(running.app)
        assert "Disks of" in seen
        assert "Processes on" in seen
