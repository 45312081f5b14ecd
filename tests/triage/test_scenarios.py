"""Each symptom's scenario, served over sockets and looked at, shows that symptom."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from rgt_tui.commands.triage import KINDS
from rgt_tui.config import Config
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from rgt_tui.opening import Address, open_session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.store import State, Store
from rgt_tui.triage import all_detectors
from tests.values import NOW

# Of RP28 and RP29 a world shows the log: cuInit needs a driver library, and GPUs that wait for each
# other tell it only after minutes of looking. Their figures are in tests of their own.
OF_TIME = {"RP36"}
"""Shows only after a while of looking; its detector has tests of its own."""
NOT_IN_A_WORLD = {"RP20", "RP43", "RP44", "RP46"}
"""A key that changes under us, a Pod that vanishes, an API that refuses, a silent data center: these
happen between two looks, or to the wire. Their detectors have tests of their own."""
ALONE = {"RP8", "RP37", "RP48", "RP50"}
"""About the account as a whole."""
SLOW = {"RP51", "RP52"}
"""Rests on what is listed on disks, which a command reads only where it asks for that."""
TOGETHER = 8


def stem(code: str) -> str:
    return f"rp{code.removeprefix('RP').zfill(2)}"


def looked_at(scenarios: Iterable[str], *, slow: bool = False) -> tuple[State, list[str]]:
    """What is known after one look at a world of these scenarios, and the Pods in their order."""
    world = build_world(scenarios=scenarios, now=NOW)
    pods = list(world.pods)

    async def look(store: Store, simulator: Simulator, folder: str) -> None:
        where = Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="demo",
            identities=(Path(simulator.ssh_identity),),
            host_keys=Path(folder) / "hostkeys.json",
        )
        async with open_session(where, Config(), store, lambda: NOW) as session:
            await session.look(kinds=KINDS, slow=slow)

    store = Store()
    with tempfile.TemporaryDirectory() as folder, Simulator(world, speed=0) as simulator:
        asyncio.run(look(store, simulator, folder))
    return store.state, pods


OF_PODS = [
    detector.code
    for detector in all_detectors()
    if detector.code not in OF_TIME | NOT_IN_A_WORLD | ALONE | SLOW
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


def test_the_demo_fleet_shows_the_thirteen() -> None:
    state, _ = looked_at_demo()
    present = {f.code for found in state.findings.values() for f in found if f.is_present}
    assert {f"RP{number}" for number in range(1, 14)} - present == set()


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
