"""What a command asks the API for before it connects to a Pod."""

from typing import Final

from rgt_tui.simulator import Simulator
from rgt_tui.simulator.boot import printed_keys
from rgt_tui.simulator.world import World
from tests.commands.conftest import Call, answer

TRAIN: Final = "7h9k2m4n6p"


def asked(simulator: Simulator, since: int = 0) -> list[str]:
    return [request.path.removeprefix("/v2/") for request in simulator.requests[since:]]


def probe(call: Call, simulator: Simulator) -> tuple[int, str]:
    called = call("--identity", simulator.ssh_identity, "probe", "train-a", "--json")
    said = answer(called)
    return called[0], said["error"]["code"] if "error" in said else said["host_key"]["how"]


def test_a_host_key_that_its_boot_log_holds_is_looked_up_there_once_a_start(
    call: Call, simulator: Simulator
) -> None:
    assert probe(call, simulator) == (0, "boot log")
    assert asked(simulator) == ["pods", f"pods/{TRAIN}/logs"]
    before = len(simulator.requests)
    assert probe(call, simulator) == (0, "boot log")
    assert asked(simulator, before) == ["pods"]


def test_the_gateway_needs_no_boot_log(call: Call, simulator: Simulator) -> None:
    called = call(
        "--identity", simulator.ssh_identity, "probe", "train-a", "--transport", "proxy", "--json"
    )
    assert called[0] == 0
    assert asked(simulator) == ["pods"]


def test_another_key_is_looked_up_in_the_log_and_taken_only_where_it_stands(
    call: Call, simulator: Simulator
) -> None:
    assert probe(call, simulator) == (0, "boot log")
    simulator.change_host_key("train-a")
    before = len(simulator.requests)
    assert probe(call, simulator) == (4, "ssh_host_key_changed")
    assert asked(simulator, before) == ["pods", f"pods/{TRAIN}/logs"]

    def prints(world: World) -> None:
        pod = world.find("train-a")
        began = pod.started(world.now) or 0.0
        pod.logs.write(began + 30, "container", *printed_keys(pod))

    simulator.call(prints)
    assert probe(call, simulator) == (0, "boot log")
