"""The wire on a real pty: the same picture as Textual's own for a fraction of the bytes."""

import re

import pytest

from tests.pty.demo import READY, demo
from tests.pty.harness import Terminal

STEPS = ("down", "down", "c", "pagedown", "t", "m", "escape", "up", "pageup", "e", "i", "x", "tab")


def _start(terminal: Terminal) -> Terminal:
    terminal.wait_for(READY)
    terminal.settle(quiet_s=0.15)
    return terminal


def _same_step(ours: Terminal, stock: Terminal, key: str) -> None:
    for terminal in (ours, stock):
        terminal.press(key)
    for terminal in (ours, stock):
        terminal.settle(quiet_s=0.1)
    for terminal in (ours, stock):  # a loaded machine may have begun to draw only now
        if ours.cells() != stock.cells():
            terminal.settle(quiet_s=0.5)
    assert ours.cells() == stock.cells(), f"after {key}:\n{ours.text}\n---\n{stock.text}"


def test_the_terminal_shows_what_textual_would_show_after_each_step() -> None:
    with demo(size=(100, 30)) as ours, demo("--stock", size=(100, 30)) as stock:
        _start(ours)
        _start(stock)
        for key in STEPS:
            _same_step(ours, stock, key)
        for terminal in (ours, stock):
            terminal.resize(72, 20)
        _same_step(ours, stock, "tab")
        assert ours.written * 3 < stock.written


@pytest.mark.parametrize(
    ("size", "limit"), [((80, 24), 6_000), ((120, 40), 12_000), ((200, 60), 25_000)], ids=str
)
def test_the_first_screen_is_one_small_frame(size: tuple[int, int], limit: int) -> None:
    with demo(size=size) as terminal:
        _start(terminal)

        assert terminal.written <= limit


def test_equal_values_are_no_bytes_and_an_idle_screen_is_silent() -> None:
    with demo() as terminal:
        _start(terminal)
        before = terminal.written
        terminal.press("e", "e", "e")
        terminal.pump(1.0)

        assert terminal.written == before


def test_a_cursor_key_is_at_most_400_bytes() -> None:
    with demo() as terminal:
        _start(terminal)
        before = terminal.written
        for row in range(1, 5):
            terminal.press("down")
            terminal.wait_for(f"> {row:03d}")

        assert 0 < terminal.written - before <= 4 * 400


def test_the_app_counts_the_bytes_the_terminal_got() -> None:
    with demo("--bytes") as terminal:
        _start(terminal).press("q")
        assert terminal.wait_exit() == 0

    counted, said = re.split(rb"bytes (\d+) diff None", bytes(terminal.raw))[:2]
    # The tty puts a carriage return before each line feed (ONLCR); the app does not see those.
    assert int(said) == len(counted) - counted.count(b"\r\r\n")


def test_control_l_writes_every_cell_again() -> None:
    with demo(size=(80, 24)) as terminal:
        wanted = _start(terminal).cells()
        terminal.scribble()
        assert terminal.cells() != wanted
        terminal.press("ctrl+l")

        terminal.wait_until(lambda: terminal.cells() == wanted)


@pytest.mark.parametrize("in_band", [False, True], ids=["SIGWINCH", "mode 2048"])
def test_a_terminal_that_shrinks_and_grows_back_at_once_is_repainted(in_band: bool) -> None:
    with demo(size=(90, 24), in_band_resize=in_band) as terminal:
        wanted = _start(terminal).cells()
        terminal.resize(60, 18)
        terminal.resize(90, 24)

        terminal.wait_until(lambda: terminal.cells() == wanted)


def test_frames_are_wrapped_in_synchronized_updates_where_the_terminal_has_them() -> None:
    with demo() as terminal:
        _start(terminal)
        before = terminal.written
        terminal.press("pagedown")
        terminal.wait_until(lambda: bytes(terminal.raw[before:]).endswith(b"\x1b[?2026l"))
        frame = bytes(terminal.raw[before:])

        assert frame.startswith(b"\x1b[?2026h")


def test_a_differ_that_fails_gives_way_to_textuals_own_output() -> None:
    with demo("--bytes") as terminal:
        _start(terminal).press("b", "down")
        terminal.wait_for("> 001")
        terminal.press("down")
        terminal.wait_for("> 002")
        terminal.press("q")

        assert terminal.wait_exit() == 0
        assert b"stock the differ failed: " in terminal.raw
