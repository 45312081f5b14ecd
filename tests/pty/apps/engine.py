"""The real console on a simulated account, whose screen floods the terminal.

Writes the worst lag of the engine's loop to the file named by the first argument, so that a test
can see whether a terminal nobody reads holds the engine up.
"""

import functools
import sys
import tempfile
import threading
from pathlib import Path

from rgt_tui.app import RgtApp
from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.secret import Secret
from rgt_tui.engine import Engine, Setting
from rgt_tui.opening import Address, open_session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.store import Store

MEASURE_S = 0.05


class Flood(RgtApp):
    """Draws the whole screen over and over, as fast as it can."""

    def on_mount(self) -> None:
        self.set_interval(0.02, self.repaint_all)


def measure(engine: Engine, path: Path, stop: threading.Event) -> None:
    """Keeps the greatest lag and the number of reads that reached the store."""
    worst = 0.0
    while not stop.wait(MEASURE_S):
        worst = max(worst, engine.heartbeat_age())
        fresh = path.with_suffix(".new")
        fresh.write_text(f"{worst:.3f} {engine.version}", encoding="ascii")
        fresh.replace(path)  # at once: a reader never finds half of it


def main() -> None:
    """Runs until it is left."""
    stop = threading.Event()
    with tempfile.TemporaryDirectory() as folder, Simulator(build_world()) as simulator:
        where = Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="test",
            identities=(Path(simulator.ssh_identity),),
            host_keys=Path(folder) / "hostkeys.json",
        )
        setting = Setting(source="test", read_only=True)
        opener = functools.partial(open_session, where, Config())
        engine = Engine(opener, Store(), session_clock(), setting)
        engine.start()
        threading.Thread(
            target=measure, args=(engine, Path(sys.argv[1]), stop), daemon=True
        ).start()
        Flood(engine, wire="stock").run(mouse=False)
        stop.set()
        engine.close()


if __name__ == "__main__":
    main()
