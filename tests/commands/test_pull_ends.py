"""The program of its own, pulling from a Pod to which something happens on the way."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.files import large_safetensors
from tests.commands.conftest import settings

MIB = 1 << 20
SIZE = 32 * MIB
SOON_S = 60.0


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """`lora-4090` alone, whose line is slow for its checkpoint."""
    world = build_world(scenarios=["volume_disk"])
    pod = world.find("lora-4090")
    pod.boot_delays = (0.0, 0.0, 0.0)
    pod.machine.stored[-1] = large_safetensors(pod.machine.stored[-1].path, SIZE // MIB, 600)
    pod.machine.link_bytes_s = 6 * MIB
    with Simulator(world) as served:
        yield served


class Puller:
    """Pulls from `lora-4090` to one folder, by processes of their own."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator, self.folder = simulator, folder
        self.home = folder / "home"
        self.machine = simulator.world.find("lora-4090").machine

    def begin(self, *, limit: int = 0) -> "subprocess.Popen[str]":
        words = ["pull", "lora-4090", "/workspace/lora", "--to", str(self.home), "--json"]
        argv = [sys.executable, "-m", "rgt_tui", *words, "--identity", self.simulator.ssh_identity]
        return subprocess.Popen(
            argv,
            env={**settings(self.simulator, self.folder), "PYTHONPATH": os.getcwd()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            if limit
            else None,
        )

    def come(self) -> int:
        """Bytes of parts that are on the disk; none where a folder went while they were looked for."""
        try:
            held = (self.folder / "rgt").rglob("holds/*/?/*")
            found = [path.stat() for path in held if path.is_file()]
        except FileNotFoundError:
            return 0
        return sum(min(part.st_size, part.st_blocks * 512) for part in found)

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + SOON_S
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.05)

    def half_way(self, then: Callable[["subprocess.Popen[str]"], None]) -> tuple[int, Any, str]:
        """Begins a pull, does something to it, and gives how it ended."""
        with self.begin() as process:
            self.until(lambda: self.come() > 8 * MIB or process.poll() is not None)
            then(process)
            return ended(process)

    def names(self) -> set[str]:
        return {path.name for path in self.home.rglob("*.safetensors")}


def ended(process: "subprocess.Popen[str]") -> tuple[int, Any, str]:
    out, err = process.communicate(timeout=SOON_S)
    return process.returncode, json.loads(out) if out else {}, err


@pytest.fixture
def puller(simulator: Simulator, tmp_path: Path) -> Puller:
    return Puller(simulator, tmp_path)


def test_ctrl_c_keeps_what_came_and_the_same_command_goes_on(puller: Puller) -> None:
    code, found, _ = puller.half_way(lambda process: process.send_signal(signal.SIGINT))
    assert (code, found["error"]["code"]) == (130, "interrupted")
    assert "the same command goes on from there" in found["error"]["hint"]
    assert "merged.safetensors" not in {path.name for path in (puller.home / "lora").glob("*")}
    puller.machine.link_bytes_s = 0
    code, found, err = ended(puller.begin())
    assert (code, found["complete"]) == (0, True)
    assert "are here already: going on from there" in err
    assert found["moved_bytes"] < SIZE - 6 * MIB


def test_a_pod_that_stops_half_way_is_named_and_gone_on_with_once_it_runs(puller: Puller) -> None:
    simulator = puller.simulator
    code, found, _ = puller.half_way(
        lambda _: simulator.call(lambda world: world.stop(world.find("lora-4090")))
    )
    assert (code, found["error"]["code"]) == (4, "pull_pod_stopped")
    assert "the Pod is EXITED" in found["error"]["message"]
    assert "rgt-tui start" in found["error"]["hint"]
    assert "merged.safetensors" not in puller.names()
    simulator.call(lambda world: world.start(world.find("lora-4090")))
    puller.machine.link_bytes_s = 0
    code, found, err = ended(puller.begin())
    assert (code, found.get("complete")) == (0, True), found
    assert "are here already" in err
    assert found["moved_bytes"] < SIZE - 6 * MIB


def test_a_pod_that_is_terminated_half_way_is_named(puller: Puller) -> None:
    code, found, _ = puller.half_way(
        lambda _: puller.simulator.call(lambda world: world.terminate(world.find("lora-4090")))
    )
    assert (code, found["error"]["code"]) == (4, "pull_pod_gone")
    assert "merged.safetensors" not in puller.names()


def test_a_disk_that_is_full_here_is_named_and_leaves_no_name(puller: Puller) -> None:
    puller.machine.link_bytes_s = 0
    code, found, _ = ended(puller.begin(limit=20 * MIB))
    assert (code, found["error"]["code"]) == (4, "pull_no_room")
    assert "Make room" in found["error"]["hint"]
    assert "merged.safetensors" not in puller.names()
    code, found, err = ended(puller.begin())
    assert (code, found["complete"]) == (0, True)
    assert "are here already" in err
