"""`rgt-tui forward`, started as a person would start it, on a simulated account."""

import json
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable

import pytest

from rgt_tui.clients.ssh_forward import PortPair
from rgt_tui.commands.forward import port_pair
from rgt_tui.domain.errors import UsageError
from rgt_tui.simulator import Simulator
from rgt_tui.simulator.world import World
from tests.commands.conftest import Call, Started


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def page(port: str) -> str:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{port}/", timeout=20
    ) as answer:  # http, on loopback
        return str(answer.read().decode())


def local_port(said: str, remote: int) -> str:
    assert said.startswith("Forwarding from 127.0.0.1:")
    assert said.endswith(f" -> {remote}\n")
    return said.split(":")[1].split()[0]


def test_pages_of_the_pod_are_served_here_until_it_is_interrupted(
    started: Started, simulator: Simulator
) -> None:
    process = started("forward", "train-a", ":8888", ":9999")
    port, nothing = local_port(line(process), 8888), local_port(line(process), 9999)
    assert page(port) == "a simulated page of Pod 7h9k2m4n6p\n"
    with socket.create_connection(("127.0.0.1", int(nothing)), timeout=20) as client:
        assert client.recv(10) == b""
    before = len(simulator.requests)
    simulator.drop_ssh("train-a")
    assert process.stderr is not None
    told = [process.stderr.readline() for _ in range(3)]
    assert "port 9999: connection refused in the Pod" in told[0]
    assert "was lost, connecting again" in told[1]
    assert "connected again" in told[2]
    calls = [it.path for it in simulator.requests[before:]]
    assert calls == ["/v2/pods/7h9k2m4n6p"], "where the Pod is by now is one question"
    assert page(port) == "a simulated page of Pod 7h9k2m4n6p\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (World.stop, "train-a is EXITED: nothing is forwarded"),
        (World.terminate, "train-a (7h9k2m4n6p) is no longer there: nothing is forwarded"),
    ],
)
def test_it_ends_when_the_pod_does_and_says_so(
    started: Started,
    simulator: Simulator,
    end: Callable[..., None],
    said: str,
) -> None:
    process = started("forward", "train-a", ":8888", "--json")
    (row,) = json.loads(line(process))["forwards"]
    assert (row["address"], row["port"]) == ("127.0.0.1", 8888)
    simulator.call(lambda world: end(world, world.find("train-a")))
    assert process.wait(20) == 4
    assert process.stdout is not None
    error = json.loads(process.stdout.read())["error"]
    assert (error["code"], error["message"]) == ("pod_ended", said)


def test_the_gateway_forwards_nothing_and_the_way_out_is_named(call: Call) -> None:
    code, out, err = call("forward", "infer-x", "8000")
    assert (code, out) == (4, "")
    assert "which forwards no ports (RP6)" in err
    assert "22/tcp" in err
    assert "https://3c5v7b9n1m-8000.proxy.runpod.net" in err


def test_a_local_port_that_is_taken_exits_4(call: Call, simulator: Simulator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        key = ("--identity", simulator.ssh_identity)
        code, out, err = call("forward", "train-a", f"{port}:8888", *key)
    assert (code, out) == (4, "")
    assert f"cannot listen on 127.0.0.1:{port}" in err
    assert ":8888 for a free one" in err


@pytest.mark.parametrize(
    ("text", "pair"),
    [("8888", (8888, 8888)), ("1:2", (1, 2)), (":7", (0, 7)), ("0:7", (0, 7))],
)
def test_ports_are_read_as_kubectl_reads_them(text: str, pair: tuple[int, int]) -> None:
    assert port_pair(text) == PortPair(*pair)


@pytest.mark.parametrize(
    "text", ["", "0", "65536", "70000:1", "1:", "a", "1:2:3", "-1", "8888/tcp"]
)
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not \[LOCAL:\]PORT"):
        port_pair(text)


def test_a_request_that_makes_no_sense_exits_2(call: Call) -> None:
    wrong = [("train-a",), ("train-a", "x"), ("train-a", "1", "--address", "nowhere"), ("no", "1")]
    assert [call("forward", *argv)[0] for argv in wrong] == [2, 2, 2, 2]
    warned = call("forward", "no", "1", "--address", "0.0.0.0")[2]
    assert "reached from other machines" in warned
