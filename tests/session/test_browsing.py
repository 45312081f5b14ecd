"""Looking into a network volume and emptying its trash, over a real S3 server; no Pod is asked."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from safetensors.numpy import save

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.objects import Listing, StoredObject
from rgt_tui.domain.request import EmptyTrash, Ending
from rgt_tui.domain.shelf import Answer, Glance, Shelves, Wish
from rgt_tui.domain.volume import VolumeList
from rgt_tui.opening import Address, open_session
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator
from rgt_tui.store import Store
from tests.clients.buckets import serving
from tests.verifiers.good import noise

WHOLE = save({"a": noise(50, 20)})
FILES = {
    "ckpt/good.safetensors": WHOLE,
    "ckpt/cut.safetensors": WHOLE[:-3],
    "readme.txt": b"hello\x1b[31m",
    ".Trash-0/files/old.bin": b"x" * 7,
    ".Trash-0/info/old.bin.trashinfo": b"[Trash Info]",
    "notebooks/.Trash-1000/files/a.ipynb": b"{}",
}


@pytest.fixture
def volume(simulator: Simulator) -> str:
    return next(v.id for v in simulator.world.volumes.values() if v.name == "nv-eu-01")


@pytest.fixture
def origin(volume: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with serving({volume: FILES}) as found:
        monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "user_x")
        monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "rps_x")
        monkeypatch.setenv("RUNPOD_S3_ENDPOINT_URL", found)
        yield found


@pytest.fixture
async def session(where: Address, tmp_path: Path) -> AsyncIterator[Session]:
    """A session that answers questions about volumes, in write mode."""
    here = replace(where, read_only=False, journal=tmp_path / "state" / "journal.jsonl")
    async with open_session(here, Config(), Store(), session_clock()) as opened:
        opened.writer.mode.unlock()
        volumes = await opened.wires.rest.network_volumes()
        opened.store.apply([Change(VolumeList, Observed(volumes, 1.0))])
        async with asyncio.TaskGroup() as tasks:
            serving_them = tasks.create_task(opened.browser.serve(tasks))
            yield opened
            serving_them.cancel()


async def until(holds: Any) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  # the state is a value, it rings no bell
            await asyncio.sleep(0.02)


async def answer(session: Session, glance: Glance) -> Answer:
    """The answer to a question, once it is no longer being asked."""

    def known() -> Answer | None:
        shelves = session.store.state.account.evidence.value(Shelves) or Shelves()
        found = shelves.answers.get(glance)
        return None if found is None or found.is_waiting else found

    session.browser.ask(glance)
    await until(known)
    found = known()
    assert found is not None
    return found


async def trash(session: Session, volume: str) -> EmptyTrash:
    listing = (await answer(session, Glance(volume, "", Wish.TRASH))).listing
    assert listing is not None
    return EmptyTrash(volume=volume, name="nv-eu-01", objects=listing.objects)


def left(origin: str, volume: str) -> set[str]:
    """What lies on the volume."""
    s3 = boto3.client(
        "s3",
        endpoint_url=origin,
        region_name="eu-ro-1",
        aws_access_key_id="user_x",
        aws_secret_access_key="rps_x",
    )
    found = {item["Key"] for item in s3.list_objects_v2(Bucket=volume).get("Contents", [])}
    s3.close()
    return found


def journal(session: Session) -> list[str]:
    return [entry.event for entry in session.writer.journal.read().entries]


async def test_a_folder_and_the_beginning_of_a_file_are_read_without_a_pod(
    session: Session, origin: str, volume: str
) -> None:
    top = (await answer(session, Glance(volume, ""))).listing
    assert top is not None
    assert top.folders == (".Trash-0/", "ckpt/", "notebooks/")
    assert [stored.name for stored in top.objects] == ["readme.txt"]
    head = await answer(session, Glance(volume, "readme.txt", Wish.HEAD))
    assert head.head == b"hello\x1b[31m"


async def test_the_files_of_a_folder_are_verified_one_by_one(
    session: Session, origin: str, volume: str
) -> None:
    await answer(session, Glance(volume, "ckpt/", Wish.VERIFY))
    good = await answer(session, Glance(volume, "ckpt/good.safetensors", Wish.VERIFY))
    cut = await answer(session, Glance(volume, "ckpt/cut.safetensors", Wish.VERIFY))
    assert good.check is not None
    assert (good.check.verdict, good.check.format) == ("ok", "safetensors")
    assert cut.check is not None
    assert cut.check.verdict == "broken"


async def test_a_data_center_without_s3_and_a_missing_key_are_told_in_words(
    session: Session, simulator: Simulator, volume: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await answer(session, Glance(volume, ""))
    assert "key of its own" in found.trouble
    assert "S3 API Keys" in found.hint
    far = next(v for v in session.store.state.account.volumes if v.id != volume)
    if far.data_center == "US-TX-3":
        assert "US-TX-3 has no S3 interface" in (await answer(session, Glance(far.id, ""))).trouble
    assert (await answer(session, Glance("nowhere", ""))).trouble


async def test_emptying_deletes_the_trash_and_nothing_else_with_a_record_before_and_after(
    session: Session, origin: str, volume: str
) -> None:
    performed = await session.perform(await trash(session, volume), "typed: empty nv-eu-01")
    assert performed.ending is Ending.DONE, performed.said
    assert "3 files deleted" in performed.said
    assert left(origin, volume) == {name for name in FILES if ".Trash-" not in name}
    assert journal(session) == ["intent", "outcome"]
    intent = session.writer.journal.read().entries[0].raw
    assert [".Trash-0/files/old.bin", 7] in intent["files"]  # type: ignore[operator]  # JSON
    assert intent["approval"] == "typed: empty nv-eu-01"
    shelves = session.store.state.account.evidence.value(Shelves)
    assert shelves is not None
    assert not shelves.answers


async def test_what_changed_since_it_was_seen_stays(
    session: Session, origin: str, volume: str
) -> None:
    request = await trash(session, volume)
    first, *others = request.objects
    old = replace(request, objects=(replace(first, etag="0" * 32), *others))
    performed = await session.perform(old, "typed")
    assert "2 files deleted" in performed.said
    assert "1 changed" in performed.said
    assert first.key in left(origin, volume)


async def test_locked_or_outside_the_trash_nothing_is_deleted_and_nothing_is_written(
    session: Session, origin: str, volume: str
) -> None:
    request = await trash(session, volume)
    sneaked = replace(request, objects=(*request.objects, StoredObject(key="readme.txt", size=5)))
    performed = await session.perform(sneaked, "typed")
    assert performed.ending is Ending.NOT_DONE
    assert "trash folder" in performed.said
    session.writer.mode.lock()
    performed = await session.perform(request, "typed")
    assert "E unlocks it" in performed.said
    assert left(origin, volume) == set(FILES)
    assert journal(session) == []


async def test_a_journal_that_cannot_be_written_lets_nothing_go(
    session: Session, origin: str, volume: str
) -> None:
    request = await trash(session, volume)
    path = session.writer.journal.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir()
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.NOT_DONE
    assert left(origin, volume) == set(FILES)


def test_answers_are_forgotten_oldest_first() -> None:
    shelves = Shelves()
    for n in range(450):
        shelves = shelves.after(Glance("v", f"{n}/"), Answer(at=n, listing=Listing()))
    assert len(shelves.answers) == 400
    assert Glance("v", "449/") in shelves.answers
    assert Glance("v", "0/") not in shelves.answers
