"""`relaunch POD --dry-run` prints the exact request, without secrets, and sends nothing."""

import json

from rgt_tui.simulator import Simulator
from tests.commands.conftest import Call, answer


def writes(simulator: Simulator) -> list[str]:
    return [it.path for it in simulator.requests if it.method != "GET" and "/v2" in it.path]


def test_the_request_is_printed_and_nothing_is_sent(call: Call, simulator: Simulator) -> None:
    called = call("relaunch", "train-a", "--dry-run", "--json")
    assert called[0] == 0
    found = answer(called)
    pod = simulator.world.find("train-a")
    assert found["pod"] == pod.id
    request = found["request"]
    assert (request["method"], request["path"]) == ("POST", "/v2/pods")
    assert request["body"]["image"] == pod.spec.image
    assert pod.spec.gpu is not None
    assert request["body"]["gpu"]["count"] == pod.spec.gpu[1]
    assert writes(simulator) == []


def test_values_of_variables_are_masked(call: Call, simulator: Simulator) -> None:
    env = simulator.world.find("train-a").spec.env
    _, out, err = call("relaunch", "train-a", "--dry-run")
    body = json.loads(out.partition("\n")[2])
    assert out.startswith("POST /v2/pods\n")
    assert body["env"]["WANDB_API_KEY"] == "***"
    assert env["WANDB_API_KEY"] not in out + err


def test_without_yes_and_without_a_terminal_nothing_is_sent(
    call: Call, simulator: Simulator
) -> None:
    code, _, _ = call("relaunch", "train-a")
    assert code == 2
    assert writes(simulator) == []


def test_with_yes_one_pod_like_it_is_made(call: Call, simulator: Simulator) -> None:
    before = len(simulator.world.newest_first())
    code, out, _ = call("relaunch", "train-a", "--yes", "--json")
    assert code == 0, out
    assert json.loads(out)["outcome"] == "done"
    assert len(simulator.world.newest_first()) == before + 1
    assert writes(simulator) == ["/v2/pods"]


def test_an_unknown_pod_is_told(call: Call, simulator: Simulator) -> None:
    assert call("relaunch", "nobody", "--dry-run")[0] != 0
    assert writes(simulator) == []
