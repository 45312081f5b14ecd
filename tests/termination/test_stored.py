"""A network volume through its checklist, against the simulated service and an S3 server."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients import holds
from rgt_tui.domain.account import Account
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.holding import Hold
from rgt_tui.domain.journal import INTENT, OUTCOME
from rgt_tui.domain.objects import Listing, StoredObject
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.dossier.stored import WAIVABLE, Stored, compose_stored, contents_of
from rgt_tui.guard.events import Cancelled
from rgt_tui.guard.items import Found, Item
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.files import StoredFile, safetensors
from rgt_tui.simulator.placing import HOUR
from rgt_tui.simulator.world import Volume
from tests.clients.buckets import client, serving
from tests.pulled import unverified
from tests.termination.conftest import Person, idle_pod, person_of
from tests.values import NOW

FILES = {"ckpt/model.safetensors": b"x" * 700, "logs/run.txt": b"hello"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held copies are looked for below the test's folder."""
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path / "home"))


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


def hold(folder: Path, files: dict[str, bytes], pod: str = "gone") -> list[Path]:
    """Held copies here, as a pull from a Pod that had the volume leaves them."""
    found: list[Hold] = []
    group = Path(holds.folder()) / "pull1"
    group.mkdir(parents=True)
    for number, (key, content) in enumerate(files.items()):
        copy, held = folder / f"copy{number}", group / f"{number}"
        copy.write_bytes(content)
        os.link(copy, held)
        hashed = holds.hash_file(str(held))
        assert hashed is not None
        proof = unverified(*hashed)
        remote = replace(hashed[0], path=f"/workspace/{key}")
        found.append(
            Hold(
                proof=proof,
                copy=str(copy),
                origin=f"pod:{pod}@1",
                remote=remote,
                place="local:jump1",
                at=1.0,
            )
        )
    holds.write_index(str(group / holds.INDEX), found)
    return [Path(it.proof.stamp.path) for it in found]


async def test_files_that_are_held_here_and_equal_are_not_lost(
    simulator: Simulator, origin: str, tmp_path: Path
) -> None:
    hold(tmp_path, FILES)
    async with volume_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        assert {line.mark for line in person.checklist.lines} == {Mark.OK}
        data = person.checklist.line(Item.DURABLE).data
        assert [(it.place, it.said) for it in data] == [("local:jump1", "equal, read whole")] * 2
        assert person.checklist.dossier.loss.keeps == ("2 files, 705B held on this machine",)
        assert person.checklist.challenge.text == "alone"
        person.type()
        await person.until(Phase.GONE)
        assert person.destroyed == [("DELETE", f"/v2/network-volumes/{person.bound}")]


OTHER: dict[str, dict[str, bytes]] = {
    "one has other bytes": {**FILES, "logs/run.txt": b"HELLO"},
    "one was elsewhere": {"ckpt/model.safetensors": b"x" * 700, "run.txt": b"hello"},
}


@pytest.mark.parametrize("held", OTHER.values(), ids=OTHER)
async def test_a_copy_that_is_not_equal_is_no_copy(
    simulator: Simulator, origin: str, tmp_path: Path, held: dict[str, bytes]
) -> None:
    hold(tmp_path, held)
    async with volume_of(simulator, tmp_path / "state") as person:
        await looked(person)
        await person.when(lambda it: "1 of 2 files, 5B" in it.line(Item.DURABLE).why)
        assert [it.path for it in person.checklist.dossier.loss.single] == ["logs/run.txt"]
        assert person.checklist.line(Item.DURABLE).mark is Mark.FAILED
        person.type()
        assert person.checklist.phase is Phase.GATHERING
        assert person.destroyed == []


@pytest.mark.parametrize("harm", ["removed", "written over"])
async def test_a_copy_that_is_lost_in_the_undo_window_keeps_the_volume(
    simulator: Simulator, origin: str, tmp_path: Path, harm: str
) -> None:
    held = hold(tmp_path, FILES)
    async with volume_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        person.type()
        if harm == "removed":
            held[1].unlink()
        else:
            held[1].write_bytes(b"HELLO")
        await person.until(Phase.GATHERING, Phase.VANISHED, Phase.CANCELLED)
        assert person.checklist.approval is None
        assert person.destroyed == []


def test_with_more_files_than_can_be_listed_it_is_kept_and_says_what_to_do() -> None:
    objects = tuple(StoredObject(key=f"{n}.pt", size=1, modified=1.0) for n in range(3))
    volume = NetworkVolume(id="v", name="big", size_gb=1, data_center="EU-RO-1", tier=None)
    contents = contents_of(Listing(objects=objects, is_whole=False))
    seen = Stored(
        account=Account(),
        volume=volume,
        tag="a",
        now=NOW,
        steady=9.0,
        contents=Observed(contents, NOW, "s3"),
    )
    blast = compose_stored(seen).of(Item.BLAST)
    assert blast is not None
    assert blast.found is Found.UNSEEN
    assert "3 files were listed and there are more: what is lost cannot be known" in blast.why
    assert "RunPod's own console" in blast.why
    assert Item.BLAST not in WAIVABLE


async def test_without_s3_the_pod_that_has_it_tells_its_checkpoints_and_it_stays(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RUNPOD_S3_ACCESS_KEY", "RUNPOD_S3_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    simulator.world.find("idle").machine.stored.append(
        StoredFile(path="/workspace/out/step-1.safetensors", content=safetensors(1))
    )
    async with volume_of(simulator, tmp_path / "state", "nv") as person:
        await person.when(lambda it: bool(it.line(Item.BLAST).data))
        (told,) = person.checklist.line(Item.BLAST).data
        assert (told.what, told.place) == ("/workspace/out/step-1.safetensors", "seen by idle")
        assert person.checklist.line(Item.BLAST).mark is Mark.UNSEEN
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
