"""logout: removes what login stored, and says what is left."""

from pathlib import Path

import pytest

from tests.clients.processes import CANARY, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_the_key_leaves_keyring_and_file(home: Home) -> None:
    home.put(".config/rgt-tui/credentials", CANARY)
    home.config.chmod(0o700)
    home.keyring("Working")
    home.put("keyring/runpod.RUNPOD_API_KEY", CANARY)
    ran = home.rgt("logout")
    assert ran.returncode == 0, ran.stderr
    assert "Removed from the keyring tests.clients.keyrings.Working" in ran.stderr
    assert "No API key was found." in ran.stderr
    assert not (home.config / "credentials").exists()
    assert not (home.path / "keyring/runpod.RUNPOD_API_KEY").exists()
    assert CANARY not in ran.stdout + ran.stderr


def test_with_nothing_stored_logout_succeeds(home: Home) -> None:
    assert home.rgt("logout").returncode == 0


@pytest.mark.parametrize(
    ("variable", "source"),
    [("RUNPOD_API_KEY", "RUNPOD_API_KEY"), ("RUNPOD_API_KEY_FILE", "RUNPOD_API_KEY_FILE")],
)
def test_a_place_that_still_has_a_key_is_told_with_what_to_do(
    variable: str, source: str, home: Home
) -> None:
    key = CANARY if variable == "RUNPOD_API_KEY" else str(home.put("key", CANARY))
    home.environment[variable] = key
    ran = home.rgt("logout")
    assert ran.returncode == 0
    assert f"still comes from {source} (unset {variable})" in ran.stderr
    assert CANARY not in ran.stdout + ran.stderr


def test_the_file_of_other_programs_is_left_alone_and_told(home: Home) -> None:
    file = home.put(".runpod/config.toml", f"apikey = '{CANARY}'\n")
    ran = home.rgt("logout")
    assert "still comes from ~/.runpod/config.toml" in ran.stderr
    assert CANARY in file.read_text()
    assert CANARY not in ran.stdout + ran.stderr


def test_a_keyring_that_does_not_let_go_is_a_failure(home: Home) -> None:
    home.keyring("Clinging")
    home.put("keyring/runpod.RUNPOD_API_KEY", CANARY)
    ran = home.rgt("logout")
    assert ran.returncode == 1
    assert "still gives the key" in ran.stderr
    assert "still comes from keyring" in ran.stderr
    assert CANARY not in ran.stdout + ran.stderr
