"""The console in a real terminal: what a person sees when it starts, is cut off, or is left."""

import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.simulator import Simulator, build_world
from tests.pty.harness import PYTHON, ROOT, Terminal

ENTRY = [PYTHON, "-m", "rgt_tui"]
NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing listens there, so a connection is refused at once."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world()) as served:
        yield served


def environment(home: Path, url: str, key: str | None = "rpa_CANARY") -> dict[str, str | None]:
    return {
        "HOME": str(home),
        "RGT_TUI_HOME": str(home / "rgt"),
        "RUNPOD_API_BASE_URL": url,
        "RUNPOD_API_KEY": key,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONDONTWRITEBYTECODE": None,
    }


def left_clean(terminal: Terminal) -> None:
    assert terminal.left_on() == set()
    assert terminal.termios_is_restored()


def test_the_demo_shows_the_fleet_its_disks_and_gpus_and_leaves_a_clean_terminal() -> None:
    with Terminal([*ENTRY, "--demo"], size=(120, 40)) as terminal:
        terminal.wait_for("RP11!!")
        terminal.wait_for("RP9!!")
        terminal.press("?")
        terminal.wait_for("Keys of the Pods pane")
        terminal.press("escape")
        terminal.wait_gone("Keys of the Pods pane")
        terminal.press("3")
        terminal.wait_for("TERMINATE")
        terminal.press("4")
        terminal.wait_for("NVIDIA A100 80GB PCIe")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        left_clean(terminal)


def test_the_next_start_shows_the_last_state_at_once_and_says_when_it_was(
    simulator: Simulator, tmp_path: Path
) -> None:
    env = environment(tmp_path, simulator.url, simulator.api_key)
    with Terminal(ENTRY, env=env) as terminal:
        terminal.wait_for("train-a")
        terminal.settle(quiet_s=0.5)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    kept = [path for path in (tmp_path / "rgt").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert all(simulator.api_key.encode() not in path.read_bytes() for path in kept)
    away = environment(tmp_path, NOBODY, simulator.api_key)
    with Terminal(ENTRY, env=away) as terminal:
        terminal.wait_seen("as of")
        assert "train-a" in terminal.text
        terminal.wait_for("refused")
        assert "train-a" in terminal.text, "a failed read ages the rows and keeps them"
        terminal.press("q")
        assert terminal.wait_exit() == 0
        left_clean(terminal)


@pytest.fixture(scope="module")
def known(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of somebody who has used the console before."""
    home = tmp_path_factory.mktemp("known")
    with Terminal(ENTRY, env=environment(home, simulator.url, simulator.api_key)) as terminal:
        terminal.wait_for("train-a")
        terminal.settle(quiet_s=0.5)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    return home


ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT]


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_at_the_first_picture_ends_it_with_a_clean_terminal(
    number: signal.Signals, known: Path
) -> None:
    with Terminal(ENTRY, env=environment(known, NOBODY)) as terminal:
        terminal.wait_seen("as of")
        terminal.signal(number)
        assert terminal.wait_exit() == 128 + number
        left_clean(terminal)
        assert "Traceback" not in terminal.text


def test_a_signal_that_came_ignored_ends_the_first_picture_too(known: Path) -> None:
    ignoring = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", *ENTRY]
    with Terminal(ignoring, env=environment(known, NOBODY)) as terminal:
        terminal.wait_seen("as of")
        terminal.signal(signal.SIGINT)
        assert terminal.wait_exit() == 128 + signal.SIGINT
        left_clean(terminal)


@pytest.mark.parametrize(("key", "number"), [("\x03", signal.SIGINT), ("\x1c", signal.SIGQUIT)])
def test_a_key_that_interrupts_at_the_first_picture_leaves_a_clean_terminal(
    key: str, number: signal.Signals, known: Path
) -> None:
    with Terminal(ENTRY, env=environment(known, NOBODY)) as terminal:
        terminal.wait_seen("as of")
        terminal.send(key * 3)
        assert terminal.wait_exit() == 128 + number
        left_clean(terminal)
        assert "Traceback" not in terminal.text


def test_a_black_holed_api_neither_holds_up_the_start_nor_the_keys(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.faults.black_hole = True
    try:
        env = environment(tmp_path, simulator.url, simulator.api_key)
        with Terminal(ENTRY, env=env) as terminal:
            terminal.wait_for("Pods")
            terminal.press("?")
            terminal.wait_for("Keys of")
            terminal.press("q")
            terminal.wait_gone("Keys of")
            terminal.press("q")
            began = time.monotonic()
            assert terminal.wait_exit() == 0
            assert time.monotonic() - began < 6.0
            left_clean(terminal)
    finally:
        simulator.faults.clear()


def test_without_a_key_the_screen_names_the_ways_to_give_one(tmp_path: Path) -> None:
    with Terminal(ENTRY, size=(80, 24), env=environment(tmp_path, NOBODY, None)) as terminal:
        terminal.wait_for("rgt-tui login")
        assert "RUNPOD_API_KEY" in terminal.text
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_malformed_configuration_is_told_with_its_line_on_a_clean_terminal(
    tmp_path: Path,
) -> None:
    config = tmp_path / "rgt" / "config" / "config.toml"
    config.parent.mkdir(parents=True, mode=0o700)
    config.write_text("[ui]\nwier = 'diff'\n")
    with Terminal(ENTRY, env=environment(tmp_path, NOBODY)) as terminal:
        assert terminal.wait_exit() == 2
        left_clean(terminal)
        assert "config.toml" in terminal.text
        assert "wire" in terminal.text
    assert config.read_text() == "[ui]\nwier = 'diff'\n"


def test_a_dumb_terminal_gets_the_plain_report(simulator: Simulator, tmp_path: Path) -> None:
    env = environment(tmp_path, simulator.url, simulator.api_key) | {"TERM": "dumb"}
    with Terminal(ENTRY, size=(200, 60), env=env) as terminal:
        assert terminal.wait_exit(timeout_s=30) == 1
        assert b"\x1b" not in bytes(terminal.raw)
        assert b"TERM=dumb" in bytes(terminal.raw), "it may have scrolled off"


def test_no_color_sends_no_colour_code_at_all() -> None:
    with Terminal([*ENTRY, "--demo"], env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("RP11!!")
        terminal.press("j", "x")
        terminal.wait_for("What to do")
        assert terminal.colour_codes() == []


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_it_with_a_clean_terminal(number: signal.Signals) -> None:
    with Terminal([*ENTRY, "--demo"]) as terminal:
        terminal.wait_for("train-a")
        terminal.signal(number)
        assert terminal.wait_exit() == 128 + number
        left_clean(terminal)


def test_a_terminal_nobody_reads_does_not_hold_up_the_engine(tmp_path: Path) -> None:
    beats = tmp_path / "beats"
    with Terminal([PYTHON, "-m", "tests.pty.apps.engine", str(beats)], cwd=ROOT) as terminal:
        terminal.wait_for("train-a")
        before = int(beats.read_text().split()[1])
        time.sleep(4.0)  # the stall itself: nobody reads
        worst, version = beats.read_text().split()
        assert float(worst) <= 0.5
        assert int(version) > before, "reads went on"


def test_make_demo_without_a_terminal_prints_the_report_and_succeeds() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "rgt_tui", "--demo", "triage", "--fail-on", "never"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0
    assert "RP11" in ran.stdout
