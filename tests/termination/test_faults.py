"""The straight way with one fault at each place: what is told, and how many requests left."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.guard import checklist as checklists
from rgt_tui.guard import step as steps
from rgt_tui.guard.items import Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.simulator import Simulator
from rgt_tui.simulator.machine import Process
from tests.termination.conftest import person_of


def fault(simulator: Simulator, **knobs: object) -> None:
    for name, value in knobs.items():
        setattr(simulator.faults, name, value)


def train(simulator: Simulator) -> None:
    pod = simulator.world.find("idle")
    work = Process(pid=812, command="python train.py", cpu=90.0, age_s=5.0)
    simulator.call(lambda world: pod.machine.processes.append(work))


def lock(simulator: Simulator) -> None:
    pod = simulator.world.find("idle")
    simulator.call(lambda world: world.respecify(pod, replace(pod.spec, locked=True)))


def rename(simulator: Simulator) -> None:
    pod = simulator.world.find("idle")
    simulator.call(lambda world: world.respecify(pod, replace(pod.spec, name="other")))


def vanish(simulator: Simulator) -> None:
    simulator.call(lambda world: world.terminate(world.find("idle")))


def restart(simulator: Simulator) -> None:
    simulator.call(lambda world: world.restart(world.find("idle")))


DELETES = {"methods": frozenset({"DELETE"}), "next_n": 1}
AT_THE_WIRE: dict[str, tuple[dict[str, object], Phase, int]] = {
    "the answer is lost, it was carried out": ({"drop": True, "after_acting": True}, Phase.GONE, 1),
    "the request is lost": ({"drop": True}, Phase.KEPT, 1),
    "500, nothing done": ({"status": 500}, Phase.KEPT, 1),
    "503 after it was done": ({"status": 503, "after_acting": True}, Phase.GONE, 1),
    "409": ({"status": 409}, Phase.KEPT, 1),
    "403": ({"status": 403}, Phase.KEPT, 1),
    "404 though it is there": ({"status": 404}, Phase.KEPT, 1),
    "429": ({"status": 429, "headers": {"Retry-After": "1"}}, Phase.KEPT, 1),
}


@pytest.mark.parametrize("name", AT_THE_WIRE)
async def test_whatever_comes_back_it_is_sent_once_and_resolved_by_reading(
    simulator: Simulator, tmp_path: Path, name: str
) -> None:
    knobs, phase, most = AT_THE_WIRE[name]
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        fault(simulator, **knobs, **DELETES)
        person.type()
        over = await person.until(Phase.GONE, Phase.KEPT, Phase.UNKNOWN)
        assert over.phase is phase, over.said
        assert len(person.destroyed) <= most
        is_there = any(pod.spec.name == "idle" for pod in simulator.world.newest_first())
        assert is_there is (phase is not Phase.GONE)
        outcomes = [
            it.said for it in person.session.writer.journal.read().entries if it.event == "outcome"
        ]
        assert len(outcomes) == 1


BEFORE_THE_FENCE: dict[str, tuple[Callable[[Simulator], None], tuple[Phase, ...], str]] = {
    "training begins": (train, (Phase.GATHERING, Phase.READY), "train"),
    "it is locked": (lock, (Phase.GATHERING, Phase.READY), "locked"),
    "it is renamed to another Pod's name": (rename, (Phase.GATHERING, Phase.READY), ""),
    "it is restarted": (restart, (Phase.GATHERING, Phase.READY), ""),
    "it vanishes": (vanish, (Phase.VANISHED,), "without our doing"),
    "SSH breaks": (lambda sim: sim.refuse_ssh("idle"), (Phase.GATHERING, Phase.READY), ""),
    "the API is away": (lambda sim: fault(sim, drop=True), (Phase.GATHERING, Phase.READY), ""),
}


@pytest.mark.parametrize("name", BEFORE_THE_FENCE)
async def test_what_happens_in_the_undo_window_is_seen_at_the_fence_and_nothing_is_sent(
    simulator: Simulator, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (checklists, steps):  # long enough for what happens to have happened
        monkeypatch.setattr(module, "UNDO_S", 1.5)
    happen, phases, said = BEFORE_THE_FENCE[name]
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        person.type()
        assert person.checklist.phase is not Phase.SENT
        happen(simulator)
        if name == "SSH breaks":
            simulator.drop_ssh("idle")
        seen: list[str] = []

        def is_back(it: object) -> bool:
            seen.append(person.checklist.said)
            return (
                person.checklist.phase in phases
                and (person.checklist.approval is None or person.checklist.phase.is_over)
                and (bool(person.checklist.said) or person.checklist.phase is Phase.GATHERING)
            )

        await person.when(is_back)
        assert any(said in it for it in seen) or said in " ".join(
            line.why for line in person.checklist.lines
        )
        assert person.destroyed == []
        simulator.faults.clear()


async def test_while_another_console_holds_the_pod_this_one_says_so(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with person_of(simulator, tmp_path / "state") as first:
        await first.until(Phase.READY)
        async with person_of(simulator, tmp_path / "state") as second:
            over = await second.until(Phase.CANCELLED)
            assert "in progress elsewhere" in over.said
        assert first.checklist.phase is Phase.READY


async def test_without_write_mode_nothing_is_approved_and_at_the_fence_nothing_goes_on(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        person.type()
        person.session.writer.mode.lock()
        await person.when(lambda it: it.phase is Phase.READY and "write mode" in it.said)
        assert person.destroyed == []


async def test_where_the_journal_cannot_be_written_nothing_is_sent(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        person.session.writer.journal.path.mkdir(parents=True)
        person.type()
        over = await person.until(Phase.CANCELLED)
        assert "without a record" in over.said
        assert person.destroyed == []


async def test_where_the_evidence_cannot_be_kept_nothing_is_sent(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        (tmp_path / "state" / "evidence").write_text("in the way")
        person.type()
        over = await person.until(Phase.CANCELLED)
        assert "evidence file" in over.said
        assert person.destroyed == []


async def test_an_approval_nobody_sees_any_more_falls(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rgt_tui.termination import case

    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        monkeypatch.setattr(case, "UNWATCHED_S", -1.0)
        person.type()
        over = await person.until(Phase.CANCELLED)
        assert "terminal was lost" in over.said
        assert person.destroyed == []


async def test_a_busy_pod_is_deleted_only_with_a_waiver_that_is_recorded(
    simulator: Simulator, tmp_path: Path
) -> None:
    train(simulator)
    async with person_of(simulator, tmp_path / "state") as person:
        await person.when(lambda it: it.line(Item.QUIET).mark is Mark.FAILED)
        person.waive(Item.QUIET)
        await person.until(Phase.READY)
        person.type()
        await person.until(Phase.GONE)
        entries = person.session.writer.journal.read().entries
        approve = next(it for it in entries if it.event == "approve")
        assert "I know about quiet, truly" in str(approve.raw["waivers"])
        assert len(person.destroyed) == 1
