"""A Pod proven quiet and verified, stopped by us, and terminated later without a start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clock import steady
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Act, Ending, Verb
from rgt_tui.guard.events import Cancelled, Typed
from rgt_tui.guard.items import PROVEN, Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.machine import Process
from tests.termination.conftest import Person, idle_pod, person_of

FILES = (Item.BLAST, Item.DURABLE, Item.LOADS)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """One idle Pod whose work lies on a volume disk, which goes with it."""
    world = build_world(pods=0)
    idle_pod(world, on_network=False)
    with Simulator(world) as served:
        yield served


def stop_of(pod: Pod) -> Act:
    return Act(verb=Verb.STOP, pod=pod.id, name=pod.name, start=pod.start)


async def stopped_by_us(person: Person) -> None:
    """Leaves the checklist and stops the Pod, as a person does."""
    person.do(Cancelled())
    await person.until(Phase.CANCELLED)
    performed = await person.session.perform(stop_of(person.pod), "typed: idle")
    assert performed.ending is Ending.DONE, performed.said


async def marks_of(simulator: Simulator, state: Path) -> dict[Item, Mark]:
    """The lines as another console finds them, once all were looked at."""
    async with person_of(simulator, state) as person:
        await person.when(
            lambda it: all(line.exhibit and line.mark is not Mark.RUNNING for line in it.lines)
        )
        person.type()
        assert (person.checklist.phase is Phase.COUNTING) is all(
            line.mark is Mark.OK for line in person.checklist.lines
        )
        assert person.destroyed == []
        return {line.item: line.mark for line in person.checklist.lines}


async def test_what_was_proven_before_our_stop_lets_the_stopped_pod_be_terminated(
    simulator: Simulator, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    async with person_of(simulator, state) as person:
        await person.until(Phase.READY)
        assert {it.mark for it in person.checklist.lines} == {Mark.OK}
        await stopped_by_us(person)
    async with person_of(simulator, state) as later:  # another run of the program
        await later.until(Phase.READY)
        assert later.pod.is_stopped
        for item in FILES:
            assert "as proven before we stopped it" in later.checklist.line(item).why
        assert "stopped" in later.checklist.line(Item.QUIET).why
        text = later.checklist.challenge.text
        later.do(Typed(text=text, keys=len(text), now=steady(), can_write=True))
        await later.until(Phase.GONE)
        assert later.destroyed == [("DELETE", f"/v2/pods/{later.pod.id}")]
        assert simulator.world.newest_first() == []
    assert not list((state / "frozen").iterdir())


async def test_a_start_elsewhere_makes_it_void_also_after_another_stop(
    simulator: Simulator, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    async with person_of(simulator, state) as person:
        await person.until(Phase.READY)
        await stopped_by_us(person)
    assert list((state / "frozen").iterdir())
    pod = simulator.world.find("idle")
    simulator.call(lambda world: world.start(pod))
    simulator.call(lambda world: world.stop(pod))
    marks = await marks_of(simulator, state)
    assert [marks[item] for item in FILES] == [Mark.UNSEEN] * 3


async def test_a_stop_elsewhere_keeps_no_proof(simulator: Simulator, tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with person_of(simulator, state) as person:
        await person.until(Phase.READY)
    simulator.call(lambda world: world.stop(world.find("idle")))
    marks = await marks_of(simulator, state)
    assert [marks[item] for item in FILES] == [Mark.UNSEEN] * 3


async def test_a_stop_of_a_pod_that_was_not_quiet_keeps_no_proof(
    simulator: Simulator, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    machine = simulator.world.find("idle").machine
    machine.processes.append(Process(pid=812, command="python train.py", cpu=90.0, age_s=5.0))
    async with person_of(simulator, state) as person:
        await person.when(lambda it: it.line(Item.QUIET).mark is Mark.FAILED)
        await stopped_by_us(person)
    marks = await marks_of(simulator, state)
    assert [marks[item] for item in FILES] == [Mark.UNSEEN] * 3
    assert set(marks) == set(PROVEN)
