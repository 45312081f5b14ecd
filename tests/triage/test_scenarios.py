"""Each symptom's scenario, served over sockets and looked at, shows that symptom."""

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pytest

from rgt_tui.commands.triage import KINDS
from rgt_tui.config import Config
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.money import Balance
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from rgt_tui.opening import Address, open_session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.world import World
from rgt_tui.store import State, Store
from rgt_tui.triage import all_detectors
from tests.values import NOW

ALONE = {"RP8", "RP37", "RP48", "RP50"}
"""About the account as a whole, and there at once."""
SLOW = {"RP51", "RP52"}
"""Rests on what is listed on disks, which a command reads only where it asks for that."""
OVER_TIME = {"RP20", "RP36", "RP43", "RP46"}
"""Shows only to whoever looks more than once: something changes, or nothing does for long."""
CHEAP = KINDS - {Balance}
"""What is read at each of several looks: a balance takes a process of its own."""
WITHHELD = {"RP44"}
"""Takes the logs from all of its world."""
TOGETHER = 8
ONCE: Final = (0.0,)
A_WHILE: Final = (0.0, 150.0, 1000.0)
"""Seconds of world time after which is looked: before something happens, after it, and much later."""


Watched = tuple[list[State], dict[str, PodId]]


def stem(code: str) -> str:
    return f"rp{code.removeprefix('RP').zfill(2)}"


def looked_at(scenarios: Iterable[str], *, slow: bool = False) -> tuple[State, list[str]]:
    """What is known after one look at a world of these scenarios, and the Pods in their order."""
    (state,), pods = states_of(scenarios, slow=slow)
    return state, pods


def states_of(
    scenarios: Iterable[str], *, slow: bool = False, at: Sequence[float] = ONCE
) -> tuple[list[State], list[str]]:
    """What is known after each look at such a world, at these seconds of its time, and the Pods."""
    world = build_world(scenarios=scenarios, now=NOW)
    pods = list(world.pods)

    async def look(store: Store, simulator: Simulator, folder: str) -> None:
        where = Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="demo",
            identities=(Path(simulator.ssh_identity),),
            host_keys=Path(folder) / "hostkeys.json",
            journal=Path(folder) / "journal.jsonl",
        )
        async with open_session(where, Config(), store, lambda: world.now) as session:
            for seconds in at:
                await pass_until(simulator, NOW + seconds)
                await session.look(kinds=KINDS if at is ONCE else CHEAP, slow=slow)
                states.append(store.state)

    store, states = Store(), list[State]()
    with tempfile.TemporaryDirectory() as folder, Simulator(world, speed=0) as simulator:
        asyncio.run(look(store, simulator, folder))
    return states, pods


async def pass_until(simulator: Simulator, instant: float) -> None:
    """Lets world time pass, and what is due in it happen."""

    def move(world: World) -> None:
        world.advance(instant - world.now)

    await asyncio.to_thread(simulator.call, move)


OF_PODS = [
    detector.code
    for detector in all_detectors()
    if detector.code not in ALONE | SLOW | OVER_TIME | WITHHELD
]
BATCHES = [OF_PODS[at : at + TOGETHER] for at in range(0, len(OF_PODS), TOGETHER)]


@pytest.mark.parametrize("batch", BATCHES, ids=lambda codes: f"{codes[0]}-{codes[-1]}")
def test_the_scenario_of_each_symptom_shows_it(batch: list[str]) -> None:
    state, pods = looked_at([stem(code) for code in batch])
    shown = {
        code: {f.code for f in state.findings[PodId(pod)] if f.is_present}
        for code, pod in zip(batch, pods, strict=True)
    }
    assert {code for code in batch if code not in shown[code]} == set()


@pytest.mark.parametrize("code", sorted(SLOW))
def test_the_scenario_of_a_symptom_on_disks_shows_it_to_whoever_lists_them(code: str) -> None:
    state, (pod,) = looked_at([stem(code)], slow=True)
    assert code in {f.code for f in state.findings[PodId(pod)] if f.is_present}


@pytest.mark.parametrize("code", sorted(ALONE))
def test_the_scenario_of_an_accounts_symptom_shows_it(code: str) -> None:
    state, _ = looked_at([stem(code)])
    assert code in {f.code for f in state.findings[None] if f.is_present}


@pytest.fixture(scope="module")
def watched() -> Watched:
    """What is known of one world look after look, and the first Pod of each of its scenarios.

    Its key may not read logs, so nothing in it is told by them.
    """
    codes = [*sorted(OVER_TIME), "RP28", "RP29"]
    states, pods = states_of([stem(code) for code in (*codes, "RP44")], at=A_WHILE)
    names = {pod.id: pod.name or "" for pod in states[0].account.pods}
    firsts = [PodId(pod) for pod in pods if not names[PodId(pod)].startswith("neighbour")]
    return states, dict(zip(codes, firsts, strict=False))


def test_scenarios_in_which_something_happens_show_it_to_whoever_looks_again(
    watched: Watched,
) -> None:
    (first, *_, last), _ = watched
    assert present(first) & OVER_TIME == set()
    assert OVER_TIME - present(last) == set()


def test_figures_alone_tell_of_a_broken_host_and_of_gpus_that_wait_for_each_other(
    watched: Watched,
) -> None:
    (*_, last), pods = watched
    said = {
        code: next(f for f in last.findings[pods[code]] if f.code == code).evidence[0].said
        for code in ("RP28", "RP29")
    }
    assert said["RP28"] == "cuInit(0) gives 999, though the driver is there"
    assert said["RP29"].startswith("all 4 GPUs at")
    assert all(last.account.about(pod).value(LogSigns) is None for pod in pods.values())


def test_a_key_without_the_scope_for_logs_is_told_by_what_the_api_answers(watched: Watched) -> None:
    (first, *_), _ = watched
    (refused,) = [f for f in first.findings[None] if f.code == "RP44" and f.is_present]
    assert "403" in refused.evidence[0].said


def present(state: State) -> set[str]:
    """The codes that are there, of Pods or of the account."""
    return {f.code for found in state.findings.values() for f in found if f.is_present}


def test_the_demo_fleet_shows_the_thirteen() -> None:
    state, _ = looked_at_demo()
    assert {f"RP{number}" for number in range(1, 14)} - present(state) == set()


def looked_at_demo() -> tuple[State, list[str]]:
    return looked_at(())


def test_a_healthy_pod_with_amd_gpus_has_no_fault() -> None:
    state, pods = looked_at(["amd_gpu"])
    assert [f.code for f in state.findings[PodId(pods[0])] if f.is_fault] == []


def test_what_a_pods_log_shows_becomes_a_finding_with_the_line_and_what_it_is_read_as() -> None:
    state, (pod,) = looked_at(["rp23"])
    signs = state.account.about(PodId(pod)).value(LogSigns)
    assert signs is not None
    assert [sign.stream for sign in signs.signs] == ["container"]
    found = next(f for f in state.findings[PodId(pod)] if f.code == "RP23")
    sources = [said.source for said in found.evidence]
    line, reading = found.evidence[sources.index("log") :][:2]
    assert line.at is not None
    assert "out of memory" in line.said
    assert reading.said == "read as: the GPU's memory is used up (container log)"
