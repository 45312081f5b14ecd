"""A session on a simulated account with one Pod that can be terminated, and the pace of tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clock import session_clock, steady
from rgt_tui.config import Config
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.secret import Secret
from rgt_tui.guard import checklist as checklists
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Event, Typed, Waived
from rgt_tui.guard.items import Item
from rgt_tui.guard.table import Phase
from rgt_tui.opening import Address, open_session
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.placing import HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod as SimPod
from rgt_tui.simulator.pod import Spec
from rgt_tui.simulator.world import Volume, World
from rgt_tui.store import Store
from rgt_tui.termination import case, ending


def idle_pod(world: World, name: str = "idle", *, on_network: bool = True) -> SimPod:
    """A Pod that does nothing, with its work on a network volume or on a disk of its own."""
    network = None
    if on_network:
        volume = world.add_volume(
            Volume(
                id=world.new_id(10), name="nv", size=100, data_center="EU-RO-1", used_bytes=1 << 30
            ),
            since=world.now - 9 * HOUR,
        )
        network = (volume.id, "/workspace")
    spec = Spec(
        name=name,
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA A100 80GB PCIe", 1),
        network=network,
        persistent=None if on_network else (40, "/workspace"),
    )
    return place(world, spec, Life(created_s=3 * HOUR, up_s=2.9 * HOUR), data_center="EU-RO-1")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Two idle Pods on network volumes."""
    world = build_world(pods=0)
    idle_pod(world)
    idle_pod(world, "other")
    with Simulator(world) as served:
        yield served


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits of a person and of the service, short."""
    from rgt_tui.guard import step as steps

    for module in (checklists, steps):
        monkeypatch.setattr(module, "UNDO_S", 0.3)
    monkeypatch.setattr(checklists, "VIEW_S", 0.0)
    monkeypatch.setattr(checklists, "GRAVE_VIEW_S", 0.0)
    monkeypatch.setattr(case, "TICK_S", 0.02)
    monkeypatch.setattr(ending, "LOOKS_S", (0.0, 0.02, 0.02))
    monkeypatch.setattr(ending, "LONGER_S", 0.05)


class Person:
    """Somebody who drives one checklist."""

    def __init__(self, session: Session, simulator: Simulator, pod: Pod) -> None:
        self.session = session
        self.simulator = simulator
        self.pod = pod
        self.bound = pod.id
        """What the checklist is of; a network volume where a test says so."""
        self.history: list[Checklist] = []

    @property
    def checklist(self) -> Checklist:
        """As published."""
        return self.session.store.state.checklists[self.bound]

    def do(self, event: Event) -> None:
        """What a person does."""
        self.session.desk.tell(self.bound, event)

    def type(self, text: str | None = None) -> None:
        """Types the challenge, or something else."""
        text = text if text is not None else self.checklist.challenge.text
        self.do(Typed(text=text, keys=len(text), now=steady(), can_write=True))

    def waive(self, *items: Item) -> None:
        """Waives lines."""
        for item in items:
            self.do(Waived(item=item, reason=f"I know about {item}, truly", can_write=True))

    async def until(self, *phases: Phase, within_s: float = 40.0) -> Checklist:
        """Waits for a phase."""
        await self.when(lambda it: it.phase in phases, within_s=within_s)
        return self.checklist

    async def when(self, ready: Callable[[Checklist], bool], *, within_s: float = 40.0) -> None:
        """Waits, watching, until the checklist is so."""
        try:
            async with asyncio.timeout(within_s):
                while self.bound not in self.session.store.state.checklists or not ready(
                    self.checklist
                ):
                    self.session.desk.watch()
                    await asyncio.sleep(0.01)
        except TimeoutError:
            lines = [f"{it.item}: {it.mark}, {it.why}" for it in self.checklist.lines]
            pytest.fail(f"{self.checklist.phase} {self.checklist.said}\n" + "\n".join(lines))

    @property
    def destroyed(self) -> list[tuple[str, str]]:
        """Every DELETE and terminate that reached the service."""
        return [
            (it.method, it.path)
            for it in self.simulator.requests
            if it.method == "DELETE" or (it.method == "POST" and b"terminate" in it.body)
        ]


@contextlib.asynccontextmanager
async def person_of(
    simulator: Simulator, state: Path, name: str = "idle", *, unlock: bool = True
) -> AsyncIterator[Person]:
    """A person with an open checklist of one Pod."""
    where = Address(
        base_url=simulator.url,
        key=Secret(simulator.api_key),
        source="test",
        identities=(Path(simulator.ssh_identity),),
        host_keys=state / "hostkeys.json",
        read_only=False,
        journal=state / "journal.jsonl",
    )
    async with open_session(replace(where), Config(), Store(), session_clock()) as session:
        if unlock:
            session.writer.mode.unlock()
        await session.look(shells=False)
        pod = next(it for it in session.store.state.account.pods if it.name == name)
        async with asyncio.TaskGroup() as tasks:
            session.desk.open(pod.id, tasks)
            person = Person(session, simulator, pod)
            try:
                yield person
            finally:
                from rgt_tui.guard.events import Cancelled

                person.do(Cancelled())
