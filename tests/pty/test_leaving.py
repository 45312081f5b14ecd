"""Every way out leaves a clean terminal, the right status and no secret."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.pty.demo import READY, demo
from tests.pty.harness import PYTHON, Terminal

WORKER_SECRET = "hf_" + "W0RKER" * 4
ACTION_SECRET = "rpa_" + "S3CR3T" * 4


def _assert_clean(terminal: Terminal) -> None:
    assert terminal.left_on() == set()
    assert terminal.termios_is_restored()


@pytest.mark.parametrize("arguments", [(), ("--mouse",), ("--stock",)], ids=str)
def test_quitting_leaves_a_clean_terminal_and_status_0(arguments: tuple[str, ...]) -> None:
    with demo(*arguments, in_band_resize=True) as terminal:
        terminal.wait_for(READY)
        terminal.press("q")

        assert terminal.wait_exit() == 0
        _assert_clean(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_a_clean_terminal_and_128_plus_its_number(number: signal.Signals) -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.signal(number)

        assert terminal.wait_exit(timeout_s=3) == 128 + number
        _assert_clean(terminal)


def test_a_signal_before_the_first_frame_leaves_a_clean_terminal() -> None:
    with demo() as terminal:
        terminal.wait_until(lambda: b"\x1b[?1049h" in terminal.raw)
        terminal.signal(signal.SIGTERM)

        assert terminal.wait_exit(timeout_s=4) == 128 + signal.SIGTERM
        _assert_clean(terminal)


def test_a_hung_loop_is_ended_after_two_seconds_with_a_clean_terminal() -> None:
    with demo("--hangs") as terminal:
        terminal.wait_for(READY)
        terminal.press("h")
        terminal.pump(0.2)
        started = time.monotonic()
        terminal.signal(signal.SIGTERM)

        assert terminal.wait_exit(timeout_s=5) == 128 + signal.SIGTERM
        assert 1.5 < time.monotonic() - started < 3.5
        _assert_clean(terminal)


@pytest.mark.parametrize("ignoring", [False, True], ids=["SIGHUP heard", "SIGHUP ignored"])
def test_a_dropped_terminal_ends_the_program_within_three_seconds(ignoring: bool) -> None:
    arguments = ("--nohup",) if ignoring else ()
    with demo(*arguments) as terminal:
        terminal.wait_for(READY)
        terminal.hang_up()
        started = time.monotonic()

        assert terminal.wait_exit(timeout_s=5) == 128 + signal.SIGHUP
        assert time.monotonic() - started < 3


def test_a_dropped_terminal_is_not_waited_for_at_full_speed() -> None:
    with demo("--nohup", "--lingers") as terminal:
        terminal.wait_for(READY)
        before = terminal.cpu_s()
        terminal.hang_up()
        time.sleep(1.2)

        assert terminal.cpu_s() - before < 0.5


@pytest.mark.parametrize(
    ("key", "kind", "secret"),
    [("x", "RuntimeError", ACTION_SECRET), ("w", "ValueError", WORKER_SECRET)],
    ids=["in an action", "in a worker"],
)
def test_a_crash_is_two_lines_and_a_masked_report(
    key: str, kind: str, secret: str, tmp_path: Path
) -> None:
    with demo("--reports", str(tmp_path)) as terminal:
        terminal.wait_for(READY)
        terminal.press(key)

        assert terminal.wait_exit() == 1
        _assert_clean(terminal)
        after = bytes(terminal.raw).rpartition(b"\x1b[?1049l")[2].decode()
        [report] = tmp_path.iterdir()
        assert after.count("rgt-tui stopped on an error") == 1
        assert after.count("\n") == 2
        assert secret not in terminal.raw.decode(errors="replace")
        assert secret not in report.read_text(encoding="utf-8")
        assert kind in report.read_text(encoding="utf-8")


def test_quitting_a_terminal_that_takes_nothing_ends_within_three_seconds() -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.press("f")
        terminal.pump(0.3)
        time.sleep(1.0)
        started = time.monotonic()
        terminal.send_unread("q")

        terminal.wait_exit_unread(timeout_s=6)
        assert time.monotonic() - started < 4


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell with job control")
def test_control_z_stops_the_job_and_fg_brings_the_same_screen_back() -> None:
    with Terminal(["bash", "--norc", "-i"], env={"PS1": "shell> "}, size=(100, 30)) as terminal:
        terminal.wait_for("shell>")
        terminal.send(f"{PYTHON} -m tests.pty.apps.demo\n")
        terminal.wait_for(READY)
        terminal.settle(quiet_s=0.15)
        wanted = terminal.cells()
        terminal.press("ctrl+z")
        terminal.wait_for("Stopped")
        assert terminal.left_on() <= {"2004"}  # bash's own line editor
        terminal.send("fg\n")
        terminal.wait_until(lambda: terminal.cells() == wanted)
        terminal.press("q")
        terminal.wait_for("shell>")


def test_a_process_stopped_and_continued_from_outside_sets_its_screen_up_again() -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.settle(quiet_s=0.15)
        wanted = terminal.cells()
        terminal.signal(signal.SIGSTOP)
        terminal.scribble()
        terminal.signal(signal.SIGCONT)
        terminal.wait_until(lambda: terminal.cells() == wanted)
        terminal.press("q")

        assert terminal.wait_exit() == 0
        _assert_clean(terminal)


def test_a_block_that_waits_and_raises_while_suspended_comes_back() -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.press("f", "s")
        terminal.wait_until(lambda: "1049" not in terminal.left_on())
        terminal.wait_for("back: no such program")
        terminal.press("down")
        terminal.wait_for("> 001")
        terminal.press("q")

        assert terminal.wait_exit() == 0
        _assert_clean(terminal)


def test_two_signals_at_once_leave_a_clean_terminal() -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.signal(signal.SIGTERM)
        terminal.signal(signal.SIGHUP)

        # On a loaded machine the second may find the interpreter already closing down, where
        # Python has given its signals back to the system.
        expected = (128 + signal.SIGTERM, 128 + signal.SIGHUP, -signal.SIGHUP)
        assert terminal.wait_exit(timeout_s=3) in expected
        _assert_clean(terminal)
