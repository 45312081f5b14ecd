"""Serves one simulated account until it is told to stop."""

import json
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from rgt_tui.simulator.engine import Simulator
from rgt_tui.simulator.fleet import build_world


def serve(  # each is an option of the command line
    port: int = 0,
    pods: int | None = None,
    seed: int = 1,
    scenarios: Sequence[str] = (),
    speed: float = 1.0,
) -> int:
    """Prints one JSON line when ready and runs until SIGTERM or SIGINT.

    Must be called in the main thread: it takes both signals over while it runs.

    Args:
        port: of the HTTP server on 127.0.0.1; 0 takes a free one.
        pods: how many generated Pods; None for none besides the scenarios.
        seed: makes ids and figures repeatable.
        scenarios: names to build; with none and no `pods`, the demo fleet.
        speed: world seconds per real second.

    Returns:
        The exit code: 0.

    Raises:
        ValueError: an unknown scenario or a negative number of Pods.
        OSError: the port is taken.
    """
    world = build_world(pods, seed, scenarios)
    told = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        told.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with Simulator(world, speed, port=port) as simulator:
            _announce(simulator)
            # A plain wait would hold a signal back until something else wakes the thread.
            while not told.wait(0.5):
                continue
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _announce(simulator: Simulator) -> None:
    host, port, username = simulator.gateway
    line = {
        "url": simulator.url,
        "api_key": simulator.api_key,
        "ssh_identity": simulator.ssh_identity,
        "gateway": {"host": host, "port": port, "username": username},
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
