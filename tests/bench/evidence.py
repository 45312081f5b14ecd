"""How soon a checklist shows verdicts: a Pod with 200 checkpoint files, from Ctrl-D to the screen.

The console runs in a terminal of its own and is told nothing beforehand: its background reading of
checkpoints may have begun, which is how it is in use. The cold figure opens the checklist at once.
"""

import sys
import tempfile
import time
from pathlib import Path

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.files import StoredFile, safetensors
from rgt_tui.simulator.placing import HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Spec
from rgt_tui.simulator.world import Volume, World
from tests.bench.figures import Figure, print_table
from tests.pty.harness import Terminal

FILES = 200
SIZE = (120, 40)
FIRST_S = 2.0
"""The target for the first verdicts on the screen, in seconds after Ctrl-D."""
KNOWN_S = 12.0
"""How long the console has run before the warm figure."""
LINES = ("IDENTITY", "BLAST RADIUS", "DURABLE", "LOADS", "QUIET")
MARKS = ("[ok]", "[!!]", "[??]")


def a_world(files: int = FILES) -> World:
    """One idle Pod with so many weights on a network volume."""
    world = build_world(pods=0)
    volume = world.add_volume(
        Volume(id="agv6w2qcg7", name="nv", size=100, data_center="EU-RO-1", used_bytes=1 << 30),
        since=world.now - 9 * HOUR,
    )
    spec = Spec(
        name="idle",
        image=OFFICIAL_IMAGE,
        gpu=("NVIDIA A100 80GB PCIe", 1),
        network=(volume.id, "/workspace"),
    )
    pod = place(world, spec, Life(created_s=3 * HOUR, up_s=2.9 * HOUR), data_center="EU-RO-1")
    pod.machine.stored += [
        StoredFile(path=f"/workspace/out/step-{number}.safetensors", content=safetensors(number))
        for number in range(files)
    ]
    return world


def shown(text: str) -> set[str]:
    """The lines that have a verdict on the screen."""
    rows = [row for row in text.splitlines() if any(mark in row for mark in MARKS)]
    return {line for line in LINES if any(f" {line} " in row for row in rows)}


def seen_after_s(terminal: Terminal, wanted: set[str], within_s: float = 60.0) -> dict[str, float]:
    """Seconds from Ctrl-D until each line has its verdict on the screen."""
    began = time.perf_counter()
    terminal.send("\x04")
    found: dict[str, float] = {}
    while wanted - found.keys() and time.perf_counter() - began < within_s:
        terminal.pump(0.02)
        now = time.perf_counter() - began
        for line in shown(terminal.text):
            found.setdefault(line, now)
    return found


def measured(known_s: float) -> dict[str, float]:
    """One console that ran so long before."""
    with tempfile.TemporaryDirectory() as folder, Simulator(a_world()) as simulator:
        env = {
            "RGT_TUI_HOME": folder,
            "RUNPOD_API_BASE_URL": simulator.url,
            "RUNPOD_API_KEY": simulator.api_key,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        (Path(folder) / "empty").mkdir()
        argv = [sys.executable, "-m", "rgt_tui", "--identity", simulator.ssh_identity]
        with Terminal(argv, size=SIZE, env=env) as terminal:
            terminal.wait_for("idle")
            ends = time.perf_counter() + known_s
            while time.perf_counter() < ends:
                terminal.pump(0.1)
            return seen_after_s(terminal, set(LINES))


def main() -> None:
    """Prints the table."""
    cold, warm = measured(0.5), measured(KNOWN_S)
    figures = []
    for name, found in (("at once", cold), (f"after {KNOWN_S:.0f} s", warm)):
        times = sorted(found.values())
        figures += [
            Figure(f"{name}: first verdict", times[0], FIRST_S, "s"),
            Figure("  four of five", times[3] if len(times) > 3 else 99.0, None, "s"),
            *(Figure(f"  {line.lower()}", found.get(line, 99.0), None, "s") for line in LINES),
        ]
    print_table(f"evidence of {FILES} checkpoint files", figures)


if __name__ == "__main__":
    main()
