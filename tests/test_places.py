"""Folders and files that are ours alone."""

import errno
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rgt_tui import places


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_one_variable_puts_all_folders_below_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert places.config_dir() == tmp_path / "config"
    assert places.state_dir() == tmp_path / "state"
    assert places.cache_dir() == tmp_path / "cache"


def test_a_relative_rgt_tui_home_is_taken_from_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RGT_TUI_HOME", "here")
    assert places.config_dir() == tmp_path / "here" / "config"


def test_xdg_folders_are_used_and_relative_ones_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RGT_TUI_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/conf")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert str(places.config_dir()) == "/conf/rgt-tui"
    assert str(places.state_dir()) == "/home/ada/.local/state/rgt-tui"
    assert str(places.cache_dir()) == "/home/ada/.cache/rgt-tui"


def test_without_home_the_user_database_is_asked_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("RGT_TUI_HOME", "HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert str(places.state_dir()).startswith("/")
    assert places.home_note().startswith(("HOME is not set", "There is no home folder"))


def test_a_home_that_is_set_needs_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert places.home_note() == ""


def test_a_new_folder_is_closed_to_others_even_with_an_open_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        places.ensure_private(tmp_path / "a" / "b")
        places.write_private(tmp_path / "a" / "b" / "file", b"x")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "a" / "b") == 0o700
    assert mode_of(tmp_path / "a" / "b" / "file") == 0o600


def test_a_folder_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    places.ensure_private(tmp_path / "a")
    assert mode_of(tmp_path / "a") == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_can_change_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(mode)
    with pytest.raises(places.NotPrivate, match="chmod 700"):
        places.ensure_private(tmp_path / "a")


def test_a_folder_below_one_that_everybody_can_change_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(places.NotPrivate, match="chmod o-w"):
        places.ensure_private(tmp_path / "open" / "a")


def test_a_link_is_no_folder_of_ours(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(places.NotPrivate, match="link"):
        places.ensure_private(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)
    os.chown(tmp_path / "a", 12345, 12345)
    with pytest.raises(places.NotPrivate, match="another user"):
        places.ensure_private(tmp_path / "a")


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "state" / "file"
    places.write_private(target, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            places.write_private(target, b"x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert target.read_bytes() == b"old"
    assert [p.name for p in target.parent.iterdir()] == ["file"]


def test_a_file_that_exists_is_not_created_over(tmp_path: Path) -> None:
    target = tmp_path / "file"
    places.create_private(target, b"first")
    with pytest.raises(FileExistsError):
        places.create_private(target, b"second")
    assert target.read_bytes() == b"first"


def test_reading_a_fifo_a_folder_or_a_long_file_fails_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "long").write_bytes(b"x" * 11)
    for name, word in (("fifo", "regular"), (".", "regular"), ("long", "longer than 10")):
        with pytest.raises(OSError, match=word):
            places.read_regular(tmp_path / name, 10)


def test_a_file_that_everybody_can_change_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "file").chmod(0o666)
    with pytest.raises(places.NotPrivate, match="0666"):
        places.read_regular(tmp_path / "file", 10)


def test_the_first_frame_pays_for_os_alone() -> None:
    code = "import sys; before = set(sys.modules); import rgt_tui.places; print(*sorted(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"pathlib", "dataclasses", "json", "re"}.isdisjoint(ran.stdout.split())
