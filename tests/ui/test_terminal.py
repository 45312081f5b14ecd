"""The console in a real terminal: how many bytes it sends, what early keys do, how it leaves.

Byte counts are exact, so that growth is seen at once.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.pty.harness import PYTHON, Terminal

SIZES = {(80, 24): 6_000, (120, 40): 12_000, (200, 60): 25_000}
"""Bytes that the first full screen may take at each size."""
CURSOR_KEY = 400
"""Bytes that one step of the cursor among like Pods may take at 120 x 40, details included."""
CURSOR_ROWS = 320
"""Bytes of the two rows alone, before the details follow the resting cursor."""


@contextmanager
def _console(scene: str, size: tuple[int, int] = (120, 40), *options: str) -> Iterator[Terminal]:
    command = [PYTHON, "-m", "tests.ui.still", scene, *options]
    with Terminal(command, size=size) as terminal:
        terminal.wait_for("Pods(")
        terminal.settle()
        yield terminal


def _cost(terminal: Terminal, *keys: str) -> int:
    before = terminal.written
    terminal.press(*keys)
    terminal.settle()
    return terminal.written - before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", ["demo", "fleet:50"])
def test_the_first_screen_keeps_its_budget(scene: str, size: tuple[int, int]) -> None:
    with _console(scene, size) as terminal:
        assert terminal.written <= SIZES[size]


def test_an_idle_screen_sends_nothing() -> None:
    with _console("fleet:50") as terminal:
        before = terminal.written
        terminal.pump(2.5)
        assert terminal.written == before


def test_a_new_reading_with_equal_values_sends_nothing() -> None:
    with _console("fleet:50") as terminal:
        before = terminal.written
        terminal.signal(signal.SIGUSR2)
        terminal.pump(1.0)
        assert terminal.written == before


def test_one_changed_value_costs_its_cells() -> None:
    with _console("fleet:50") as terminal:
        before = terminal.written
        terminal.signal(signal.SIGUSR1)
        terminal.wait_for("1.69")
        terminal.settle()
        assert 0 < terminal.written - before <= 100


def test_a_cursor_key_keeps_its_budget_with_the_details_that_follow() -> None:
    with _console("fleet:50") as terminal:
        assert max(_cost(terminal, "j") for _ in range(5)) <= CURSOR_KEY


def test_walking_down_a_list_costs_the_rows_and_not_the_details() -> None:
    with _console("demo") as terminal:
        before = terminal.written
        terminal.press("j")
        terminal.wait_until(lambda: any(line.startswith("> sweep") for line in terminal.lines))
        assert terminal.written - before <= CURSOR_ROWS


def test_walking_over_the_edge_of_a_long_list_costs_no_more_a_key() -> None:
    keys = 40
    with _console("fleet:200") as terminal:
        before = terminal.written
        for _ in range(keys):
            terminal.press("j")
            terminal.pump(0.02)
        terminal.settle()
        assert (terminal.written - before) / keys <= CURSOR_KEY


def test_keys_typed_before_the_first_picture_only_move() -> None:
    command = [PYTHON, "-m", "tests.ui.still", "demo"]
    with Terminal(command) as terminal:
        terminal.send_unread("jx/q")
        terminal.wait_for("keys typed before the first picture were ignored")
        assert [line[:10] for line in terminal.lines if line.startswith(">")] == ["> sweep-07"]
        assert terminal.is_running


def test_a_spoilt_picture_is_drawn_again_on_demand() -> None:
    with _console("demo") as terminal:
        before = terminal.text
        terminal.scribble()
        assert terminal.text != before
        terminal.press("ctrl+l")
        terminal.wait_until(lambda: terminal.text == before)


def test_quitting_leaves_a_clean_terminal() -> None:
    with _console("demo") as terminal:
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_on() == set()
        assert terminal.termios_is_restored()


def test_without_colour_no_colour_is_sent() -> None:
    command = [PYTHON, "-m", "tests.ui.still", "demo"]
    with Terminal(command, env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("RP11!!")
        terminal.press("j", "x", "escape", "slash", "a")
        terminal.settle()
        assert terminal.colour_codes() == []


def test_only_the_terminals_own_sixteen_colours_are_used() -> None:
    with _console("demo") as terminal:
        assert terminal.colour_codes()
        assert not [code for code in terminal.colour_codes() if "38" in code or "48" in code]
