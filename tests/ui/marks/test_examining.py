"""`terminate POD` at a terminal opens the console with the checklist of that Pod."""

from dataclasses import replace

import pytest

from rgt_tui.app import RgtApp
from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Scene
from rgt_tui.ui.screens.checklist import ChecklistScreen
from tests.conftest import screen_text
from tests.ui import law, scenes
from tests.ui.driving import Console
from tests.ui.feeds import FixedFeed
from tests.values import NOW


async def opened(name: str, scene: Scene) -> tuple[list[PodId], str, bool]:
    """What was opened, what is on the screen, and whether that is a checklist."""
    feed = FixedFeed(scene)
    feed.ready = {law.POD.id: law.gathering()}
    app = RgtApp(feed, examine=name)
    async with app.run_test(size=(120, 40)) as pilot:
        running = Console(app, pilot, feed)
        await pilot.pause(0.2)
        await running.settle()
        return feed.opened, screen_text(app), isinstance(app.screen, ChecklistScreen)


@pytest.mark.parametrize("name", [law.POD.name, law.POD.id])
async def test_the_console_opens_with_the_checklist(name: str) -> None:
    pods, text, is_checklist = await opened(name, law.scene())
    assert pods == [law.POD.id]
    assert is_checklist
    assert f"TERMINATE {law.POD.name}" in text


async def test_a_name_that_nobody_has_is_said() -> None:
    pods, text, is_checklist = await opened("nobody", law.scene())
    assert (pods, is_checklist) == ([], False)
    assert "terminate nobody: there is no such Pod" in text


async def test_a_name_that_two_have_opens_nothing_and_names_both() -> None:
    two = (law.POD, replace(law.POD, id=PodId("0other0pod")))
    account = law.scene().account.after(Change(PodList, Observed(PodList(two), NOW)))
    pods, text, _ = await opened(law.POD.name, replace(law.scene(), account=account))
    assert pods == []
    assert "2 Pods are called sweep-07" in text


async def test_with_the_api_away_it_opens_all_the_same_and_without_any_data_it_says_so() -> None:
    pods, _, is_checklist = await opened(law.POD.name, scenes.away())
    assert (pods, is_checklist) == ([law.POD.id], True)
    pods, text, is_checklist = await opened(law.POD.name, scenes.no_key())
    assert (pods, is_checklist) == ([], False)
    assert "nothing live was read" in text


async def test_without_a_name_nothing_opens() -> None:
    pods, _, is_checklist = await opened("", law.scene())
    assert (pods, is_checklist) == ([], False)
