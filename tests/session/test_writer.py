"""Requests carried out against the simulated account: once, written down, and resolved by reading."""

import fcntl
import functools
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui import writer as writers
from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.journal import INTENT
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Act, Ending, Patch, PodRequest, Run, Verb
from rgt_tui.domain.units import PodId
from rgt_tui.opening import Address, open_session
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator
from rgt_tui.simulator.pod import Pod as SimPod
from rgt_tui.store import Store
from rgt_tui.writer import Writer


@pytest.fixture
async def session(
    where: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Session]:
    monkeypatch.setattr(writers, "LOOKS_S", (0.0, 0.01, 0.01))
    here = replace(where, read_only=False, journal=tmp_path / "state" / "journal.jsonl")
    async with open_session(here, Config(), Store(), session_clock()) as opened:
        opened.writer.mode.unlock()
        yield opened


def running(simulator: Simulator) -> SimPod:
    return simulator.world.find("sweep-07")


async def act(session: Session, pod: SimPod, verb: Verb) -> Act:
    seen = await session.wires.rest.pod(pod.id)
    return Act(verb=verb, pod=seen.id, name=seen.name, start=seen.start)


def writes(simulator: Simulator) -> list[tuple[str, str]]:
    return [(r.method, r.path) for r in simulator.requests if r.method != "GET"]


def events(session: Session) -> list[str]:
    return [entry.event for entry in session.writer.journal.read().entries]


async def test_a_stop_is_written_down_before_and_after(
    session: Session, simulator: Simulator
) -> None:
    pod = running(simulator)
    performed = await session.perform(await act(session, pod, Verb.STOP), "typed")
    assert performed.ending is Ending.DONE
    assert pod.status(simulator.world.now) == "EXITED"
    assert events(session) == ["intent", "outcome"]
    assert writes(simulator) == [("POST", f"/v2/pods/{pod.id}/action")]


async def test_a_lost_answer_is_resolved_by_reading_and_nothing_is_sent_again(
    session: Session, simulator: Simulator
) -> None:
    pod = running(simulator)
    request = await act(session, pod, Verb.STOP)
    faults = simulator.faults
    faults.drop, faults.after_acting = True, True
    faults.methods, faults.next_n = frozenset({"POST"}), 1
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.DONE
    assert "reading" in performed.said
    assert len(writes(simulator)) <= 1
    assert pod.status(simulator.world.now) == "EXITED"


async def test_a_lost_request_is_told_as_not_done_and_not_sent_again(
    session: Session, simulator: Simulator
) -> None:
    pod = running(simulator)
    request = await act(session, pod, Verb.STOP)
    simulator.faults.drop, simulator.faults.methods = True, frozenset({"POST"})
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.NOT_DONE
    assert simulator.faults.met == 1
    assert pod.run is not None


