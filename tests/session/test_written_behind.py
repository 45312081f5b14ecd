"""A global volume over real SSH: lost until it was flushed and another Pod has read equal bytes."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.domain.account import Account
from rgt_tui.domain.checkpoint import CheckpointList, CheckpointProofs
from rgt_tui.domain.durable import SETTLE_S, Durable, NotDurable, Witness
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.written_behind import WrittenBehind
from rgt_tui.dossier import compose
from rgt_tui.dossier.view import LISTED_S, View
from rgt_tui.facts import find_pod
from rgt_tui.guard.items import Found, Item
from rgt_tui.saved_facts import saved_on
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.files import StoredFile, safetensors
from rgt_tui.simulator.machine import global_disk
from rgt_tui.sources import Ask, Source, proofs
from rgt_tui.sources.written_behind import AGAIN_S, NO_WITNESS, SOURCE
from rgt_tui.store import Store
from tests.session.conftest import Opened

pytestmark = pytest.mark.usefixtures("cut_connections")

BUCKET = "gsb-7f3k"
PATH = "/workspace-global/run/model.safetensors"
THERE = "/global/run/model.safetensors"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Two Pods that mount one global volume at different paths; the second has other bytes at first."""
    world = build_world(scenarios=("healthy_training", "volume_disk"))
    first, second = sorted(world.pods.values(), key=lambda pod: pod.spec.name != "train-a")
    for pod, path, content in ((first, PATH, safetensors(7)), (second, THERE, safetensors(8))):
        pod.machine.disks.append(global_disk(BUCKET, path.partition("/run")[0]))
        pod.machine.stored.append(StoredFile(path=path, content=content))
    with Simulator(world) as served:
        yield served


class Told:
    """A session, and a clock that is told to go on."""

    def __init__(self, session: Session, store: Store) -> None:
        self.session, self.store = session, store
        self.now = self.looked = session.clock()

    @property
    def account(self) -> Account:
        return self.store.state.account

    @property
    def pod(self) -> Pod:
        return find_pod(self.account.pods, "train-a")

    async def look(self) -> None:
        kinds = frozenset[type]({CheckpointList, CheckpointProofs})
        await self.session.look(slow=True, kinds=kinds)
        assert proofs.SOURCE.pods is not None
        while self.pod in proofs.SOURCE.pods(self.account, self.now):
            await self.read(proofs.SOURCE)

    async def read(self, source: Source) -> None:
        wires, clock = self.session.wires, lambda: self.now
        ask = Ask(
            wires=wires, account=self.account, clock=clock, pod=self.pod,
            known_now=lambda: self.account,
        )  # fmt: skip
        self.store.apply(await source.read(ask))

    async def step(self) -> WrittenBehind:
        """The next step that the source takes, if it wants one."""
        assert SOURCE.pods is not None
        if self.pod in SOURCE.pods(self.account, self.now):
            await self.read(SOURCE)
        return self.account.about(self.pod.id).value(WrittenBehind) or WrittenBehind()

    def kept(self) -> tuple[Durable, ...] | NotDurable:
        """What the view of checkpoints says; the guard's line says the same."""
        saved = next(
            one for one in saved_on(self.pod, self.account, self.now) if one.one.path == PATH
        )
        if self.now - self.looked < LISTED_S:
            view = View(account=self.account, pod=self.pod, tag="t", now=self.now, steady=self.now)
            one, file = saved.one, saved.one.files[0]
            assert view.outlives(one, file) == saved.kept
            line = compose(view).of(Item.DURABLE)
            assert line is not None
            datum = next(it for it in line.data if it.what == one.shown)
            lost = isinstance(saved.kept, NotDurable)
            assert datum.place.startswith("nowhere: ") if lost else "global:" in datum.place
            assert line.found is Found.REFUTED  # another checkpoint is on the Pod's own disk
        return saved.kept


def why(kept: tuple[Durable, ...] | NotDurable) -> str:
    assert isinstance(kept, NotDurable)
    return kept.why


