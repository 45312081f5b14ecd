"""`terminate POD --plan` prints the checklist; nothing terminates without a terminal and a person."""

import json
from collections.abc import Iterator

import click
import pytest

from rgt_tui.commands.terminate import COMMAND
from rgt_tui.simulator import Simulator, build_world
from tests.commands.conftest import Call, Called
from tests.shared import ROOT
from tests.termination.conftest import idle_pod


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    world = build_world(pods=0, scenarios=["healthy_training", "stopped", "proxy_only"])
    idle_pod(world)
    with Simulator(world) as served:
        yield served


@pytest.fixture
def call(call: Call, simulator: Simulator) -> Call:
    """Calls `terminate`."""

    def terminate(*argv: str) -> Called:
        return call("terminate", *argv, "--identity", simulator.ssh_identity)

    return terminate


def writes(simulator: Simulator) -> list[str]:
    return [it.path for it in simulator.requests if it.method != "GET" and "/v2" in it.path]


def test_the_plan_of_an_idle_pod_is_permitted(call: Call, simulator: Simulator) -> None:
    code, out, _ = call("idle", "--plan", "--json")
    answer = json.loads(out)
    states = {it["name"]: it["state"] for it in answer["items"]}
    assert states == {
        "identity": "ok",
        "blast_radius": "ok",
        "safe": "ok",
        "verified": "ok",
        "quiet": "ok",
        "approved": "running",
    }
    assert (code, answer["permitted"], answer["schema"]) == (0, True, 1)
    assert answer["expires_at"].endswith("Z")
    assert writes(simulator) == []


def test_a_pod_that_trains_is_not_permitted_and_says_why(call: Call, simulator: Simulator) -> None:
    code, out, _ = call("train-a", "--plan", "--json")
    answer = json.loads(out)
    assert (code, answer["permitted"]) == (5, False)
    quiet = next(it for it in answer["items"] if it["name"] == "quiet")
    assert quiet["state"] == "failed"
    assert any("train.py" in datum["said"] for datum in quiet["evidence"])
    assert {file["path"] for file in answer["loses"]} >= {"/root/best.safetensors"}
    assert writes(simulator) == []


@pytest.mark.parametrize("name", ["old-ckpt", "infer-x"])
def test_what_could_not_be_looked_at_says_so_and_is_open(call: Call, name: str) -> None:
    code, out, _ = call(name, "--plan", "--json")
    answer = json.loads(out)
    blind = [it for it in answer["items"] if it["could_not_look"]]
    assert (code, answer["permitted"]) == (5, False)
    assert blind
    assert {it["state"] for it in blind} == {"open"}
    assert all(it["why"] for it in blind)


def test_without_a_terminal_it_prints_the_checklist_and_refuses(
    call: Call, simulator: Simulator
) -> None:
    code, out, err = call("idle")
    assert code == 5
    assert "[ok] durable" in out
    assert "nothing is terminated here" in err
    assert writes(simulator) == []


def test_without_plan_json_is_no_permission_either(call: Call, simulator: Simulator) -> None:
    code, _, _ = call("idle", "--json")
    assert code == 5
    assert writes(simulator) == []


@pytest.mark.hazard(70)
def test_the_parser_knows_no_way_around_a_person() -> None:
    assert isinstance(COMMAND, click.Command)
    names = {name for option in COMMAND.params for name in option.opts}
    assert names == {"pod", "--plan", "--json", "--identity"}
    assert not any(option.envvar for option in COMMAND.params)
    for path in (
        ROOT / "rgt_tui" / "commands" / "terminate.py",
        *(ROOT / "rgt_tui" / "termination").glob("*.py"),
    ):
        text = path.read_text()
        assert "--yes" not in text
        assert "--force" not in text
        assert "environ" not in text
