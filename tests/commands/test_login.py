"""login: checks a key, stores it where it is safe, and lets nobody see it."""

import os
import pty
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.simulator import Simulator, build_world
from tests.clients.processes import CANARY, Home, answer


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world()) as running:
        yield running


def kept(home: Home) -> Path:
    return home.path / "keyring/runpod.RUNPOD_API_KEY"


def test_a_key_from_standard_input_is_checked_and_stored_in_the_keyring(
    home: Home, simulator: Simulator
) -> None:
    home.keyring("Working")
    home.environment["RUNPOD_API_BASE_URL"] = simulator.url
    ran = home.rgt("login", "--with-token", stdin=f" {simulator.api_key}\n")
    assert ran.returncode == 0, ran.stderr
    assert "accepts the key" in ran.stderr
    assert "tests.clients.keyrings.Working" in ran.stderr
    assert kept(home).read_text() == simulator.api_key
    assert simulator.api_key not in ran.stdout + ran.stderr


def test_what_login_stored_is_what_the_next_command_uses(home: Home, simulator: Simulator) -> None:
    home.keyring("Working")
    home.environment["RUNPOD_API_BASE_URL"] = simulator.url
    home.rgt("login", "--with-token", stdin=simulator.api_key)
    assert answer(home.rgt("pods", "--json"))["pods"]


def test_a_key_the_service_refuses_is_not_stored(home: Home, simulator: Simulator) -> None:
    home.keyring("Working")
    home.environment["RUNPOD_API_BASE_URL"] = simulator.url
    ran = home.rgt("login", "--with-token", stdin=CANARY)
    assert ran.returncode == 3
    assert not kept(home).exists()
    assert CANARY not in ran.stdout + ran.stderr


def test_a_key_nobody_can_check_is_not_stored_unless_asked(home: Home) -> None:
    home.keyring("Working")
    ran = home.rgt("login", "--with-token", stdin=CANARY)
    assert ran.returncode == 4
    assert "--skip-check" in ran.stderr
    assert not kept(home).exists()
    assert home.rgt("login", "--with-token", "--skip-check", stdin=CANARY).returncode == 0
    assert kept(home).read_text() == CANARY


def test_without_a_keyring_the_refused_backend_and_the_other_ways_are_named(home: Home) -> None:
    ran = home.rgt("login", "--with-token", "--skip-check", stdin=CANARY)
    assert ran.returncode == 3
    for word in ("keyring.backends.fail.Keyring", "RUNPOD_API_KEY_FILE", "--insecure-storage"):
        assert word in ran.stderr
    assert CANARY not in ran.stdout + ran.stderr
    assert not home.config.exists()


def test_with_consent_the_key_goes_into_a_file_that_others_cannot_read(home: Home) -> None:
    ran = home.rgt("login", "--with-token", "--skip-check", "--insecure-storage", stdin=CANARY)
    assert ran.returncode == 0, ran.stderr
    file = home.config / "credentials"
    assert file.read_text() == f"{CANARY}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o700
    assert str(file) in ran.stderr
    assert CANARY not in ran.stdout + ran.stderr


def test_a_key_in_the_keyring_replaces_the_one_in_clear_text(home: Home) -> None:
    home.rgt("login", "--with-token", "--skip-check", "--insecure-storage", stdin="old")
    home.keyring("Working")
    home.rgt("login", "--with-token", "--skip-check", stdin="new")
    assert kept(home).read_text() == "new"
    assert not (home.config / "credentials").exists()


def test_a_folder_that_others_can_change_gets_no_key(home: Home) -> None:
    home.config.mkdir(parents=True)
    home.config.chmod(0o777)
    ran = home.rgt("login", "--with-token", "--skip-check", "--insecure-storage", stdin=CANARY)
    assert ran.returncode == 3
    assert "chmod 700" in ran.stderr
    assert list(home.config.iterdir()) == []


@pytest.mark.parametrize("typed", ["", " \n", f"{CANARY} {CANARY}", f"{CANARY}\x1b[A"])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(typed: str, home: Home) -> None:
    home.keyring("Working")
    ran = home.rgt("login", "--with-token", "--skip-check", stdin=typed)
    assert ran.returncode == 3
    assert CANARY not in ran.stdout + ran.stderr
    assert not kept(home).exists()


def test_without_a_terminal_login_says_how_to_give_the_key(home: Home) -> None:
    ran = home.rgt("login")
    assert ran.returncode == 2
    assert "--with-token" in ran.stderr


def test_a_variable_that_wins_over_what_was_stored_is_told(home: Home) -> None:
    home.keyring("Working")
    home.environment["RUNPOD_API_KEY"] = CANARY
    ran = home.rgt("login", "--with-token", "--skip-check", stdin="other")
    assert "RUNPOD_API_KEY is set, and wins" in ran.stderr
    assert CANARY not in ran.stdout + ran.stderr


def test_the_simulated_account_needs_no_login(home: Home) -> None:
    assert home.rgt("--demo", "login").returncode == 2


def test_a_typed_key_is_not_shown_on_the_terminal(home: Home) -> None:
    home.keyring("Working")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "rgt_tui", "login", "--skip-check"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=home.environment,
        cwd=home.path,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"not shown" not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, f"{CANARY}\n".encode())
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed: the program has ended
        pass
    assert process.wait(30) == 0, shown
    os.close(ours)
    assert CANARY.encode() not in shown
    assert kept(home).read_text() == CANARY
