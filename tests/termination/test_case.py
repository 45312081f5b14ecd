"""A Pod's way through its checklist against the simulated service, counted there."""

from pathlib import Path

import pytest

from rgt_tui.domain.checkpoint import CheckpointProofs
from rgt_tui.domain.journal import INTENT, OUTCOME
from rgt_tui.guard.events import Cancelled, TerminalLost
from rgt_tui.guard.items import Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.simulator import Simulator
from rgt_tui.simulator.files import safetensors
from tests.termination.conftest import person_of


def names(simulator: Simulator) -> list[str]:
    return sorted(pod.spec.name for pod in simulator.world.newest_first())


async def test_a_pod_that_is_proven_and_approved_is_deleted_once_and_seen_to_be_gone(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        person.type()
        gone = await person.until(Phase.GONE)
        assert "not found by its id and not listed" in gone.said
        assert person.destroyed == [("DELETE", f"/v2/pods/{person.pod.id}")]
        assert names(simulator) == ["other"]
        events = [it.event for it in person.session.writer.journal.read().entries]
        assert events == ["approve", INTENT, OUTCOME]
        files = list((tmp_path / "state" / "evidence").iterdir())
        assert len(files) == 1
        assert files[0].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("event", [Cancelled(), TerminalLost()], ids=["esc", "terminal"])
async def test_within_the_undo_window_it_can_be_taken_back(
    simulator: Simulator, tmp_path: Path, event: Cancelled | TerminalLost
) -> None:
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        person.type()
        assert person.session.desk is not None
        person.do(event)
        await person.until(Phase.CANCELLED)
        assert person.destroyed == []
    assert names(simulator) == ["idle", "other"]


async def test_many_small_files_are_proven_and_the_one_that_is_broken_is_named(
    simulator: Simulator, tmp_path: Path
) -> None:
    for number in range(60):
        content = safetensors(number)
        name = f"/workspace/out/{number}.safetensors"
        simulator.write("idle", name, content[:-1] if number == 7 else content, age_s=900.0)
    async with person_of(simulator, tmp_path / "state") as person:
        await person.when(lambda it: it.line(Item.LOADS).mark is Mark.FAILED)
        loads = person.checklist.line(Item.LOADS)
        assert "/7.safetensors" in loads.why
        listed = person.session.store.state.account.about(person.pod.id)
        proofs = listed.value(CheckpointProofs)
        assert proofs is not None
        assert len(proofs.files) == 60
        assert sum(it.is_proven for it in proofs.files.values()) == 59
