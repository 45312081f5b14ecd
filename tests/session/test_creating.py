"""Pods and network volumes that are made: once, with a record, and found again after a lost answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients import creating
from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.request import CreateVolume, Ending, Launch
from rgt_tui.launching import choices, launch, picked
from rgt_tui.opening import Address, open_session
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator
from rgt_tui.store import Store

VOLUME = CreateVolume(name="fresh", size_gb=20, data_center="EU-RO-1")


@pytest.fixture
async def session(
    where: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Session]:
    monkeypatch.setattr(creating, "LOOKS_S", (0.0, 0.01))
    here = replace(where, read_only=False, journal=tmp_path / "state" / "journal.jsonl")
    async with open_session(here, Config(), Store(), session_clock()) as opened:
        opened.writer.mode.unlock()
        yield opened


async def wanted(session: Session, simulator: Simulator) -> Launch:
    """The same Pod as sweep-07 as it is offered first."""
    pod = await session.wires.rest.pod(simulator.world.find("sweep-07").id)
    found = choices(pod, session.store.state.account, (), {})
    return launch(pod, picked(found, {}))


def posts(simulator: Simulator) -> list[str]:
    return [r.path for r in simulator.requests if r.method != "GET"]


async def test_a_relaunch_makes_one_pod_with_the_variables_of_the_old_and_deletes_nothing(
    session: Session, simulator: Simulator
) -> None:
    old = simulator.world.find("sweep-07")
    before = set(simulator.world.pods)
    performed = await session.perform(await wanted(session, simulator), "typed")
    assert performed.ending is Ending.DONE, performed.said
    (made,) = set(simulator.world.pods) - before
    assert made in performed.said
    spec = simulator.world.pods[made].spec
    assert spec.image == old.spec.image
    own = {k: v for k, v in old.spec.env.items() if not k.startswith("RUNPOD_")}
    assert own.items() <= spec.env.items()
    assert [name for name in spec.env if name.startswith(creating.MARK)]
    assert posts(simulator) == ["/v2/pods"]
    assert old.id in simulator.world.pods


async def test_no_secret_of_the_old_pod_is_written_down(
    session: Session, simulator: Simulator
) -> None:
    old = simulator.world.find("sweep-07")
    old.spec.env["HF_TOKEN"] = "hf_very_secret_value"
    await session.perform(await wanted(session, simulator), "typed")
    content = session.writer.journal.path.read_text()
    assert "hf_very_secret_value" not in content
    assert "intent" in content
    assert "outcome" in content


async def test_a_lost_answer_is_resolved_by_the_mark_and_nothing_is_sent_again(
    session: Session, simulator: Simulator
) -> None:
    before = set(simulator.world.pods)
    request = await wanted(session, simulator)
    faults = simulator.faults
    faults.drop, faults.after_acting = True, True
    faults.methods, faults.next_n = frozenset({"POST"}), 1
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.DONE, performed.said
    assert "seen by reading" in performed.said
    assert len(set(simulator.world.pods) - before) == 1


async def test_a_lost_request_is_told_as_not_made(session: Session, simulator: Simulator) -> None:
    before = set(simulator.world.pods)
    request = await wanted(session, simulator)
    simulator.faults.drop, simulator.faults.methods = True, frozenset({"POST"})
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.NOT_DONE
    assert "nothing was sent again" in performed.said
    assert simulator.faults.met == 1
    assert set(simulator.world.pods) == before


async def test_a_pod_started_anew_meanwhile_is_not_copied(
    session: Session, simulator: Simulator
) -> None:
    request = replace(await wanted(session, simulator), start="another")
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.NOT_DONE
    assert posts(simulator) == []


async def test_a_network_volume_is_made_once_and_found_after_a_lost_answer(
    session: Session, simulator: Simulator
) -> None:
    faults = simulator.faults
    faults.drop, faults.after_acting = True, True
    faults.methods, faults.next_n = frozenset({"POST"}), 1
    performed = await session.perform(VOLUME, "typed")
    assert performed.ending is Ending.DONE, performed.said
    made = [v for v in simulator.world.volumes.values() if v.name == "fresh"]
    assert len(made) == 1
    assert made[0].id in performed.said


@pytest.mark.parametrize("locked", [True, False])
async def test_locked_or_refused_nothing_is_made(
    session: Session, simulator: Simulator, locked: bool
) -> None:
    before = set(simulator.world.volumes)
    if locked:
        session.writer.mode.lock()
    place = "EU-RO-1" if locked else "XX-NO-9"
    performed = await session.perform(replace(VOLUME, data_center=place), "typed")
    assert performed.ending is Ending.NOT_DONE
    assert set(simulator.world.volumes) == before
