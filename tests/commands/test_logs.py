"""`rgt-tui logs`, called as a script would call it, on a simulated account."""

import json
import signal
import subprocess

import pytest

from rgt_tui.commands._options import seconds
from rgt_tui.domain.errors import UsageError
from rgt_tui.simulator import Simulator
from rgt_tui.simulator.world import World
from tests.commands.conftest import Call, Started


def test_the_container_log_is_printed_the_newest_lines_last(call: Call) -> None:
    code, out, err = call("logs", "train-a", "--tail", "3")
    assert (code, err) == (0, "")
    steps = [int(line.split()[1]) for line in out.splitlines()]
    assert steps == [steps[0], steps[0] + 1, steps[0] + 2]


def test_both_logs_are_labelled_and_timed(call: Call) -> None:
    code, out, _ = call("logs", "infer-x", "--both", "--timestamps")
    assert code == 0
    labels = {line.split()[1] for line in out.splitlines()}
    assert labels == {"[system]", "[container]"}
    assert all(line[10] == "T" and line[19] == "Z" for line in out.splitlines())
    alone = call("logs", "infer-x", "--system")[1].splitlines()
    assert alone == [line.split(" ", 2)[2] for line in out.splitlines() if "[system]" in line]


def test_each_line_is_a_json_object(call: Call) -> None:
    code, out, _ = call("logs", "train-a", "--tail", "2", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [set(line) for line in lines] == [{"schema", "at", "source", "line"}] * 2
    assert lines[0]["line"].startswith("step ")


def test_what_a_pod_writes_cannot_command_the_terminal(call: Call, simulator: Simulator) -> None:
    def written(world: World) -> None:
        world.find("old-ckpt").logs.write(world.now, "container", "a\x1b[2Jb\u202ec\rd")

    simulator.call(written)

    code, out, _ = call("logs", "old-ckpt", "--tail", "1")
    assert (code, out) == (0, "a\\x1b[2Jb\\u202ec\\x0dd\n")


def test_only_lines_newer_than_a_while_are_printed(call: Call, simulator: Simulator) -> None:
    def written(world: World) -> None:
        logs = world.find("old-ckpt").logs
        logs.write(world.now - 100, "container", "old")
        logs.write(world.now - 10, "container", "new")

    simulator.call(written)

    assert call("logs", "old-ckpt", "--since", "1m")[1] == "new\n"
    assert call("logs", "old-ckpt", "--since", "1m", "--tail", "5")[1] == "new\n"


def test_an_unknown_pod_exits_2(call: Call) -> None:
    code, out, err = call("logs", "train-z")
    assert (code, out) == (2, "")
    assert "Did you mean 'train-a'?" in err


def test_a_key_without_the_right_to_logs_exits_3(call: Call, simulator: Simulator) -> None:
    def written(world: World) -> None:
        world.withheld.append("/v2/pods/*/logs")

    simulator.call(written)

    code, out, _ = call("logs", "train-a", "--json")
    assert code == 3
    error = json.loads(out)["error"]
    assert error["code"] == "forbidden"
    assert "may not read the log of train-a" in error["message"]


def test_a_log_without_lines_says_so_and_how_the_pod_stands(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rgt_tui.clients.log_follow.FIRST_S", 0.2)
    code, out, err = call("logs", "sdxl-lab")
    assert (code, out) == (0, "")
    assert "sdxl-lab (8a7s6d5f4g) is STARTING; no lines in its container log" in err


def test_the_log_of_a_stopped_pod_is_not_followed(call: Call) -> None:
    code, out, err = call("logs", "old-ckpt", "-f", "--system", "--tail", "2")
    assert (code, len(out.splitlines())) == (0, 2)
    assert "old-ckpt (5t8y1u3i6o) is EXITED: its log has ended" in err


def test_a_request_that_makes_no_sense_exits_2(call: Call) -> None:
    wrong = [("--since", "2x"), ("--since", ""), ("--tail", "5001"), ("--system", "--both")]
    assert [call("logs", "train-a", *argv)[0] for argv in wrong] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("text", "expected"), [("30s", 30), ("5m", 300), ("1h30m", 5400), ("1d", 86400), ("0s", 0)]
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "5", "-5m", "5m5h", "m", "1.5h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(UsageError, match="is no duration"):
        seconds(text)


@pytest.fixture
def following(started: Started) -> "subprocess.Popen[str]":
    """A program that follows the log of a Pod, and has printed its first line."""
    process = started("logs", "train-a", "-f", "--tail", "1")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("step ")
    return process


def write(simulator: Simulator, text: str) -> None:
    def written(world: World) -> None:
        world.find("train-a").logs.write(world.now, "container", text)

    simulator.call(written)


def test_it_follows_and_ends_with_130_when_interrupted(
    simulator: Simulator, following: "subprocess.Popen[str]"
) -> None:
    write(simulator, "something new")
    assert following.stdout is not None
    while "something new" not in following.stdout.readline():
        assert following.poll() is None
    following.send_signal(signal.SIGINT)
    assert following.wait(10) == 130
    assert following.stderr is not None
    assert following.stderr.read().strip() == ""


def test_a_reader_that_leaves_ends_it_quietly(
    simulator: Simulator, following: "subprocess.Popen[str]"
) -> None:
    assert following.stdout is not None
    following.stdout.close()
    write(simulator, "for nobody")
    assert following.wait(10) == 0
    assert following.stderr is not None
    assert following.stderr.read() == ""


def test_it_says_when_the_pod_is_gone(
    simulator: Simulator, following: "subprocess.Popen[str]"
) -> None:
    def written(world: World) -> None:
        world.terminate(world.find("train-a"))

    simulator.call(written)

    assert following.wait(10) == 4
    assert following.stderr is not None
    assert "is no longer there: its log has ended" in following.stderr.read()
