"""Jobs in a session that reads a simulated account: real SSH, real verifier processes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList, CheckpointProofs, Level, Verdict
from rgt_tui.domain.durable import NotDurable, Witness
from rgt_tui.domain.job import FetchOrder, Job, JobEnd, MeasureOrder, Order, VerifyOrder
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.facts import find_pod
from rgt_tui.jobs.verify import unplaced
from rgt_tui.probes.largest import LargestReport
from rgt_tui.saved_facts import UNREAD, saved_on
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator
from rgt_tui.simulator.files import large_safetensors
from rgt_tui.store import Store
from tests.session.conftest import Opened
from tests.session.test_watch import until, watching

# Every Pod that is watched costs programs on its side; most jobs here are on one of them.
pytestmark = [pytest.mark.usefixtures("cut_connections"), pytest.mark.fleet("healthy_training")]


async def listed(store: Store, name: str) -> tuple[Pod, CheckpointList]:
    """A Pod of the simulated account once its checkpoints are listed."""

    def found() -> CheckpointList | None:
        pods = [pod for pod in store.state.account.pods if pod.name == name]
        return store.state.account.about(pods[0].id).value(CheckpointList) if pods else None

    await until(lambda: found(), seconds=60)
    inventory = found()
    assert inventory is not None
    return find_pod(store.state.account.pods, name), inventory


def job(store: Store, number: int = 1) -> Job:
    return next(job for job in store.state.jobs if job.number == number)


def ended(store: Store, number: int = 1) -> Callable[[], bool]:
    return lambda: any(job.number == number and not job.is_open for job in store.state.jobs)


def verify(pod: Pod, checkpoint: Checkpoint, level: Level = Level.FULL) -> VerifyOrder:
    return VerifyOrder(pod=pod.id, name=pod.name, checkpoint=checkpoint, level=level)


async def begin(session: Session, store: Store, order: Order) -> int:
    count = len(store.state.jobs)
    session.jobs.order(order)
    await until(lambda: len(store.state.jobs) > count)
    return store.state.jobs[-1].number


async def test_a_checkpoint_is_verified_on_its_pod_and_the_proof_joins_the_others(
    opened: Opened,
) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        oldest = inventory.checkpoints[-1]
        await begin(session, store, verify(pod, oldest))
        await until(ended(store), seconds=60)
        done = job(store)
        assert (done.end, done.percent) == (JobEnd.DONE, 100)
        assert "verdict ok by full" in done.said
        proofs = store.state.account.about(pod.id).value(CheckpointProofs)
        assert proofs is not None
        assert proofs.level_of(oldest) is Level.FULL
        assert (done.verdict, done.judged) == (Verdict.OK, "ok full")
        assert any("job 1 done, ok full" in text for _, text in store.state.notices)


async def test_a_checkpoint_that_changes_is_never_ok_and_says_that_it_changed(
    opened: Opened,
) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        oldest = inventory.checkpoints[-1]
        before = tuple(replace(file, mtime_ns=file.mtime_ns - 1) for file in oldest.files)
        await begin(session, store, verify(pod, replace(oldest, files=before)))
        await until(ended(store), seconds=60)
        done = job(store)
        assert done.verdict is Verdict.UNKNOWN
        assert "changed after it was listed" in done.said


def test_what_could_not_be_read_there_says_why_and_is_not_called_unread() -> None:
    torn = replace(
        UNREAD,
        level=Level.FULL,
        reason="changed during verification",
        stamp=replace(UNREAD.stamp, path="/w/a"),
    )
    good = replace(UNREAD, verdict=Verdict.OK)
    said = (Verdict.UNKNOWN, Level.FULL, "/w/a: changed during verification")
    assert unplaced((good, torn)) == said
    assert unplaced((good,))[0] is Verdict.UNKNOWN


async def test_a_second_job_on_a_pod_waits_and_both_can_be_cancelled(opened: Opened) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        order = verify(pod, inventory.checkpoints[0])
        first = await begin(session, store, order)
        second = await begin(session, store, order)
        await until(lambda: job(store, first).began is not None)
        assert job(store, second).began is None
        session.jobs.cancel(second)
        await until(ended(store, second))
        assert job(store, second).said == "cancelled by you"
        assert job(store, second).end is JobEnd.CANCELLED
        session.jobs.cancel(first)
        await until(ended(store, first), seconds=60)
        third = await begin(session, store, order)
        await until(ended(store, third), seconds=60)
        assert job(store, third).end is JobEnd.DONE, "a cancelled job leaves its Pod usable"
        session.jobs.dismiss(third)
        assert third not in [job.number for job in store.state.jobs]


@pytest.mark.fleet("healthy_training", "proxy_only", "stopped")
async def test_a_pod_without_a_shell_fails_the_job_and_says_why(opened: Opened) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        gateway = find_pod(store.state.account.pods, "infer-x")
        await begin(session, store, verify(gateway, inventory.checkpoints[0]))
        await begin(session, store, MeasureOrder(pod=PodId("nosuch"), name="nosuch"))
        stopped = find_pod(store.state.account.pods, "old-ckpt")
        await begin(session, store, MeasureOrder(pod=stopped.id, name="old-ckpt"))
        await until(lambda: all(ended(store, number)() for number in (1, 2, 3)))
        assert job(store).end is JobEnd.FAILED
        assert "RP6" in job(store).said
        assert "gone" in job(store, 2).said
        assert f"the Pod is EXITED. Start it: rgt-tui start {stopped.id}" in job(store, 3).said
        assert pod.is_alive


async def test_a_pod_that_stops_meanwhile_is_named_and_what_to_do(
    opened: Opened, simulator: Simulator
) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        simulator.call(lambda world: world.stop(world.find("train-a")))
        await begin(session, store, verify(pod, inventory.checkpoints[0]))
        await until(ended(store), seconds=60)
        assert job(store).end is JobEnd.FAILED
        assert "the Pod is EXITED" in job(store).said
        assert f"rgt-tui start {pod.id}" in job(store).said


async def test_measuring_walks_the_disks_now(opened: Opened) -> None:
    async with watching(opened) as (session, store):
        pod, _ = await listed(store, "train-a")
        before = store.state.account.about(pod.id).latest(LargestReport)
        await begin(session, store, MeasureOrder(pod=pod.id, name=pod.name))
        await until(ended(store), seconds=90)
        assert job(store).end is JobEnd.DONE
        assert "/workspace" in job(store).said or "/ " in job(store).said
        after = store.state.account.about(pod.id).latest(LargestReport)
        assert after is not None
        assert before is None or after.at > before.at


async def test_a_pull_is_a_job_and_its_held_copy_keeps_what_the_pod_would_lose(
    opened: Opened, tmp_path: Path
) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        lost = next(one for one in inventory.checkpoints if one.path.startswith("/root/"))
        target = tmp_path / "home"
        order = FetchOrder(pod=pod.id, name=pod.name, checkpoint=lost, target=str(target))
        number = await begin(session, store, order)
        await until(ended(store, number), seconds=90)
        if "in memory" in job(store, number).said:
            pytest.skip("the test folder lies in memory, where nothing is pulled to")
        assert job(store, number).end is JobEnd.DONE, job(store, number).said
        assert "equal at both ends, 1 held" in job(store, number).said
        assert (target / lost.path.lstrip("/")).stat().st_size == lost.size
        (saved,) = (
            one
            for one in saved_on(pod, store.state.account, session.clock())
            if one.one.path == lost.path
        )
        assert not isinstance(saved.kept, NotDurable)
        assert [place.witnesses for place in saved.kept] == [(Witness.HELD,)]
        assert saved.is_loaded


@pytest.mark.fleet("volume_disk")
async def test_a_pull_that_is_cancelled_says_what_it_keeps_and_goes_on_from_there(
    opened: Opened, tmp_path: Path, simulator: Simulator
) -> None:
    """Over a slow line, and then over a fast one."""
    machine = simulator.world.find("lora-4090").machine
    machine.stored[-1] = large_safetensors(machine.stored[-1].path, 32, 600)
    machine.link_bytes_s = 6 << 20
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "lora-4090")
        large = max(inventory.checkpoints, key=lambda one: one.size)
        order = FetchOrder(
            pod=pod.id, name=pod.name, checkpoint=large, target=str(tmp_path / "home")
        )
        number = await begin(session, store, order)
        await until(lambda: job(store, number).done > 4 << 20, seconds=60)
        first = job(store, number)
        assert first.rate is not None
        assert first.seconds_left(first.heard or 0) is not None
        session.jobs.cancel(number)
        await until(ended(store, number))
        assert "what came is kept" in job(store, number).said
        assert not list((tmp_path / "home").rglob("*.safetensors"))
        kept = job(store, number).done
        machine.link_bytes_s = 0
        again = await begin(session, store, order)
        await until(lambda: "were here before" in job(store, again).said, seconds=60)
        assert job(store, again).end is None
        await until(ended(store, again), seconds=60)
        done = job(store, again)
        assert (done.end, done.done) == (JobEnd.DONE, large.size), done.said
        assert kept > 4 << 20
        (copy,) = (tmp_path / "home").rglob("*.safetensors")
        assert copy.stat().st_size == large.size


async def test_after_a_restart_nothing_is_read_twice(opened: Opened) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        one = inventory.checkpoints[-1]
        await begin(session, store, verify(pod, one))
        await until(ended(store), seconds=60)
        first = store.state.account.about(pod.id).value(CheckpointProofs)
        assert first is not None
    async with watching(opened) as (_, store):
        await listed(store, "train-a")
        await until(lambda: store.state.account.about(pod.id).value(CheckpointProofs), seconds=60)
        again = store.state.account.about(pod.id).latest(CheckpointProofs)
        assert again is not None
        assert again.value.of(one.files[0]) == first.of(one.files[0])


async def test_jobs_end_with_the_session_and_say_so(opened: Opened) -> None:
    async with watching(opened) as (session, store):
        pod, inventory = await listed(store, "train-a")
        await begin(session, store, verify(pod, inventory.checkpoints[0]))
    assert not job(store).is_open
    assert job(store).end in (JobEnd.CANCELLED, JobEnd.DONE)
    if job(store).end is JobEnd.CANCELLED:
        assert job(store).said == "the console ended"