@pytest.mark.hazard(46)
async def test_it_is_kept_only_by_a_flush_and_the_bytes_that_another_pod_read_later(
    opened: Opened, simulator: Simulator
) -> None:
    async with opened() as (session, store):
        told = Told(session, store)
        await told.look()
        told.now = told.looked = session.clock()
        assert "it was not flushed" in why(told.kept())

        behind = await told.step()
        assert [seen.flushed.problem for seen in behind.flushes.values()] == [""]
        assert "another running Pod that mounts it" in why(told.kept())

        told.now += SETTLE_S - 1
        assert not (await told.step()).copies, "its memory of the folder may still be the old one"
        told.now += 2
        behind = await told.step()
        assert behind.copies[PATH].path == THERE
        assert "nobody has read equal bytes" in why(told.kept()), "the other Pod shows other bytes"


@pytest.mark.hazard(46)
async def test_equal_bytes_read_by_another_pod_keep_it_for_a_quarter_of_an_hour(
    opened: Opened, simulator: Simulator
) -> None:
    second = next(p for p in simulator.world.pods.values() if p.spec.name != "train-a")
    second.machine.stored = [
        StoredFile(path=THERE, content=safetensors(7)) if file.path == THERE else file
        for file in second.machine.stored
    ]
    async with opened() as (session, store):
        told = Told(session, store)
        await told.look()
        told.now = told.looked = session.clock()
        await told.step()
        told.now += SETTLE_S + 1
        behind = await told.step()
        assert not behind.without
        kept = told.kept()
        assert not isinstance(kept, NotDurable), kept.why
        assert (kept[0].place, kept[0].witnesses) == (
            f"global:{BUCKET}", (Witness.FLUSH, Witness.ELSEWHERE),
        )  # fmt: skip
        assert kept[0].until == told.now + 900
        told.now += 901
        assert "nobody has read equal bytes" in why(told.kept())
        await told.step()
        assert not isinstance(told.kept(), NotDurable), "it is read again when that grows old"


async def test_a_flush_that_failed_is_said_and_tried_again_after_a_minute(
    opened: Opened, simulator: Simulator
) -> None:
    first = next(p for p in simulator.world.pods.values() if p.spec.name == "train-a")
    first.machine.fsync_error = errno.EIO
    async with opened() as (session, store):
        told = Told(session, store)
        await told.look()
        told.now = told.looked = session.clock()
        behind = await told.step()
        (seen,) = behind.flushes.values()
        assert seen.flushed.problem == os.strerror(errno.EIO)
        assert "Input/output error" in why(told.kept())

        began = told.now
        for since, problem in ((AGAIN_S, os.strerror(errno.ENOSPC)), (2 * AGAIN_S, "")):
            first.machine.fsync_error = errno.ENOSPC if problem else 0
            told.now = began + since - 1
            assert await told.step() == behind, "not before its minute is over"
            told.now += 1
            behind = await told.step()
            (seen,) = behind.flushes.values()
            assert (seen.flushed.problem, seen.flushed.at) == (problem, told.now)
        assert not (await told.step()).copies, (
            "the second witness waits from the flush that came off"
        )
        assert "another running Pod that mounts it" in why(told.kept())


async def test_a_pod_that_is_alone_is_said(opened: Opened, simulator: Simulator) -> None:
    second = next(p for p in simulator.world.pods.values() if p.spec.name != "train-a")
    second.machine.disks.pop()
    async with opened() as (session, store):
        told = Told(session, store)
        await told.look()
        told.now = told.looked = session.clock()
        behind = await told.step()
        told.now += SETTLE_S + 1
        behind = await told.step()
        assert behind.without == NO_WITNESS
        assert SOURCE.pods is not None
        assert told.pod not in SOURCE.pods(told.account, told.now), "it asks nobody in vain again"
        assert "another running Pod that mounts it" in why(told.kept())


def test_a_flush_says_of_each_file_what_its_fsync_and_its_folders_answered(tmp_path: Path) -> None:
    from tests.verifiers.asking import ask

    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    paths = [str(tmp_path / name) for name in ("a", "link", "gone", "none/b")]
    rows = {
        a["flushed"][0]: a["flushed"][1]
        for a in ask({"op": "flush", "paths": paths})
        if "flushed" in a
    }
    assert rows[paths[0]] == ""
    assert "symbolic link" in rows[paths[1]]
    assert "No such file" in rows[paths[2]]
    assert "No such file" in rows[paths[3]]
