"""A network volume through its checklist, against the simulated service and an S3 server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from rgt_tui.domain.journal import INTENT, OUTCOME
from rgt_tui.domain.units import PodId
from rgt_tui.guard.events import Cancelled
from rgt_tui.guard.items import Item
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.placing import HOUR
from rgt_tui.simulator.world import Volume
from tests.clients.buckets import client, serving
from tests.termination.conftest import Person, idle_pod, person_of

FILES = {"ckpt/model.safetensors": b"x" * 700, "logs/run.txt": b"hello"}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A Pod with a volume of its own, and a volume that no Pod has."""
    world = build_world(pods=0)
    idle_pod(world)
    alone = Volume(
        id=world.new_id(10), name="alone", size=100, data_center="EU-RO-1", used_bytes=705
    )
    world.add_volume(alone, since=world.now - 9 * HOUR)
    with Simulator(world) as served:
        yield served


def id_of(simulator: Simulator, name: str) -> PodId:
    return PodId(next(it.id for it in simulator.world.volumes.values() if it.name == name))


@pytest.fixture
def origin(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The files of both volumes, written long enough ago."""
    monkeypatch.setattr("rgt_tui.dossier.stored.SETTLE_S", 0.0)
    with serving({id_of(simulator, name): FILES for name in ("alone", "nv")}) as found:
        monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "user_x")
        monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "rps_x")
        monkeypatch.setenv("RUNPOD_S3_ENDPOINT_URL", found)
        yield found


@contextlib.asynccontextmanager
async def volume_of(
    simulator: Simulator, state: Path, name: str = "alone"
) -> AsyncIterator[Person]:
    """A person with the open checklist of a network volume."""
    async with person_of(simulator, state) as person, asyncio.TaskGroup() as tasks:
        person.do(Cancelled())
        volume = id_of(simulator, name)
        person.session.desk.open(volume, tasks)
        person.bound = volume
        try:
            yield person
        finally:
            person.do(Cancelled())


async def looked(person: Person) -> None:
    await person.when(lambda it: all(line.exhibit is not None for line in it.lines))


def volumes(simulator: Simulator) -> list[str]:
    return sorted(it.name for it in simulator.world.volumes.values())


async def test_a_volume_is_deleted_once_when_its_loss_was_taken_on_and_typed(
    simulator: Simulator, origin: str, tmp_path: Path
) -> None:
    async with volume_of(simulator, tmp_path / "state") as person:
        await looked(person)
        checklist = person.checklist
        assert checklist.dossier.binding.kind is Kind.VOLUME
        marks = {line.item: line.mark for line in checklist.lines}
        assert marks == {
            Item.IDENTITY: Mark.OK,
            Item.BLAST: Mark.OK,
            Item.DURABLE: Mark.FAILED,
            Item.LOADS: Mark.UNSEEN,
            Item.QUIET: Mark.OK,
        }
        assert "2 files" in checklist.line(Item.DURABLE).why
        person.waive(Item.DURABLE, Item.LOADS)
        await person.until(Phase.READY)
        assert "2 files 705B" in person.checklist.challenge.text
        person.type()
        await person.until(Phase.GONE)
        assert person.destroyed == [("DELETE", f"/v2/network-volumes/{person.bound}")]
        entries = person.session.writer.journal.read().entries
        assert [it.event for it in entries] == ["approve", INTENT, OUTCOME]
    assert volumes(simulator) == ["nv"]


@pytest.mark.parametrize("item", [Item.IDENTITY, Item.BLAST, Item.QUIET])
async def test_what_a_volume_is_and_holds_is_never_waived(
    simulator: Simulator, origin: str, tmp_path: Path, item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "")
    async with volume_of(simulator, tmp_path / "state", "nv") as person:
        await looked(person)
        person.waive(item)
        assert person.checklist.line(item).mark is not Mark.WAIVED
        assert person.checklist.phase is Phase.GATHERING


async def test_a_volume_that_a_pod_has_is_not_deleted(
    simulator: Simulator, origin: str, tmp_path: Path
) -> None:
    async with volume_of(simulator, tmp_path / "state", "nv") as person:
        await looked(person)
        person.waive(Item.DURABLE, Item.LOADS)
        line = person.checklist.line(Item.IDENTITY)
        assert line.mark is Mark.FAILED
        assert "attached to idle" in line.why
        person.type()
        assert person.checklist.phase is Phase.GATHERING
        assert person.destroyed == []


async def test_without_an_s3_key_nobody_knows_what_is_lost_and_it_stays(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNPOD_S3_ACCESS_KEY", raising=False)
    monkeypatch.delenv("RUNPOD_S3_SECRET_KEY", raising=False)
    async with volume_of(simulator, tmp_path / "state") as person:
        await looked(person)
        line = person.checklist.line(Item.BLAST)
        assert line.mark is Mark.UNSEEN
        assert "key of its own" in line.why
        person.waive(*Item)
        assert person.checklist.phase is Phase.GATHERING


def write(simulator: Simulator, origin: str) -> None:
    """Somebody puts a file on it over S3."""
    s3 = client(origin, "eu-ro-1")
    s3.put_object(Bucket=id_of(simulator, "alone"), Key="new.pt", Body=b"new")
    s3.close()


def attach(simulator: Simulator, origin: str) -> None:
    """A Pod is created on it."""
    from rgt_tui.simulator.placing import OFFICIAL_IMAGE, Life, place
    from rgt_tui.simulator.pod import Spec

    spec = Spec(
        name="late",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA A100 80GB PCIe", 1),
        network=(id_of(simulator, "alone"), "/workspace"),
    )
    life = Life(created_s=60.0, up_s=10.0)
    simulator.call(lambda world: place(world, spec, life, data_center="EU-RO-1"))


def vanish(simulator: Simulator, origin: str) -> None:
    """Somebody else deletes it."""
    volume = simulator.world.volumes[id_of(simulator, "alone")]
    simulator.call(lambda world: world.remove_volume(volume))


@pytest.mark.parametrize("change", [write, attach, vanish])
async def test_what_changes_in_the_undo_window_keeps_it(
    simulator: Simulator,
    origin: str,
    tmp_path: Path,
    change: Callable[[Simulator, str], None],
) -> None:
    async with volume_of(simulator, tmp_path / "state") as person:
        await looked(person)
        person.waive(Item.DURABLE, Item.LOADS)
        await person.until(Phase.READY)
        person.type()
        change(simulator, origin)
        await person.until(Phase.GATHERING, Phase.VANISHED)
        assert person.checklist.approval is None or person.checklist.phase is Phase.VANISHED
        assert person.destroyed == []


async def test_an_empty_volume_needs_no_waiver(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "user_x")
    monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "rps_x")
    with serving({id_of(simulator, "alone"): {}}) as found:
        monkeypatch.setenv("RUNPOD_S3_ENDPOINT_URL", found)
        async with volume_of(simulator, tmp_path / "state") as person:
            await person.until(Phase.READY)
            assert person.checklist.challenge.text == "alone"
