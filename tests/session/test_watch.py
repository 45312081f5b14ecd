import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from rgt_tui.domain.checkpoint import CheckpointList, CheckpointProofs
from rgt_tui.domain.pod import PodList
from rgt_tui.facts import find_pod
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator
from rgt_tui.store import Store
from tests.session.conftest import Opened

pytestmark = pytest.mark.usefixtures("cut_connections")


@contextlib.asynccontextmanager
async def watching(opened: Opened) -> AsyncIterator[tuple[Session, Store]]:
    async with opened() as (session, store), asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(session.watch())
        try:
            yield session, store
        finally:
            watch.cancel()


async def until(condition: Callable[[], object], *, seconds: float = 90.0) -> None:
    """Waits for what another task brings about; the deadline only ends a failed test."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # the store has no event to wait for
            await asyncio.sleep(0.02)


def raised(store: Store, code: str) -> bool:
    return any(f"{code} raised" in text for _, text in store.state.notices)


async def test_the_watch_of_a_fleet_raises_what_is_wrong_and_sends_only_reads(
    opened: Opened, simulator: Simulator
) -> None:
    async with watching(opened) as (_, store):
        await until(lambda: raised(store, "RP11") and raised(store, "RP16"))
        assert store.state.account.pods
    methods = {request.method for request in simulator.requests if request.path.startswith("/v2")}
    assert methods == {"GET"}


@pytest.mark.fleet("healthy_training", "proxy_only")
async def test_an_api_that_goes_away_ages_the_list_and_its_return_mends_it(
    opened: Opened, simulator: Simulator
) -> None:
    async with watching(opened) as (session, store):
        await until(lambda: store.state.account.pods)
        simulator.faults.drop = True
        session.refresh()
        await until(lambda: store.state.account.evidence.reading(PodList).failure)
        assert store.state.account.pods, "what was known stays on screen"
        simulator.faults.clear()
        session.refresh()
        await until(lambda: store.state.account.evidence.reading(PodList).failure is None)


@pytest.mark.fleet("healthy_training", "proxy_only")
async def test_a_pod_that_is_terminated_elsewhere_becomes_gone(
    opened: Opened, simulator: Simulator
) -> None:
    async with watching(opened) as (session, store):
        await until(lambda: store.state.account.pods)
        gone = next(p.id for p in store.state.account.pods if p.name == "infer-x")
        simulator.call(lambda world: world.terminate(world.find("infer-x")))
        session.refresh()
        await until(lambda: gone in store.state.account.gone)


@pytest.mark.fleet("healthy_training")
async def test_checkpoints_are_verified_on_their_pod_as_they_are_found(opened: Opened) -> None:
    kinds = frozenset({CheckpointList, CheckpointProofs})
    async with opened() as (session, store):
        for _ in range(5):  # the list, then a checkpoint a time
            await session.look(only=("train-a",), slow=True, kinds=kinds)
        account = store.state.account
    evidence = account.about(find_pod(account.pods, "train-a").id)
    listed, proofs = evidence.value(CheckpointList), evidence.value(CheckpointProofs)
    assert listed is not None
    assert proofs is not None
    verdicts = {one.path: proofs.verdict_of(one)[0].value for one in listed.checkpoints}
    assert verdicts == {
        "/workspace/out/checkpoint-41200": "ok",
        "/workspace/out/checkpoint-41000": "ok",
        "/workspace/eval.safetensors": "broken",
        "/root/best.safetensors": "ok",
    }
    assert all(proof.sha256 for proof in proofs.files.values() if proof.verdict == "ok")
