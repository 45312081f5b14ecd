"""Start, stop, restart and the journal, called as a script would call them."""

import json
from pathlib import Path

from rgt_tui.simulator import Simulator
from tests.commands.conftest import Call


def writes(simulator: Simulator) -> list[str]:
    return [
        f"{request.method} {request.path}"
        for request in simulator.requests
        if request.path.startswith("/v2") and request.method != "GET"
    ]


def test_stop_tells_the_consequences_and_is_journaled(call: Call, simulator: Simulator) -> None:
    code, out, err = call(
        "stop", "sweep-07", "--yes", "--json", "--identity", simulator.ssh_identity
    )
    answered = json.loads(out)
    assert (code, answered["action"], answered["outcome"]) == (0, "stop", "done")
    assert "container disk" in err
    assert "twice its running price" in err
    assert writes(simulator) == [f"POST /v2/pods/{answered['pod']}/action"]
    code, out, _ = call("journal", "--verify", "--json")
    verified = json.loads(out)
    assert (code, verified["ok"], verified["unsettled"]) == (0, True, [])
    events = [entry["event"] for entry in json.loads(call("journal", "--json")[1])["entries"]]
    assert events == ["intent", "outcome"]


def test_without_yes_and_without_a_terminal_nothing_is_sent(
    call: Call, simulator: Simulator
) -> None:
    code, _, err = call("stop", "sweep-07")
    assert code == 2
    assert "--yes" in err
    assert writes(simulator) == []


def test_read_only_sends_nothing_whatever_is_said(call: Call, simulator: Simulator) -> None:
    code, _, err = call("--read-only", "restart", "train-a", "--yes")
    assert code != 0
    assert "read-only" in err
    assert writes(simulator) == []


def test_a_pod_that_is_up_cannot_be_started_and_the_reason_is_told(
    call: Call, simulator: Simulator
) -> None:
    code, _, err = call("start", "train-a", "--yes")
    assert code != 0
    assert "cannot start train-a" in err
    assert writes(simulator) == []


def test_a_journal_that_was_edited_is_broken_and_exits_1(call: Call, tmp_path: Path) -> None:
    assert call("stop", "sweep-07", "--yes")[0] == 0
    [journal] = (tmp_path / "rgt").rglob("journal*.jsonl")
    journal.write_text(journal.read_text().replace("stop", "stap", 1))
    code, out, _ = call("journal", "--verify")
    assert code == 1
    assert "broken" in out
