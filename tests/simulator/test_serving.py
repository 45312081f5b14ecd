"""The simulator as a program, and what it costs to start."""

import json
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from rgt_tui.simulator import Simulator, build_world


def run(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rgt_tui.simulator", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_runs_until_told_and_leaves_nothing(number: signal.Signals) -> None:
    with run("--pods", "3", "--seed", "5") as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        identity = Path(told["ssh_identity"])
        mode = stat.S_IMODE(identity.stat().st_mode)
        headers = {"Authorization": f"Bearer {told['api_key']}"}
        pods = httpx.get(f"{told['url']}/v2/pods", headers=headers, trust_env=False).json()["pods"]
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert (mode, stat.S_IMODE(0o700)) == (0o600, 0o700)
    assert len(pods) == 3
    assert not identity.parent.parent.exists()


def test_an_unknown_scenario_is_wrong_usage_and_names_the_known_ones() -> None:
    with run("--scenario", "rp99") as process:
        _, err = process.communicate(timeout=10)
    assert process.returncode == 2
    assert "rp11_container_disk_full" in err


def test_it_needs_neither_the_console_nor_its_clients() -> None:
    probe = (
        "import sys, rgt_tui.simulator as s; s.Simulator; s.build_world();"
        "print(sorted({'textual', 'httpx', 'runpod', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"


def test_the_demo_fleet_is_up_in_a_moment() -> None:
    with Simulator(build_world()):
        pass
    begun = time.perf_counter()
    with Simulator(build_world()):
        took = time.perf_counter() - begun
    assert took < 1.0


def test_five_thousand_pods_open_few_listeners() -> None:
    world = build_world(pods=5000)
    with Simulator(world, 0.0) as simulator:
        headers = {"Authorization": f"Bearer {simulator.api_key}"}
        listed = httpx.get(
            f"{simulator.url}/v2/pods", headers=headers, trust_env=False, timeout=30
        ).json()["pods"]
    assert len(listed) == 5000
    assert 100 < sum(pod["ssh"]["direct"] is not None for pod in listed) <= 200


def test_a_simulator_may_be_stopped_twice_and_its_url_is_gone() -> None:
    simulator = Simulator(build_world(pods=1))
    simulator.start()
    url = simulator.url
    simulator.stop()
    simulator.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_taken_port_is_said_at_once() -> None:
    with Simulator(build_world(pods=1)) as first:
        port = int(first.url.rpartition(":")[2])
        second = Simulator(build_world(pods=1), port=port)
        with pytest.raises(OSError, match="address already in use"):
            second.start()
