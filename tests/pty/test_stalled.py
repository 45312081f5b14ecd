"""A terminal nobody reads stops neither the engine's thread nor the app's loop."""

import time
from pathlib import Path

from tests.pty.demo import READY, demo


def _worst(path: Path) -> tuple[float, float, bool]:
    thread, loop, stalled = path.read_text(encoding="ascii").split()
    return float(thread), float(loop), stalled == "True"


def test_a_stalled_terminal_blocks_no_loop_and_is_paid_back_with_one_picture(
    tmp_path: Path,
) -> None:
    beats = tmp_path / "beats"
    with demo("--heartbeat", str(beats)) as terminal:
        terminal.wait_for(READY)
        terminal.settle(quiet_s=0.15)
        terminal.press("f")
        time.sleep(3.5)  # the stall itself: nobody reads
        thread, loop, stalled = _worst(beats)

        assert thread <= 0.5
        assert loop <= 0.5
        assert stalled
        terminal.send_unread("q")  # typed at a picture three seconds old
        before = terminal.written
        terminal.pump(0.4)
        assert terminal.is_running
        assert terminal.written - before < 120_000
        terminal.pump(0.6)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_on() == set()


def test_a_quick_reader_gets_every_key_at_once() -> None:
    with demo() as terminal:
        terminal.wait_for(READY)
        terminal.press("down", "down", "down")
        terminal.wait_for("> 003")
