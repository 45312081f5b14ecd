"""info: where everything is, without secrets, network or keyring."""

import os
from pathlib import Path

import pytest

from rgt_tui import __version__
from tests.clients.processes import CANARY, Home, answer


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_folders_and_files_are_told_with_their_modes(home: Home) -> None:
    home.put(".config/rgt-tui/config.toml", "", 0o640)
    told = answer(home.rgt("info", "--json"))
    assert told["version"] == __version__
    assert told["folders"]["state"] == {
        "path": f"{home.path}/.local/state/rgt-tui",
        "exists": False,
        "mode": None,
    }
    assert told["files"]["configuration"]["mode"] == "0640"


def test_of_secret_variables_only_the_name_is_told(home: Home) -> None:
    home.environment |= {
        "RUNPOD_API_KEY": CANARY,
        "HTTPS_PROXY": f"http://user:{CANARY}@proxy:1",
        "RUNPOD_API_BASE_URL": f"http://user:{CANARY}@127.0.0.1:9",
        "NO_COLOR": "1",
    }
    for ran in (home.rgt("info"), home.rgt("info", "--json")):
        assert ran.returncode == 0, ran.stderr
        assert CANARY not in ran.stdout + ran.stderr
        assert "RUNPOD_API_KEY" in ran.stdout
        assert "HTTPS_PROXY" in ran.stdout
        assert "NO_COLOR" in ran.stdout


def test_info_loads_neither_keyring_nor_wire_libraries(home: Home) -> None:
    ran = home.python(
        "import sys\nfrom rgt_tui.cli import main\nmain(['info', '--json'])\n"
        "print({'keyring', 'httpx', 'asyncssh', 'textual'} & set(sys.modules))"
    )
    assert ran.stdout.endswith("set()\n"), ran.stdout


def test_info_writes_nothing(home: Home) -> None:
    home.rgt("info")
    assert [path.name for path in home.path.iterdir()] == ["keyring"]


def test_without_home_info_works_and_says_so(home: Home) -> None:
    del home.environment["HOME"]
    ran = home.rgt("info")
    assert ran.returncode == 0, ran.stderr
    assert "HOME" in ran.stdout


def test_in_a_home_that_cannot_be_written_to_every_command_still_answers(home: Home) -> None:
    home.path.chmod(0o500)
    # Root may write everywhere but into /proc.
    home.environment["HOME"] = "/proc" if os.geteuid() == 0 else str(home.path)
    try:
        for argv, code in ((("info",), 0), (("config", "init"), 2), (("pods",), 3)):
            ran = home.rgt(*argv)
            assert ran.returncode == code, ran.stderr
            assert "Traceback" not in ran.stderr
    finally:
        home.path.chmod(0o700)
