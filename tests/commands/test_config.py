"""config init, path, print."""

import json
import stat
import tomllib
from pathlib import Path

import pytest

from tests.clients.processes import Home, answer


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    del home.environment["RUNPOD_API_BASE_URL"]
    return home


def test_init_writes_a_file_that_works_and_a_second_one_leaves_it(home: Home) -> None:
    file = home.config / "config.toml"
    assert home.rgt("config", "init").returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert home.rgt("config", "print").returncode == 0
    file.write_text("# mine")
    ran = home.rgt("config", "init")
    assert ran.returncode == 2
    assert "left as it is" in ran.stderr
    assert file.read_text() == "# mine"


def test_init_beside_a_named_file_leaves_the_folder_as_it_is(home: Home) -> None:
    home.path.chmod(0o755)
    assert home.rgt("--config", str(home.path / "my.toml"), "config", "init").returncode == 0
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o755
    assert (home.path / "my.toml").exists()


def test_init_can_print_what_it_would_write(home: Home) -> None:
    ran = home.rgt("config", "init", "--stdout")
    tomllib.loads(ran.stdout)
    assert not home.config.exists()


def test_path_is_told_even_when_the_file_is_broken(home: Home) -> None:
    file = home.put(".config/rgt-tui/config.toml", "[[")
    ran = home.rgt("config", "path")
    assert (ran.returncode, ran.stdout.strip()) == (0, str(file))


def test_what_is_printed_is_toml_that_gives_the_same_settings(home: Home) -> None:
    text = '[ssh]\nidentity_files = ["/k/a b"]\n[credentials]\nrunpod_profile = "w\\"x"\n'
    home.put(".config/rgt-tui/config.toml", text)
    first = home.rgt("config", "print").stdout
    assert tomllib.loads(first)["ssh"]["identity_files"] == ["/k/a b"]
    home.put(".config/rgt-tui/config.toml", first)
    assert home.rgt("config", "print").stdout == first


def test_printed_as_json_every_setting_is_there(home: Home) -> None:
    told = answer(home.rgt("config", "print", "--json"))
    assert told["schema"] == 1
    assert told["file"] is None
    assert told["settings"]["read_only"] is False, "a console starts locked all the same"
    assert told["settings"]["api"]["base_url"] == "https://api.runpod.io"
    assert told["settings"]["credentials"]["runpod_profile"] is None


def test_a_broken_file_is_exit_2_with_file_and_line_in_json_too(home: Home) -> None:
    file = home.put(".config/rgt-tui/config.toml", "\n[[")
    ran = home.rgt("config", "print", "--json")
    assert ran.returncode == 2
    error = json.loads(ran.stdout)["error"]
    assert error["code"] == "bad_config"
    assert f"{file}, line 2" in error["message"]
    assert home.rgt("pods").returncode == 2
    assert file.read_text() == "\n[["
