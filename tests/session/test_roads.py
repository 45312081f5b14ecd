"""What becomes of a Pod's examination when its address, its host key or its shell changes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from rgt_tui.domain.evidence import Failed, Reading
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.printed_keys import PrintedKeys
from rgt_tui.domain.readiness import Answered
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.store import Store
from tests.session.conftest import Opened

pytestmark = pytest.mark.usefixtures("cut_connections")

TRAIN = "train-a"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A Pod to be troubled, and two that are to stay fresh meanwhile."""
    world = build_world(scenarios=["healthy_training", "rp11_container_disk_full", "proxy_only"])
    with Simulator(world) as served:
        yield served


@contextlib.asynccontextmanager
async def watching(opened: Opened) -> AsyncIterator[tuple[Session, Store]]:
    async with opened() as (session, store), asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(session.watch(frozenset({PrintedKeys})))
        try:
            yield session, store
        finally:
            watch.cancel()


def pod_of(store: Store, name: str = TRAIN) -> Pod | None:
    return next((pod for pod in store.state.account.pods if pod.name == name), None)


def answered(store: Store, name: str = TRAIN) -> Reading[Answered]:
    pod = pod_of(store, name)
    return Reading() if pod is None else store.state.account.about(pod.id).reading(Answered)


def failure(store: Store, code: str, name: str = TRAIN) -> Failed | None:
    found = answered(store, name).failure
    return found if found is not None and found.code == code else None


async def until(session: Session, condition: Callable[[], object], *, seconds: float = 45) -> None:
    """Waits for a condition; what is watched is asked for anew meanwhile."""
    async with asyncio.timeout(seconds):
        turns = 0
        while not condition():
            await asyncio.sleep(0.1)
            turns += 1
            if turns % 30 == 0:  # the account's limit is 60 calls a minute
                session.refresh()


def is_fresh(store: Store, name: str = TRAIN) -> bool:
    reading = answered(store, name)
    return reading.good is not None and reading.failure is None


def others_are_fresh(store: Store) -> bool:
    return is_fresh(store, "sweep-07") and is_fresh(store, "infer-x")


def value_of(store: Store, name: str = TRAIN) -> Answered | None:
    good = answered(store, name).good
    return None if good is None else good.value


async def test_a_host_key_is_believed_by_the_boot_log_a_change_blocks_and_a_restart_is_taken_anew(
    opened: Opened, simulator: Simulator
) -> None:
    async with watching(opened) as (session, store):
        await until(session, lambda: getattr(value_of(store), "host_key", "") == "boot log")
        pod = pod_of(store)
        assert pod is not None
        printed = store.state.account.about(pod.id).value(PrintedKeys)
        assert printed is not None
        assert printed.start == pod.start
        assert len(printed.fingerprints) == 2
        simulator.change_host_key(TRAIN)
        simulator.drop_ssh(TRAIN)
        await until(session, lambda: failure(store, "ssh_host_key_changed"))
        said = failure(store, "ssh_host_key_changed")
        assert said is not None
        assert "the boot log printed SHA256:" in said.error
        await until(session, lambda: others_are_fresh(store))
        simulator.call(lambda world: world.stop(world.find(TRAIN)))
        simulator.call(lambda world: world.start(world.find(TRAIN)))
        await until(session, lambda: is_fresh(store), seconds=90)


async def test_a_port_that_moved_is_found_by_the_list(opened: Opened, simulator: Simulator) -> None:
    async with watching(opened) as (session, store):
        await until(session, lambda: is_fresh(store))
        before = pod_of(store)
        simulator.call(lambda world: world.stop(world.find(TRAIN)))
        await until(session, lambda: (pod := pod_of(store)) is not None and pod.is_stopped)
        simulator.call(lambda world: world.start(world.find(TRAIN)))
        await until(session, lambda: is_fresh(store) and pod_of(store) != before, seconds=90)
        after = pod_of(store)
        assert before is not None
        assert after is not None
        assert after.ssh_direct != before.ssh_direct
        await until(session, lambda: others_are_fresh(store))


async def test_a_shell_that_is_not_up_yet_is_no_fault(opened: Opened, simulator: Simulator) -> None:
    async with watching(opened) as (session, store):
        await until(session, lambda: is_fresh(store))
        simulator.call(lambda world: world.restart(world.find(TRAIN)))
        simulator.refuse_ssh(TRAIN)
        simulator.drop_ssh(TRAIN)
        await until(session, lambda: failure(store, "ssh_starting"))
        said = failure(store, "ssh_starting")
        assert said is not None
        assert "not up yet" in said.error
        assert not any("not up yet" in text for _, text in store.state.notices)
        simulator.allow_ssh(TRAIN)
        await until(session, lambda: is_fresh(store))


async def test_a_refused_connection_is_a_named_state_and_recovers(
    opened: Opened, simulator: Simulator
) -> None:
    async with watching(opened) as (session, store):
        await until(session, lambda: is_fresh(store))
        simulator.refuse_ssh(TRAIN)
        simulator.drop_ssh(TRAIN)
        await until(session, lambda: failure(store, "ssh_refused"))
        assert answered(store).good is not None, "what was seen before stays"
        await until(session, lambda: others_are_fresh(store))
        simulator.allow_ssh(TRAIN)
        await until(session, lambda: is_fresh(store))


async def test_a_gateway_that_is_cut_is_back_by_itself(
    opened: Opened, simulator: Simulator
) -> None:
    async with watching(opened) as (session, store):
        await until(session, lambda: is_fresh(store, "infer-x"))
        assert getattr(value_of(store, "infer-x"), "road", "") == "proxy"
        simulator.cut_gateway()
        at = answered(store, "infer-x").good
        assert at is not None
        await until(
            session,
            lambda: (
                is_fresh(store, "infer-x")
                and (now := answered(store, "infer-x").good) is not None
                and now.at > at.at
            ),
        )
