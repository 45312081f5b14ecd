"""A terminate that is approved in a real terminal, and what happens to that terminal then."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rgt_tui.simulator import Simulator, build_world
from tests.pty.apps.quick import UNDO_S
from tests.pty.harness import PYTHON, Terminal
from tests.termination.conftest import idle_pod

CONSOLE = [PYTHON, "-m", "tests.pty.apps.quick"]
FENCE_S = 8.0
"""Longer than the last look and the request take."""
LONG_S = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    world = build_world(pods=0)
    idle_pod(world, "idle")
    with Simulator(world) as served:
        yield served


def console(simulator: Simulator, home: Path, size: tuple[int, int] = (120, 40)) -> Terminal:
    """A console in write mode."""
    env = {
        "HOME": str(home),
        "RGT_TUI_HOME": str(home / "rgt"),
        "RUNPOD_API_BASE_URL": simulator.url,
        "RUNPOD_API_KEY": simulator.api_key,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    terminal = Terminal([*CONSOLE, "--identity", simulator.ssh_identity], size=size, env=env)
    terminal.wait_for("idle", timeout_s=LONG_S)
    terminal.wait_for("api now", timeout_s=LONG_S)
    terminal.send("E")
    terminal.wait_for("WRITE", timeout_s=LONG_S)
    return terminal


def open_checklist(terminal: Terminal) -> str:
    """Opens the list of the Pod under the cursor and its field; gives what is to be typed."""
    terminal.send("\x04")
    terminal.wait_for("6 opens the field", timeout_s=LONG_S)
    terminal.pump(1.5)
    terminal.send("6")
    terminal.wait_for("type: ", timeout_s=LONG_S)
    asked = re.search(r"type: (.*?) *│", terminal.text)
    assert asked is not None
    return asked[1]


def approve(terminal: Terminal) -> None:
    """Types as a hand does."""
    for key in open_checklist(terminal):
        terminal.send(key)
        terminal.pump(0.02)
    terminal.press("tab", "tab")
    terminal.pump(0.3)
    terminal.press("enter")
    terminal.wait_for("TERMINATE idle in", timeout_s=LONG_S)


def deletes(simulator: Simulator) -> int:
    """Requests that reached the service."""
    return sum(it.method == "DELETE" or b"terminate" in it.body for it in simulator.requests)


def stop_and_go_on(terminal: Terminal) -> None:
    """SIGSTOP for longer than the window, then SIGCONT: nobody saw it count."""
    terminal.signal(signal.SIGSTOP)
    time.sleep(UNDO_S + 3)
    terminal.signal(signal.SIGCONT)


def suspend(terminal: Terminal) -> None:
    """Ctrl-Z, and on after a while."""
    terminal.press("ctrl+z")
    terminal.pump(UNDO_S + 3)
    terminal.signal(signal.SIGCONT)


def kill(terminal: Terminal) -> None:
    """SIGKILL."""
    os.kill(terminal.pid, signal.SIGKILL)


def shrink(terminal: Terminal) -> None:
    """Too small to show what is counted."""
    terminal.resize(20, 4)


ACCIDENTS: dict[str, Callable[[Terminal], None]] = {
    "the window is closed": lambda terminal: terminal.hang_up(),
    "killed": kill,
    "stopped and gone on": stop_and_go_on,
    "suspended": suspend,
    "made tiny": shrink,
    "SIGTERM": lambda terminal: terminal.signal(signal.SIGTERM),
    "Esc": lambda terminal: terminal.press("escape"),
    "q": lambda terminal: terminal.send("q"),
}

SOME = list(ACCIDENTS)[:: 1 if "RGT_EVERY_STEP" in os.environ else 4]
"""Each waits out the window and the fence: a few in the suite, all in `make steps`."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("accident", SOME)
def test_what_happens_to_the_terminal_while_it_counts_sends_nothing(
    simulator: Simulator, tmp_path: Path, accident: str
) -> None:
    with console(simulator, tmp_path) as terminal:
        approve(terminal)
        ACCIDENTS[accident](terminal)
        ends = time.monotonic() + UNDO_S + FENCE_S
        while time.monotonic() < ends and deletes(simulator) == 0:
            if accident == "the window is closed" or not terminal.is_running:
                time.sleep(0.2)
            else:
                terminal.pump(0.2)
        assert deletes(simulator) == 0
    assert [pod.spec.name for pod in simulator.world.newest_first()] == ["idle"]


@pytest.mark.timeout(240)
@pytest.mark.hazard(52)
def test_a_raw_paste_of_everything_approves_nothing(simulator: Simulator, tmp_path: Path) -> None:
    with console(simulator, tmp_path) as terminal:
        asked = open_checklist(terminal)
        terminal.send(f"{asked}\t\t\r")
        terminal.wait_for("pasted text is no approval", timeout_s=LONG_S)
        terminal.send(f"\x046{asked}\t\t\r\r")
        terminal.pump(3.0)
        assert "TERMINATE idle in" not in terminal.text
        assert deletes(simulator) == 0


def read_only(state: Path) -> None:
    """A folder in the place of the journal, since root may write to every file."""
    (state / "journal.jsonl").unlink(missing_ok=True)
    (state / "journal.jsonl").mkdir(parents=True)


def linked(state: Path) -> None:
    """A link to somebody's file."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    (state / "journal.jsonl").unlink(missing_ok=True)
    (state / "elsewhere").write_text("")
    (state / "journal.jsonl").symlink_to(state / "elsewhere")


def full(state: Path) -> None:
    """A device that is always full."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    (state / "journal.jsonl").unlink(missing_ok=True)
    (state / "journal.jsonl").symlink_to("/dev/full")


@pytest.mark.timeout(240)
@pytest.mark.hazard(65)
@pytest.mark.parametrize("harm", [read_only, linked, full])
def test_without_a_journal_that_can_be_written_nothing_is_sent(
    simulator: Simulator, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    with console(simulator, tmp_path) as terminal:
        approve(terminal)
        states = {path.parent for path in (tmp_path / "rgt").rglob("locks")}
        assert len(states) == 1, "the lock of the Pod tells where the journal lies"
        harm(states.pop())
        terminal.wait_for("nothing was sent", timeout_s=LONG_S)
        assert deletes(simulator) == 0


@pytest.mark.timeout(240)
@pytest.mark.hazard(53)
def test_a_second_console_sees_it_in_progress_elsewhere(
    simulator: Simulator, tmp_path: Path
) -> None:
    with console(simulator, tmp_path) as first, console(simulator, tmp_path) as second:
        open_checklist(first)
        second.send("\x04")
        second.wait_for("in progress elsewhere", timeout_s=LONG_S)
        first.press("escape")
        assert deletes(simulator) == 0


@pytest.mark.timeout(240)
def test_left_alone_it_is_sent_once_and_gone(simulator: Simulator, tmp_path: Path) -> None:
    """What makes the others mean something."""
    with console(simulator, tmp_path) as terminal:
        approve(terminal)
        terminal.wait_for("GONE", timeout_s=LONG_S)
        assert deletes(simulator) == 1
