"""Pictures of marks and of several terminate checklists."""

import pytest

from rgt_tui.guard.batch import Stage
from tests.conftest import Gallery
from tests.ui import law
from tests.ui.driving import console
from tests.ui.marks.marked import marked, scene
from tests.ui.marks.volume import VOLUME, checklist

SIZES = ((80, 24), (120, 40))


@pytest.mark.parametrize("size", SIZES, ids=lambda it: f"{it[0]}x{it[1]}")
@pytest.mark.parametrize(
    "stage", [Stage.GATHERING, Stage.COUNTING, Stage.WORKING, Stage.STOPPED], ids=str
)
async def test_several_checklists_look_as_they_did(
    stage: Stage, size: tuple[int, int], gallery: Gallery
) -> None:
    async with marked(size) as running:
        await running.put(scene(stage))
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=lambda it: f"{it[0]}x{it[1]}")
async def test_marks_look_as_they_did(size: tuple[int, int], gallery: Gallery) -> None:
    async with console(law.scene(), size) as running:
        await running.press("g", "space", "j", "j", "space", "j", "F")
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=lambda it: f"{it[0]}x{it[1]}")
async def test_the_checklist_of_a_volume_looks_as_it_did(
    size: tuple[int, int], gallery: Gallery
) -> None:
    async with console(law.scene(), size, "volumes") as running:
        running.feed.ready = {VOLUME: checklist()}
        await running.select("datasets")
        await running.press("ctrl+d")
        await running.put(running.feed.scene())
        await running.awake()
        gallery.holds(running.app)
