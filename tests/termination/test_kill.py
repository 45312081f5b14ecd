"""Killed at any moment between the first key and the outcome: the next start finds all consistent."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from rgt_tui.clients.journal import Journal
from rgt_tui.clients.pod_lock import pod_lock
from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.journal import INTENT
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from rgt_tui.opening import Address, open_session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.placing import OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Spec
from rgt_tui.simulator.ratelimit import UNMETERED
from rgt_tui.simulator.world import Volume, World
from rgt_tui.store import Store
from tests.shared import ROOT

KILLS = int(os.environ.get("KILLS", "3"))
"""`make kills` does 50; a child takes seconds to come up."""
EACH = 6
"""Pods that one child has before it."""


def a_world(names: list[str]) -> World:
    """Stopped Pods whose only storage is a network volume: nothing of them can be lost."""
    world = build_world(pods=0)
    volume = world.add_volume(
        Volume(id="agv6w2qcg7", name="nv", size=100, data_center="EU-RO-1", used_bytes=1 << 20),
        since=world.now - 9000,
    )
    for name in names:
        spec = Spec(
            name=name,
            image=OFFICIAL_IMAGE,
            gpu=("NVIDIA A100 80GB PCIe", 1),
            network=(volume.id, "/workspace"),
        )
        place(world, spec, Life(created_s=8000.0, stopped_s=60.0), data_center="EU-RO-1")
    return world


@pytest.mark.hazard(54)
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_kill_at_any_moment_leaves_no_gate_open_and_nothing_is_sent_twice(
    tmp_path: Path,
) -> None:
    names = [f"pod-{kill:02}-{number}" for kill in range(KILLS) for number in range(EACH)]
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    dice, endings = random.Random(5), Counter[str]()
    with Simulator(a_world(names), quota=UNMETERED) as simulator:
        for kill in range(KILLS):
            mine = names[kill * EACH : (kill + 1) * EACH]
            argv = [sys.executable, "-m", "tests.termination.killed", simulator.url]
            child = subprocess.Popen(
                [*argv, simulator.api_key, str(state), *mine],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert child.stdout is not None
            for _ in range(dice.randrange(1, 4)):
                child.stdout.readline()
            time.sleep(dice.uniform(0.0, 0.4))
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
            endings[_check(simulator, state, mine)] += 1
        asyncio.run(_restart(simulator, state))
    assert sum(endings.values()) == KILLS
    print(dict(endings))


def _check(simulator: Simulator, state: Path, names: list[str]) -> str:
    """What is on the disk and at the service fits together; gives where the kill met it."""
    report = Journal(state / "journal.jsonl", account="a", clock=lambda: 0.0).read()
    assert report.faults == ()
    deleted = Counter(it.path for it in simulator.requests if it.method == "DELETE")
    assert all(count == 1 for count in deleted.values())
    intents = {str(it.raw["http"]["path"]) for it in report.entries if it.event == INTENT}  # type: ignore[index]
    assert set(deleted) <= intents
    approved = {it.pod for it in report.entries if it.event == "approve"}
    assert {path.rsplit("/", 1)[-1] for path in intents} <= approved
    for pod in simulator.world.newest_first():
        with pod_lock(state / "locks", PodId(pod.id)):
            pass
    left = {pod.spec.name for pod in simulator.world.newest_first()}
    unsettled = bool(report.unsettled)
    return f"{sum(name not in left for name in names)} gone, unsettled {unsettled}"


async def _restart(simulator: Simulator, state: Path) -> None:
    """The next start tells what had no outcome, and sends nothing."""
    before = [it for it in simulator.requests if it.method != "GET"]
    where = Address(
        base_url=simulator.url,
        key=Secret(simulator.api_key),
        source="test",
        host_keys=state / "hostkeys.json",
        read_only=False,
        journal=state / "journal.jsonl",
    )
    async with open_session(where, Config(), Store(), session_clock()) as session:
        unsettled = session.writer.journal.read().unsettled
        said = await session.writer.recover()
        assert len(said) == len(unsettled)
        assert session.writer.journal.read().unsettled == ()
        assert session.store.state.checklists == {}
        assert session.writer.mode.why_not is not None
    assert [it for it in simulator.requests if it.method != "GET"] == before
