"""Ctrl-D on a network volume opens the checklist of that volume, and of nothing else."""

from rgt_tui.ui.screens.checklist import ChecklistScreen
from tests.conftest import screen_text
from tests.ui import law
from tests.ui.driving import console
from tests.ui.marks.volume import VOLUME, checklist


async def test_on_a_volume_its_own_checklist_opens() -> None:
    async with console(law.scene(), pane="volumes") as running:
        running.feed.ready = {VOLUME: checklist()}
        await running.select("datasets")
        await running.press("ctrl+d")
        assert isinstance(running.app.screen, ChecklistScreen)
        assert running.feed.opened == [VOLUME]
        await running.put(running.feed.scene())
        assert "attached to train-a" in screen_text(running.app)


async def test_marks_on_pods_do_not_turn_a_volume_s_checklist_into_theirs() -> None:
    async with console(law.scene()) as running:
        await running.press("g", "space", "j", "space")
        running.main.action_show_pane("volumes")
        await running.select("datasets")
        await running.press("ctrl+d")
        assert running.feed.opened == [VOLUME]
