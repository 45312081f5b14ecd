"""How soon something is on screen, and what the command line costs before it does anything.

Ratios to `python -c pass` taken in the same run, medians of interleaved rounds: absolute times of
a loaded machine say little.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.figures import Figure, print_table
from tests.pty.harness import Terminal

ROUNDS = 11
SIZE = (120, 40)
ENTRY = [sys.executable, "-m", "rgt_tui"]
BARE = [sys.executable, "-c", "pass"]
MARK = "as of"


def cpu_s(argv: Sequence[str]) -> float:
    """CPU seconds of one run, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall_s(argv: Sequence[str]) -> float:
    """Seconds one run takes."""
    began = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def first_cells_s(home: Path) -> float:
    """Seconds from the start of the console to its cached first frame on a terminal."""
    env = {
        "RGT_TUI_HOME": str(home),
        "RUNPOD_API_BASE_URL": "http://127.0.0.1:9",
        "RUNPOD_API_KEY": "k",
    }
    began = time.perf_counter()
    with Terminal(ENTRY, size=SIZE, env=env) as terminal:
        terminal.wait_for(MARK)
        seconds = time.perf_counter() - began
        os.kill(terminal.pid, 9)
        return seconds


def remember_a_frame(home: Path) -> None:
    """Runs the console once on a simulated account, so that the next start has a frame to show."""
    from rgt_tui.simulator import Simulator, build_world

    with Simulator(build_world()) as simulator:
        env = {
            "RGT_TUI_HOME": str(home),
            "RUNPOD_API_BASE_URL": simulator.url,
            "RUNPOD_API_KEY": simulator.api_key,
        }
        with Terminal(ENTRY, size=SIZE, env=env) as terminal:
            terminal.wait_for("train-a")
            terminal.settle(quiet_s=1.0)
            terminal.send("q")
            terminal.wait_exit()


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        remember_a_frame(home)
        rounds = [(wall_s(BARE), first_cells_s(home)) for _ in range(ROUNDS)]
    bare = statistics.median(first for first, _ in rounds)
    cells = statistics.median(second for _, second in rounds)
    help_cpu = statistics.median(cpu_s([*ENTRY, "--help"]) for _ in range(ROUNDS))
    print_table(
        "start",
        [
            Figure("first cached cells / python -c pass", cells / bare, 3.0, "x"),
            Figure("  of which: python -c pass", bare * 1000, None, "ms"),
            Figure("  of which: first cached cells", cells * 1000, None, "ms"),
            Figure("rgt-tui --help, CPU", help_cpu, 0.25, "s"),
        ],
    )


if __name__ == "__main__":
    main()
