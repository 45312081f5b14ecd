"""Several Pods against the simulated service: how many requests left, and in which order."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from rgt_tui.clock import steady
from rgt_tui.domain.units import PodId
from rgt_tui.guard.batch import Batch, Stage
from rgt_tui.guard.events import Cancelled, Typed
from rgt_tui.guard.table import Phase
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.machine import Process
from rgt_tui.simulator.ssh import root
from rgt_tui.termination import batching
from tests.termination.conftest import Person, idle_pod, person_of

NAMES = ("idle", "other", "third")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Three idle Pods on network volumes, and one that trains."""
    world = build_world(pods=0)
    for name in NAMES:
        idle_pod(world, name)
    busy = idle_pod(world, "busy")
    busy.machine.processes.append(Process(pid=812, command="python train.py", cpu=90.0, age_s=5.0))
    with Simulator(world) as served:
        yield served


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch's clock, as quick as that of its checklists."""
    from rgt_tui.guard import batch as batches

    monkeypatch.setattr(batches, "UNDO_S", 0.3)
    monkeypatch.setattr(batching, "TICK_S", 0.02)
    monkeypatch.setattr(root, "EVERY_S", 0.02)  # what happens in a Pod is to be seen at once


class Several:
    """Somebody who drives several checklists."""

    def __init__(self, person: Person, pods: tuple[PodId, ...]) -> None:
        self.person, self.pods = person, pods

    @property
    def batch(self) -> Batch:
        batch = self.person.session.store.state.batch
        assert batch is not None
        return batch

    @property
    def phases(self) -> list[Phase]:
        checklists = self.person.session.store.state.checklists
        return [checklists[pod].phase for pod in self.pods]

    async def ready(self, count: int) -> None:
        """Waits until so many can be approved together."""
        store = self.person.session.store
        await self.when(lambda: len(self.batch.joint_of(store.state.checklists).members) == count)

    def type(self) -> None:
        checklists = self.person.session.store.state.checklists
        text = self.batch.joint_of(checklists).challenge.text
        typed = Typed(text=text, keys=len(text), now=steady(), can_write=True)
        self.person.session.desk.tell_batch(typed)

    async def over(self) -> Batch:
        await self.when(lambda: self.batch.stage.is_over)
        await asyncio.sleep(0.2)
        return self.batch

    async def when(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(40):
            while self.person.session.store.state.batch is None or not ready():
                self.person.session.desk.watch()
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def several(
    simulator: Simulator, state: Path, names: tuple[str, ...] = NAMES
) -> AsyncIterator[Several]:
    """A person with the checklists of these Pods."""
    async with person_of(simulator, state) as person, asyncio.TaskGroup() as tasks:
        known = {pod.name: pod.id for pod in person.session.store.state.account.pods}
        pods = tuple(known[name] for name in names)
        person.session.desk.open_batch(pods, tasks)
        try:
            yield Several(person, pods)
        finally:
            person.session.desk.tell_batch(Cancelled())


@pytest.mark.hazard(63)
async def test_three_idle_pods_go_in_the_order_of_their_marks_and_a_busy_one_stays(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with several(simulator, tmp_path / "state", ("third", "busy", "idle", "other")) as them:
        await them.ready(3)
        them.type()
        over = await them.over()
        assert over.stage is Stage.DONE, over.said
        third, busy, idle, other = them.pods
        assert them.person.destroyed == [
            ("DELETE", f"/v2/pods/{pod}") for pod in (third, idle, other)
        ]
        assert [pod.spec.name for pod in simulator.world.newest_first()] == ["busy"]
        assert them.phases[1] is Phase.CANCELLED
        approvals = [
            it for it in them.person.session.writer.journal.read().entries if it.event == "approve"
        ]
        assert [it.pod for it in approvals] == [third, idle, other]
        assert busy not in [it.pod for it in approvals]


async def test_within_the_undo_window_all_are_kept(simulator: Simulator, tmp_path: Path) -> None:
    async with several(simulator, tmp_path / "state") as them:
        await them.ready(3)
        them.type()
        them.person.session.desk.tell_batch(Cancelled())
        assert (await them.over()).stage is Stage.CANCELLED
        assert them.person.destroyed == []
        assert them.phases == [Phase.CANCELLED] * 3


def train(simulator: Simulator) -> None:
    pod = simulator.world.find("third")
    work = Process(pid=812, command="python train.py", cpu=90.0, age_s=5.0)
    simulator.call(lambda world: pod.machine.processes.append(work))


def vanish(simulator: Simulator) -> None:
    simulator.call(lambda world: world.terminate(world.find("third")))


def restart(simulator: Simulator) -> None:
    simulator.call(lambda world: world.restart(world.find("third")))


def refuse(simulator: Simulator) -> None:
    """The second DELETE gets no."""
    simulator.faults.status, simulator.faults.methods = 409, frozenset({"DELETE"})
    simulator.faults.next_n = 1


@pytest.mark.parametrize("fault", [train, vanish, restart, refuse])
async def test_it_stops_at_the_first_anomaly_and_keeps_the_rest(
    simulator: Simulator, tmp_path: Path, fault: Callable[[Simulator], None]
) -> None:
    async with several(simulator, tmp_path / "state", ("idle", "third", "other")) as them:
        await them.ready(3)
        them.type()
        # What happens in the second is there before its turn comes; a refusal meets its DELETE.
        turn = 1 if fault is refuse else 0
        await them.when(lambda: them.batch.stage is Stage.WORKING and them.batch.turn == turn)
        fault(simulator)
        over = await them.over()
        assert over.stage is Stage.STOPPED, over.said
        paths = [path for _, path in them.person.destroyed]
        idle, third, other = them.pods
        asked = {f"/v2/pods/{idle}"} | ({f"/v2/pods/{third}"} if fault is refuse else set())
        assert set(paths) <= asked
        assert len(paths) == len(set(paths))
        assert "other" in [pod.spec.name for pod in simulator.world.newest_first()]
        assert other not in "".join(paths)


async def test_a_window_that_passed_while_nothing_ran_was_none(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "UNWATCHED_S", 0.6)
    async with several(simulator, tmp_path / "state") as them:
        await them.ready(3)
        them.type()
        time.sleep(1.0)  # noqa: ASYNC251  # nothing of the program runs meanwhile
        them.person.session.desk.watch()
        assert (await them.over()).stage is Stage.CANCELLED
        assert them.person.destroyed == []


async def test_a_terminal_that_stalls_ends_it(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "UNWATCHED_S", 0.1)
    async with several(simulator, tmp_path / "state") as them:
        await them.ready(3)
        them.type()
        await asyncio.sleep(0.5)
        assert (await them.over()).stage is Stage.CANCELLED
        assert them.person.destroyed == []
