"""Pictures of every pane and of every unhappy state, in the three sizes that layouts turn at."""

from collections.abc import Callable

import pytest

from rgt_tui.panes import Scene
from tests.conftest import Gallery
from tests.ui import hostile, law, money, saved, scenes
from tests.ui.demo_fleet import demo_fleet
from tests.ui.driving import console, examined
from tests.ui.triaged import triaged

SIZES = ((80, 24), (120, 40), (200, 60))
STATES: dict[str, Callable[[], Scene]] = {
    "empty": scenes.empty,
    "no_key": scenes.no_key,
    "key_refused": scenes.refused_key,
    "api_away": scenes.away,
    "as_of": scenes.cached,
    "demo_fleet": demo_fleet,
}
KEYS = {
    "help": ["question_mark"],
    "explain": ["x"],
    "details": ["enter"],
    "messages": ["n"],
    "filter": ["slash", *"sweep"],
    "command": ["colon", *"di"],
    "faults": ["exclamation_mark"],
    "sorted": ["S", "S", "S", "I"],
    "full": ["F"],
}


def _of(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", SIZES, ids=_of)
@pytest.mark.parametrize("pane", ["pods", "disk", "gpu"])
async def test_a_pane_looks_as_it_did(pane: str, size: tuple[int, int], gallery: Gallery) -> None:
    async with console(scenes.demo(), size, pane) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
@pytest.mark.parametrize("pane", ["volumes", "billing"])
async def test_money_looks_as_it_did(pane: str, size: tuple[int, int], gallery: Gallery) -> None:
    async with console(money.money(), size, pane) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
@pytest.mark.parametrize("pane", ["volumes", "billing"])
async def test_money_without_colour_says_the_same(
    pane: str, size: tuple[int, int], gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(money.money(), size, pane) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
@pytest.mark.parametrize("key", ["", "enter", "x"], ids=["list", "finding", "pod"])
async def test_triage_looks_as_it_did(key: str, size: tuple[int, int], gallery: Gallery) -> None:
    async with console(triaged(), size, "triage") as running:
        if key:
            await running.press(key)
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
@pytest.mark.parametrize("key", ["", "enter"], ids=["list", "finding"])
async def test_triage_without_colour_says_the_same(
    key: str, size: tuple[int, int], gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(triaged(), size, "triage") as running:
        if key:
            await running.press(key)
        gallery.holds(running.app)


@pytest.mark.parametrize("pane", ["volumes", "billing"])
async def test_unknown_money_looks_as_it_did(pane: str, gallery: Gallery) -> None:
    async with console(money.money_unknown(), (80, 24), pane) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
@pytest.mark.parametrize("pane", ["volumes", "billing"])
async def test_money_in_full_looks_as_it_did(
    pane: str, size: tuple[int, int], gallery: Gallery
) -> None:
    async with console(money.money(), size, pane) as running:
        await running.press("enter")
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
async def test_checkpoints_look_as_they_did(size: tuple[int, int], gallery: Gallery) -> None:
    async with console(saved.saved(), size) as running:
        await running.press("slash", *"train", "enter", "p")
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
async def test_checkpoints_of_all_pods_look_as_they_did(
    size: tuple[int, int], gallery: Gallery
) -> None:
    """Hostile names, what is not known, what is kept without a Pod."""
    async with console(saved.saved(), size, "checkpoints") as running:
        gallery.holds(running.app)


async def test_a_checkpoint_in_full_looks_as_it_did(gallery: Gallery) -> None:
    async with console(saved.saved(), (120, 40), "checkpoints") as running:
        await running.press("j", "enter")
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
async def test_jobs_look_as_they_did(size: tuple[int, int], gallery: Gallery) -> None:
    async with console(scenes.job_list(), size, "jobs") as running:
        gallery.holds(running.app)


async def test_quitting_while_jobs_run_looks_as_it_did(gallery: Gallery) -> None:
    async with console(scenes.job_list(), (80, 24)) as running:
        await running.press("q")
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
async def test_what_if_looks_as_it_did(size: tuple[int, int], gallery: Gallery) -> None:
    async with console(money.money(), size) as running:
        await running.press("W")
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
@pytest.mark.parametrize("state", STATES)
async def test_a_state_looks_as_it_did(state: str, size: tuple[int, int], gallery: Gallery) -> None:
    async with console(STATES[state](), size) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", SIZES, ids=_of)
@pytest.mark.parametrize("pane", ["disk", "gpu", "triage"])
async def test_a_mixed_fleet_looks_as_it_did(
    pane: str, size: tuple[int, int], gallery: Gallery
) -> None:
    """Network volume, volume disk, nothing mounted, full overlay, hung mount, no GPU, AMD, CPU."""
    async with console(demo_fleet(), size, pane) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(60, 18), (79, 23), (40, 10), (20, 5)], ids=_of)
async def test_a_small_terminal_looks_as_it_did(size: tuple[int, int], gallery: Gallery) -> None:
    async with console(scenes.demo(), size) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
@pytest.mark.parametrize("keys", KEYS)
async def test_a_key_shows_what_it_did(keys: str, size: tuple[int, int], gallery: Gallery) -> None:
    async with console(scenes.demo(), size) as running:
        await running.press(*KEYS[keys])
        gallery.holds(running.app)


async def test_many_pods_look_as_they_did(gallery: Gallery) -> None:
    async with console(scenes.fleet(200), (120, 40)) as running:
        await running.press("pagedown", "pagedown", "j")
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
async def test_hostile_names_look_as_they_did(size: tuple[int, int], gallery: Gallery) -> None:
    async with console(scenes.named(hostile.NAMES), size) as running:
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
async def test_without_colour_the_picture_says_the_same(
    size: tuple[int, int], gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(scenes.demo(), size) as running:
        gallery.holds(running.app)


async def test_a_terminal_without_utf8_gets_plain_frames(gallery: Gallery) -> None:
    async with console(scenes.demo(), (80, 24)) as running:
        running.app.use_encoding("ascii")
        await running.settle()
        gallery.holds(running.app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
@pytest.mark.parametrize("state", law.STATES)
async def test_the_checklist_looks_as_it_did(
    state: str, size: tuple[int, int], gallery: Gallery
) -> None:
    async with examined(law.STATES[state](), size) as running:
        gallery.holds(running.app)


CHECKLIST_KEYS = {
    "approval": ("losing", ["6", *"sweep"]),
    "waiver": ("gathering", ["3", "w", *"not wanted"]),
    "facts": ("ready", ["3", "d"]),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_of)
@pytest.mark.parametrize("keys", CHECKLIST_KEYS)
async def test_the_checklist_answers_keys_as_it_did(
    keys: str, size: tuple[int, int], gallery: Gallery
) -> None:
    state, pressed = CHECKLIST_KEYS[keys]
    async with examined(law.STATES[state](), size) as running:
        await running.press(*("space" if key == " " else key for key in pressed))
        gallery.holds(running.app)


async def test_the_checklist_in_a_terminal_that_is_too_small_looks_as_it_did(
    gallery: Gallery,
) -> None:
    async with examined(law.ready(), (59, 17)) as running:
        await running.press("6")
        gallery.holds(running.app)


async def test_the_checklist_without_colour_says_the_same(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with examined(law.gathering(), (80, 24)) as running:
        gallery.holds(running.app)
