"""The console beside a bare Textual app with a 50-row DataTable: time to rows, and bytes.

Start times are from the fork to the first row on the screen of a real pty, in turns, so that the
load of the machine falls on all alike: ratios of medians are safer than the times. Bytes are
exact. The still Pods of the start have not been examined: that is the engine's work, on a thread
of its own, and has figures of its own.
"""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from tests.pty.harness import PYTHON, ROOT, Terminal

ROUNDS: Final = 9
SIZE: Final = (120, 40)
UNEXAMINED: Final = (PYTHON, "-m", "tests.ui.still", "unexamined:50")
SIZES: Final = ((80, 24), (120, 40), (200, 60))
IDLE_S: Final = 3.0
STILL: Final = (PYTHON, "-m", "tests.ui.still", "fleet:50")
BARE: Final = (PYTHON, "-m", "tests.bench._bare_table")
Environment = Mapping[str, str | None]


class Contender(NamedTuple):
    """A program, and the text that its first row shows."""

    name: str
    command: tuple[str, ...]
    row: str
    env: Environment


def main() -> None:
    """Prints both tables."""
    with _service() as live:
        contenders = (
            Contender("bare DataTable, 50 rows", BARE, "train-0000", {}),
            Contender("console, 50 still Pods", UNEXAMINED, "train-0000", {}),
            Contender("console, 50 live Pods over HTTP", (PYTHON, "-m", "rgt_tui"), "> ", live),
        )
        _print_starts(contenders)
    _print_bytes()


def _print_starts(contenders: tuple[Contender, ...]) -> None:
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(ROUNDS):
        for contender in contenders:
            times[contender.name].append(_start_s(contender))
    floor = statistics.median(times[contenders[0].name])
    print(
        f"\nstart to first row, {SIZE[0]}x{SIZE[1]}, {ROUNDS} rounds (goal: 1.25 x the bare table)"
    )
    print(f"{'':34}{'median':>9}{'min':>9}{'ratio':>8}")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:34}{median * 1e3:7.0f}ms{min(seconds) * 1e3:7.0f}ms{median / floor:8.2f}")


def _start_s(contender: Contender) -> float:
    began = time.monotonic()
    with Terminal(list(contender.command), size=SIZE, env=contender.env) as terminal:
        terminal.wait_for(contender.row, timeout_s=30)
        return time.monotonic() - began


def _print_bytes() -> None:
    heads = "".join(f"{head:>8}" for head in ("start", "idle/s", "cursor", "value", "pane"))
    print(f"\n{'bytes on the wire, 50 Pods':40}{heads}")
    for size in SIZES:
        for wire in ("diff", "stock"):
            counts = "".join(f"{count:8.0f}" for count in _bytes(size, wire))
            print(f"{f'  console {size[0]}x{size[1]} --wire {wire}':40}{counts}")
    for size in SIZES:
        with Terminal(list(BARE), size=size) as terminal:
            terminal.wait_for("train-0000")
            terminal.settle()
            figures = (terminal.written, 0, _cost(terminal, "down"))
            shown = "".join(f"{figure:8}" for figure in figures)
            print(f"{f'  bare DataTable {size[0]}x{size[1]}':40}{shown}")
    for size in SIZES:
        one, several = (_question(size, name) for name in ("checklist", "batch"))
        print(f"{f'  checklist opened and closed, {size[0]}x{size[1]}':40}{one:8}")
        print(f"{f'  checklists of three Pods, {size[0]}x{size[1]}':40}{several:8}")
    print("goals at 120x40: start 12000, idle 0, cursor 400, checklist 12000")


def _bytes(size: tuple[int, int], wire: str) -> Iterator[float]:
    """Start, a second of idling, a step of the cursor with its details, one value, another pane."""
    with Terminal([*STILL, "--wire", wire], size=size) as terminal:
        terminal.wait_for("train-0000")
        terminal.settle()
        yield terminal.written
        before = terminal.written
        terminal.pump(IDLE_S)
        yield (terminal.written - before) / IDLE_S
        yield max(_cost(terminal, "j") for _ in range(5))
        before = terminal.written
        terminal.signal(signal.SIGUSR1)
        terminal.settle(quiet_s=0.5)
        yield terminal.written - before
        yield _cost(terminal, "3")


def _question(size: tuple[int, int], name: str) -> int:
    """Bytes that a terminate checklist, or several, cost from the key until the panes are back."""
    with Terminal([PYTHON, "-m", "tests.ui.still", name], size=size) as terminal:
        terminal.wait_for("sweep-07")
        terminal.settle()
        if name == "batch":
            terminal.press("g", " ", "j", " ", "j", " ")
            terminal.wait_for("3 marked")
            terminal.settle()
        before = terminal.written
        terminal.press("\x04")
        terminal.wait_for("IDENTITY")
        terminal.settle(quiet_s=1.0)
        terminal.press("\x1b")
        terminal.wait_for("sweep-07")
        terminal.settle(quiet_s=1.0)
        return terminal.written - before


def _cost(terminal: Terminal, key: str) -> int:
    before = terminal.written
    terminal.press(key)
    terminal.settle(quiet_s=0.4)
    return terminal.written - before


@contextlib.contextmanager
def _service() -> Iterator[Environment]:
    """A simulated account of 50 Pods in a process of its own; how a console finds it."""
    command = [sys.executable, "-m", "rgt_tui", "simulate", "--pods", "50"]
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "HOME": home}
        ) as server,
    ):
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        try:
            yield {
                "HOME": home,
                "RUNPOD_API_KEY": ready["api_key"],
                "RUNPOD_API_BASE_URL": ready["url"],
                "XDG_STATE_HOME": None,
            }
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
