"""`rgt-tui watch`, started as a person or a service manager would start it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.cli import main
from rgt_tui.commands._changes import Changes
from rgt_tui.commands._happening import Happening
from rgt_tui.commands._headless import Wish, running
from rgt_tui.commands._printer import KEPT, Printer
from rgt_tui.commands.triage import KINDS
from rgt_tui.config import Config
from rgt_tui.invocation import Options
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from rgt_tui.sources import Watched
from tests.commands.conftest import Started, settings
from tests.commands.test_alerts import Receiver


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Three Pods, served on loopback."""
    scenarios = ("healthy_training", "rp11_container_disk_full", "rp16_running_never_started")
    with Simulator(build_world(scenarios=scenarios), quota=UNMETERED) as served:
        yield served


def line(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    found = json.loads(process.stdout.readline())
    assert found["schema"] == 1
    assert isinstance(found, dict)
    return found


Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ran(
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Ran:
    """Runs `watch` in this process, to its end by itself."""

    def run(*argv: str, **environment: str) -> tuple[int, str, str]:
        for name, value in {**settings(simulator, tmp_path), **environment}.items():
            monkeypatch.setenv(name, value)
        code = main(("watch", "--interval", "5", "--no-ssh", *argv))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


Until = Callable[..., dict[str, Any]]


@pytest.fixture
def seen(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Until]:
    """Gives the next happening of a kind, of an engine that reads the simulated account now."""
    for name, value in settings(simulator, tmp_path).items():
        monkeypatch.setenv(name, value)
    watched = Watched()
    options = Options(identities=(Path(simulator.ssh_identity),))
    config = Config(base_url=simulator.url)
    with running(options, config, Wish(watched=watched, kinds=KINDS)) as reading:
        changes, told = Changes(watched), list[Happening]()

        def until(*events: str) -> dict[str, Any]:
            due, deadline = 0.0, time.monotonic() + 60
            while True:
                while told:
                    happening = told.pop(0)
                    if happening.event in events:
                        return happening.as_json()
                assert time.monotonic() < deadline, f"none of {events} came"
                if time.monotonic() >= due:
                    reading.engine.refresh()
                    due = time.monotonic() + 1.0
                time.sleep(0.1)
                told.extend(changes.after(reading.engine.scene()))

        yield until


def test_what_happens_to_a_pod_is_seen_as_it_happens(seen: Until, simulator: Simulator) -> None:
    pods = [seen("pod") for _ in range(3)]
    assert {pod["status"] for pod in pods} == {"RUNNING"}
    full = seen("finding", "finding_appeared", "finding_changed")
    while (full["code"], full["severity"]) != ("RP11", "critical"):
        full = seen("finding", "finding_appeared", "finding_changed")
    assert full["verdict"] == "present"
    assert "ssh" in {said["source"] for said in full["evidence"]}
    name = full["name"]
    simulator.call(lambda world: world.stop(world.find(name)))
    changed = seen("pod_changed")
    while "status" not in changed["changed"]:
        changed = seen("pod_changed")
    assert (changed["name"], changed["status"], changed["readiness"]) == (
        name,
        "EXITED",
        "stopped",
    )
    simulator.call(lambda world: world.terminate(world.find(name)))
    assert seen("pod_gone")["name"] == name
    asked = {request.method for request in simulator.requests if request.path.startswith("/v2")}
    assert asked == {"GET"}


def test_it_starts_in_an_outage_and_ends_well_however_it_is_ended(
    started: Started, simulator: Simulator
) -> None:
    simulator.faults.drop = True
    interrupted, terminated, left = (
        started("watch", "--interval", "5", "--no-ssh") for _ in range(3)
    )
    for process in (interrupted, terminated, left):
        assert line(process)["event"] == "api_lost"
    interrupted.send_signal(signal.SIGINT)
    terminated.send_signal(signal.SIGTERM)
    assert left.stdout is not None
    left.stdout.close()
    assert [it.wait(30) for it in (interrupted, terminated, left)] == [130, 0, 0]
    for process in (interrupted, terminated, left):
        assert process.stderr is not None
        assert process.stderr.read().strip() == ""


def test_it_fails_on_what_it_was_told_to_when_the_alerts_have_left(
    ran: Ran, simulator: Simulator, tmp_path: Path
) -> None:
    script = tmp_path / "page"
    script.write_text(f"#!/bin/sh\ncat > {tmp_path}/got\nenv > {tmp_path}/env\n")
    script.chmod(0o700)
    receiver = Receiver()
    way = ("--exec", str(script), "--fail-on", "critical", "--alert-on", "critical")
    code, out, err = ran(*way, RGT_TUI_WEBHOOK_URL=receiver.url)
    assert (code, err) == (1, "")
    lines = [json.loads(text) for text in out.splitlines()]
    assert {it["schema"] for it in lines} == {1}
    assert [it["event"] for it in lines[:5]] == ["watching", "pod", "pod", "pod", "account"]
    assert {it["event"] for it in lines[5:]} == {"finding"}
    critical = [it for it in lines if it["severity"] == "critical"]
    assert "RP16" in {it["code"] for it in critical}
    alert = json.loads((tmp_path / "got").read_text())
    assert [it["code"] for it in alert["events"]] == [it["code"] for it in critical]
    assert receiver.bodies == [alert]
    for secret in (simulator.api_key, "s3cr3t-t0ken"):
        assert secret not in out + (tmp_path / "env").read_text()
    receiver.server.shutdown()
    receiver.server.server_close()


def test_a_reader_that_stands_still_holds_up_nobody_and_hears_what_it_missed() -> None:
    reading, writing = os.pipe()
    printer = Printer(writing)
    for number in range(KEPT + 2000):
        printer.put({"number": number, "text": "x" * 100})
    printer.wait(0.0)
    began = time.monotonic()
    printer.close(0.2)
    assert time.monotonic() - began < 2.0
    rows = []
    with open(reading, encoding="ascii") as lines:
        for text in lines:
            rows.append(json.loads(text))
            if rows[-1].get("number") == KEPT + 1999:
                break
    skipped = [row["lines"] for row in rows if row.get("event") == "skipped"]
    assert skipped
    assert len(rows) - len(skipped) + sum(skipped) == KEPT + 2000
    os.close(writing)


def test_a_reader_that_has_left_is_noticed_without_a_line_to_print() -> None:
    reading, writing = os.pipe()
    printer = Printer(writing)
    printer.wait(0.0)
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        printer.wait(5.0)
    printer.close()
    os.close(writing)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--for", "soon"), "is no duration"),
        (("--interval", "1"), "5<=x<=120"),
        (("--exec", "no-such-program-here"), "There is no program"),
        (("--exec", "'"), "--exec"),
        (("--webhook-file", "/nonexistent"), "cannot be read"),
    ],
)
def test_a_request_that_makes_no_sense_exits_2(
    argv: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path))
    assert main(("watch", *argv)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_a_pod_that_is_not_there_and_a_key_that_is_refused_end_it(ran: Ran) -> None:
    code, out, _ = ran("--json", "train-z")
    assert (code, json.loads(out)["error"]["code"]) == (2, "usage")
    code, out, _ = ran("--json", RUNPOD_API_KEY="rpa_WRONG")
    assert (code, json.loads(out)["error"]["code"]) == (3, "unauthorized")
