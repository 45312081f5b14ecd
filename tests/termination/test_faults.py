"""The straight way with one fault at each place: what is told, and how many requests left."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.guard import checklist as checklists
from rgt_tui.guard import step as steps
from rgt_tui.guard.items import Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.simulator import Simulator
from rgt_tui.simulator.files import safetensors
from rgt_tui.simulator.machine import Process
from rgt_tui.simulator.world import World
from tests.termination.conftest import idle_pod, person_of


def fault(simulator: Simulator, **knobs: object) -> None:
    for name, value in knobs.items():
        setattr(simulator.faults, name, value)


def train(simulator: Simulator, name: str = "idle") -> None:
    pod = simulator.world.find(name)
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


def go_broke(simulator: Simulator) -> None:
    """The balance is at $0: what lies on a network volume stops, everything else is deleted."""

    def broke(world: World) -> None:
        world.opening_balance = -1.0
        world.enforce_zero_balance()

    simulator.call(broke)


def save(simulator: Simulator) -> None:
    """A newer checkpoint, from elsewhere: no process of the Pod shows it."""
    simulator.write("idle", "/workspace/out/step-2.safetensors", safetensors(2))


def write_on(simulator: Simulator) -> None:
    pod = simulator.world.find("idle")
    work = Process(pid=813, command="python train.py --resume", cpu=0.0, age_s=5.0)
    simulator.call(lambda world: pod.machine.processes.append(work))


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


@pytest.mark.hazard(55, 56, 57)
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
    "it is stopped, as the balance is at its end": (go_broke, (Phase.GATHERING, Phase.READY), ""),
    "a newer checkpoint appears": (save, (Phase.GATHERING, Phase.READY), ""),
    "a trainer waits for its end to save": (write_on, (Phase.GATHERING, Phase.READY), "train"),
    "the key is no longer the account's": (
        lambda sim: fault(sim, status=401),
        (Phase.GATHERING, Phase.READY),
        "",
    ),
    "the API is away": (lambda sim: fault(sim, drop=True), (Phase.GATHERING, Phase.READY), ""),
}


@pytest.mark.hazard(31, 32, 35, 58, 61, 66, 69)
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


@pytest.mark.hazard(53)
async def test_while_another_console_holds_the_pod_this_one_says_so(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with person_of(simulator, tmp_path / "state") as first:
        await first.until(Phase.READY)
        async with person_of(simulator, tmp_path / "state") as second:
            over = await second.until(Phase.CANCELLED)
            assert "in progress elsewhere" in over.said
        assert first.checklist.phase is Phase.READY


@pytest.mark.hazard(69)
async def test_a_pod_that_the_service_deletes_for_want_of_money_is_not_deleted_by_us(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.call(lambda world: idle_pod(world, "poor", on_network=False))
    async with person_of(simulator, tmp_path / "state", "poor") as person:
        await person.until(Phase.READY)
        warned = person.checklist.dossier.consequences.warnings
        assert any("balance is at $0" in it for it in warned)
        go_broke(simulator)
        person.type()
        over = await person.until(Phase.VANISHED)
        assert "without our doing" in over.said
        assert person.destroyed == []


@pytest.mark.hazard(63)
async def test_the_approval_of_one_pod_opens_no_other_ones_gate(
    simulator: Simulator, tmp_path: Path
) -> None:
    train(simulator, "other")
    async with (
        person_of(simulator, tmp_path / "state") as good,
        person_of(simulator, tmp_path / "state", "other") as bad,
    ):
        await bad.when(lambda it: it.line(Item.QUIET).mark is Mark.FAILED)
        await good.until(Phase.READY)
        good.type()
        bad.type(good.checklist.challenge.text)
        bad.type()
        await good.until(Phase.GONE)
        assert bad.checklist.phase is Phase.GATHERING
        assert good.destroyed == [("DELETE", f"/v2/pods/{good.pod.id}")]


@pytest.mark.hazard(53)
async def test_of_two_consoles_on_two_machines_both_come_to_the_truth(
    simulator: Simulator, tmp_path: Path
) -> None:
    """No lock reaches that far: the Pod is deleted once, and the other one says what it found."""
    async with (
        person_of(simulator, tmp_path / "here") as first,
        person_of(simulator, tmp_path / "there") as second,
    ):
        for person in (first, second):
            await person.until(Phase.READY)
        for person in (first, second):
            person.type()
        over = [
            await person.until(Phase.GONE, Phase.VANISHED, Phase.CANCELLED)
            for person in (first, second)
        ]
        assert Phase.GONE in {it.phase for it in over}
        assert len(first.destroyed) <= 2
    assert [pod.spec.name for pod in simulator.world.newest_first()] == ["other"]


async def test_without_write_mode_nothing_is_approved_and_at_the_fence_nothing_goes_on(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        person.type()
        person.session.writer.mode.lock()
        await person.when(lambda it: it.phase is Phase.READY and "write mode" in it.said)
        assert person.destroyed == []


@pytest.mark.hazard(65)
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


@pytest.mark.hazard(38)
async def test_a_window_to_think_again_that_passed_while_nothing_ran_was_no_window(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process was stopped, or the machine slept; what shows the screen is awake first."""
    from rgt_tui.termination import case

    async with person_of(simulator, tmp_path / "state") as person:
        await person.until(Phase.READY)
        monkeypatch.setattr(case, "UNWATCHED_S", 0.6)
        person.type()
        time.sleep(1.0)  # noqa: ASYNC251  # nothing of the program runs meanwhile
        person.session.desk.watch()
        over = await person.until(Phase.CANCELLED, Phase.GONE)
        assert over.phase is Phase.CANCELLED
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