def after_the_look(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Something happens between the last look at the Pod and the request."""
    look = Writer._look

    async def look_and_more(self: Writer, request: PodRequest) -> Pod:
        found = await look(self, request)
        do()
        return found

    monkeypatch.setattr(Writer, "_look", look_and_more)


async def test_where_the_pod_cannot_be_read_either_the_outcome_is_unknown(
    session: Session, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = running(simulator)
    request = await act(session, pod, Verb.STOP)
    after_the_look(monkeypatch, lambda: setattr(simulator.faults, "drop", True))
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.UNKNOWN
    assert performed.exit_code == 4


async def test_a_pod_that_is_already_so_is_done(
    session: Session, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = running(simulator)
    request = await act(session, pod, Verb.STOP)
    after_the_look(monkeypatch, lambda: simulator.world.stop(pod))
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.DONE


async def test_while_write_mode_is_locked_nothing_leaves(
    session: Session, simulator: Simulator
) -> None:
    session.writer.mode.lock()
    performed = await session.perform(await act(session, running(simulator), Verb.STOP), "typed")
    assert performed.ending is Ending.NOT_DONE
    assert "E unlocks" in performed.said
    assert performed.exit_code == 5
    assert writes(simulator) == []
    assert events(session) == []


async def test_without_a_record_nothing_leaves(session: Session, simulator: Simulator) -> None:
    folder = session.writer.journal.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    session.writer.journal.path.mkdir()
    performed = await session.perform(await act(session, running(simulator), Verb.STOP), "typed")
    assert performed.ending is Ending.NOT_DONE
    assert "without a record" in performed.said
    assert writes(simulator) == []


async def test_a_pod_that_another_console_holds_is_left_alone(
    session: Session, simulator: Simulator
) -> None:
    pod = running(simulator)
    session.writer.locks.mkdir(parents=True, mode=0o700)
    session.writer.locks.parent.chmod(0o700)
    lock = os.open(session.writer.locks / f"{pod.id}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        performed = await session.perform(await act(session, pod, Verb.STOP), "typed")
    finally:
        os.close(lock)
    assert "in progress elsewhere" in performed.said
    assert writes(simulator) == []


async def test_a_pod_started_anew_since_is_left_alone(
    session: Session, simulator: Simulator
) -> None:
    request = replace(await act(session, running(simulator), Verb.STOP), start="1")
    performed = await session.perform(request, "typed")
    assert "started anew" in performed.said
    assert writes(simulator) == []


async def test_a_locked_pod_is_not_stopped(session: Session, simulator: Simulator) -> None:
    pod = running(simulator)
    simulator.world.respecify(pod, replace(pod.spec, locked=True))
    performed = await session.perform(await act(session, pod, Verb.STOP), "typed")
    assert "locked" in performed.said
    assert writes(simulator) == []


@pytest.mark.parametrize("changes", [{"name": "renamed"}, {"locked": True}], ids=str)
async def test_other_settings_are_sent_as_they_were_asked(
    session: Session, simulator: Simulator, changes: dict[str, object]
) -> None:
    pod = running(simulator)
    start = (await session.wires.rest.pod(pod.id)).start
    request = Patch(doing="change", pod=PodId(pod.id), name="x", start=start, changes=changes)
    performed = await session.perform(request, "button")
    assert performed.ending is Ending.DONE
    assert {name: getattr(pod.spec, name) for name in changes} == changes


async def test_a_registry_login_that_the_account_lacks_is_refused_before_anything_is_sent(
    session: Session, simulator: Simulator
) -> None:
    pod = running(simulator)
    seen = await session.wires.rest.pod(pod.id)
    request = Patch(
        doing="edit sweep-07",
        pod=seen.id,
        name=seen.name,
        start=seen.start,
        changes={"registry": "clmabc123"},
    )
    performed = await session.perform(request, "typed")
    assert "this account has no registry login clmabc123; it has: none" in performed.said
    assert (performed.ending, writes(simulator)) == (Ending.NOT_DONE, [])
    simulator.call(lambda world: world.registries.update(clmabc123="private"))
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.DONE
    assert pod.spec.registry == "clmabc123"


async def test_a_429_waits_as_long_as_it_was_told_and_then_succeeds(
    session: Session, simulator: Simulator
) -> None:
    pod = running(simulator)
    request = await act(session, pod, Verb.STOP)
    faults = simulator.faults
    faults.status, faults.headers = 429, {"Retry-After": "0"}
    faults.methods, faults.next_n = frozenset({"POST"}), 1
    performed = await session.perform(request, "typed")
    assert performed.ending is Ending.DONE
    assert events(session) == ["intent", "intent", "outcome"]


def crash(session: Session, what: str, pod: str) -> None:
    """What a killed console leaves behind: an intent of a process that is no more."""
    journal = session.writer.journal
    journal.intend("dead", what, ("POST", f"/v2/pods/{pod}/action", b""), pod={"id": pod}, pid=0)


async def test_an_intent_without_an_outcome_is_told_at_the_next_start_and_never_sent(
    session: Session, simulator: Simulator
) -> None:
    pod = running(simulator)
    crash(session, "stop sweep-07", pod.id)
    said = await session.writer.recover()
    assert said
    assert "stop sweep-07" in said[0]
    assert "RUNNING" in said[0]
    assert writes(simulator) == []
    assert events(session) == [INTENT, "recover"]
    assert await session.writer.recover() == ()


@pytest.mark.parametrize(
    ("env", "after"),
    [({"NEW": "s3cret"}, {"OLD": "kept", "NEW": "s3cret"}), ({"OLD": None}, {})],
    ids=["set", "unset"],
)
async def test_one_variable_changes_the_others_stay_and_no_record_holds_a_value(
    session: Session,
    simulator: Simulator,
    env: dict[str, str | None],
    after: dict[str, str],
) -> None:
    sim = running(simulator)
    simulator.call(lambda world: world.respecify(sim, replace(sim.spec, env={"OLD": "kept"})))
    pod = await session.wires.rest.pod(sim.id)
    patch = Patch(doing="set variable", pod=pod.id, name=pod.name, start=pod.start, env=env)
    performed = await session.perform(patch, "typed: (not kept)")
    assert performed.ending is Ending.DONE, performed.said
    assert dict(sim.spec.env) == after
    written = session.writer.journal.path.read_text()
    assert "s3cret" not in written
    assert "kept" not in written.replace("(not kept)", "")


async def test_a_lost_answer_on_what_a_pod_does_not_tell_stays_unknown(
    session: Session, simulator: Simulator
) -> None:
    pod = await session.wires.rest.pod(running(simulator).id)
    simulator.faults.drop, simulator.faults.methods = True, frozenset({"PATCH"})
    simulator.faults.next_n = 1
    patch = Patch(doing="set", pod=pod.id, name=pod.name, start=pod.start, env={"A": "b"})
    performed = await session.perform(patch, "typed")
    assert performed.ending is Ending.UNKNOWN
    assert "does not tell" in performed.said


def launched(session: Session, mark: str) -> None:
    """What a console leaves that was killed while it launched a Pod."""
    wire = ("POST", "/v2/pods", b"{}")
    session.writer.journal.intend("dead", "launch a-2 like a", wire, mark=mark, source={}, pid=0)


async def test_a_launch_without_an_outcome_is_searched_by_its_mark_at_the_next_start(
    session: Session, simulator: Simulator
) -> None:
    made = simulator.world.newest_first()[0]
    spec = replace(made.spec, env={**made.spec.env, "RGT_TUI_LAUNCH_ABC": "1"})
    simulator.call(lambda world: world.respecify(made, spec))
    launched(session, "RGT_TUI_LAUNCH_ABC")
    (said,) = await session.writer.recover()
    assert f"it was made: {made.spec.name} ({made.id})" in said
    assert writes(simulator) == []
    assert await session.writer.recover() == ()


async def test_a_launch_that_made_nothing_is_told_so(
    session: Session, simulator: Simulator
) -> None:
    launched(session, "RGT_TUI_LAUNCH_NONE")
    (said,) = await session.writer.recover()
    assert "no Pod carries its mark" in said
    assert writes(simulator) == []


@pytest.mark.parametrize("verb", list(Verb))
async def test_each_verb_reaches_the_service_once(
    session: Session, simulator: Simulator, verb: Verb
) -> None:
    pod = simulator.world.find("old-ckpt" if verb is Verb.START else "sweep-07")
    pod.start_refusal = None
    performed = await session.perform(await act(session, pod, verb), "button")
    assert performed.ending is Ending.DONE
    assert writes(simulator) == [("POST", f"/v2/pods/{pod.id}/action")]


async def test_a_start_that_is_refused_says_which_symptom_that_is_and_what_to_do(
    session: Session, simulator: Simulator
) -> None:
    pod = simulator.world.find("old-ckpt")
    pod.start_refusal = "There are not enough free GPUs on the host machine to start this pod."
    performed = await session.perform(await act(session, pod, Verb.START), "button")
    assert (performed.ending, performed.exit_code) == (Ending.NOT_DONE, 4)
    assert pod.start_refusal in performed.said
    assert "RP1 " in performed.said
    assert f"rgt-tui relaunch {pod.id}" in performed.said


async def test_a_read_only_session_cannot_be_unlocked(where: Address, tmp_path: Path) -> None:
    here = replace(where, read_only=True, journal=tmp_path / "state" / "journal.jsonl")
    async with open_session(here, Config(), Store(), session_clock()) as session:
        mode = session.writer.mode
        assert not mode.possible
        refused: Callable[[], None] = functools.partial(mode.unlock)
        with pytest.raises(Exception, match="read-only"):
            refused()


async def mending(session: Session, pod: SimPod, script: str = "echo x\n") -> Run:
    seen = await session.wires.rest.pod(pod.id)
    return Run(
        doing="mend", pod=seen.id, name=seen.name, start=seen.start, script=script, limit_s=20.0
    )


async def test_a_script_is_written_down_whole_before_it_runs(
    session: Session, simulator: Simulator
) -> None:
    performed = await session.perform(await mending(session, running(simulator)), "button")
    assert performed.ending is Ending.DONE
    assert "none was run" in performed.said
    intent, outcome = session.writer.journal.read().entries
    assert (intent.event, outcome.event) == ("intent", "outcome")
    assert writes(simulator) == []


async def test_no_script_runs_while_write_mode_is_locked(
    session: Session, simulator: Simulator
) -> None:
    request = await mending(session, running(simulator))
    session.writer.mode.lock()
    performed = await session.perform(request, "button")
    assert performed.ending is Ending.NOT_DONE
    assert events(session) == []


async def test_no_script_runs_through_the_gateway(session: Session, simulator: Simulator) -> None:
    request = await mending(session, simulator.world.find("infer-x"))
    performed = await session.perform(request, "button")
    assert performed.ending is Ending.NOT_DONE
    assert "no direct SSH" in performed.said
    assert events(session) == []
