"""The saved frame, painted first, and the live one in its place without a blank between."""

import os
import re
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.pty.demo import READY
from tests.pty.harness import PYTHON, Terminal

SIZE = (100, 30)
STAMP = re.compile(r"as of \d\d:\d\d, connecting")


def _boot(
    path: Path,
    action: str,
    *,
    size: tuple[int, int] = SIZE,
    env: Mapping[str, str | None] | None = None,
) -> Terminal:
    return Terminal([PYTHON, "-m", "tests.pty.apps.boot", str(path), action], size=size, env=env)


@pytest.fixture(scope="module")
def first_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("state") / "folder" / "frame"
    with _boot(path, "run") as terminal:
        terminal.wait_for(READY)
        terminal.press("down")
        terminal.wait_for("> 001")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    return path


@pytest.fixture
def saved(first_session: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy2(first_session, tmp_path / "saved"))


def test_the_saved_frame_is_for_its_owner_only_and_says_its_age(saved: Path) -> None:
    text = saved.read_text(encoding="utf-8")

    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert text.startswith("rgt-frame 1 100 30 ")
    assert STAMP.search(text)


def test_the_painted_frame_looks_like_the_saved_screen(saved: Path) -> None:
    with _boot(saved, "paint") as terminal:
        terminal.wait_exit()

        assert STAMP.search(terminal.lines[0])
        assert "> 001 turing-8x" in terminal.text
        assert "··········" in terminal.text  # five wide characters stand in
        assert {"1049", "-25", "-7"} <= terminal.left_on()
        assert not terminal.termios_is_restored()


def test_the_live_frame_replaces_the_painted_one_without_a_blank_screen(saved: Path) -> None:
    with _boot(saved, "run") as terminal:
        terminal.wait_seen("as of ")
        terminal.wait_gone("as of ")
        terminal.settle(quiet_s=0.15)
        assert bytes(terminal.raw).count(b"\x1b[?1049h") == 1
        assert b"\x1b[2J" not in terminal.raw
        assert READY in terminal.text
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_on() == set()
        assert terminal.termios_is_restored()


def test_keys_typed_at_the_painted_frame_reach_the_live_one(saved: Path) -> None:
    with _boot(saved, "run") as terminal:
        terminal.wait_for("as of ")
        terminal.press("down", "down")
        terminal.wait_for("> 002")


def test_a_painted_frame_can_be_taken_off_again(saved: Path) -> None:
    with _boot(saved, "leave") as terminal:
        terminal.wait_exit()

        assert terminal.left_on() == set()
        assert terminal.termios_is_restored()


@pytest.mark.parametrize("size", [(70, 20), (160, 50)], ids=["smaller", "larger"])
def test_a_frame_of_another_size_is_cropped_or_padded(saved: Path, size: tuple[int, int]) -> None:
    with _boot(saved, "paint", size=size) as terminal:
        terminal.wait_exit()
        terminal.settle()

        assert "> 001 turing-8x" in terminal.text
        assert STAMP.search(terminal.lines[0][-30:]), terminal.text


def test_no_color_paints_without_colour(saved: Path) -> None:
    with _boot(saved, "paint", env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_exit()

        assert "> 001 turing-8x" in terminal.text
        assert terminal.colour_codes() == []


def test_a_frame_saved_for_a_terminal_with_other_colours_is_painted_without(saved: Path) -> None:
    with _boot(saved, "paint", env={"TERM": "linux", "COLORTERM": None}) as terminal:
        terminal.wait_exit()

        assert "> 001 turing-8x" in terminal.text
        assert terminal.colour_codes() == []


def test_escapes_in_the_file_are_not_painted(saved: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "frame"
    poison = "\x1b]0;owned\x07\x1b[2J\x1b[5n\x9b6n\u202e\x1bPq\x1b\\\x1b]52;c;eA==\x07"
    lines = saved.read_text(encoding="utf-8").split("\n")
    lines[3] = poison + lines[3]
    hostile.write_text("\n".join(lines), encoding="utf-8")
    hostile.chmod(0o600)
    with _boot(hostile, "paint") as terminal:
        terminal.wait_exit()
        sequences = set(re.findall(rb"\x1b[^\x1b]?[0-9;?]*[^0-9;?]", bytes(terminal.raw)))

        assert {sequence[-1:] for sequence in sequences} <= {b"m", b"H", b"h", b"l"}
        assert b"\x07" not in terminal.raw
        assert b"\xc2\x9b" not in terminal.raw
        assert "\u202e" not in terminal.raw.decode()


def _link(path: Path, text: str) -> None:
    target = path.with_name("target")
    target.write_text(text, encoding="utf-8")
    target.chmod(0o600)
    path.symlink_to(target)


def _readable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def _fifo(path: Path, _text: str) -> None:
    os.mkfifo(path, 0o600)


def _written(change: str) -> object:
    def write(path: Path, text: str) -> None:
        head, _, body = text.partition("\n")
        fields = head.split(" ")
        made = {
            "empty": "",
            "truncated": text[: len(text) // 2],
            "newer": text.replace("rgt-frame 1", "rgt-frame 2", 1),
            "undated": re.sub("as of", "at", text),
            "not numbers": " ".join([*fields[:2], "x", *fields[3:]]) + "\n" + body,
            "huge": text + "x" * 600_000,
        }[change]
        path.write_text(made, encoding="utf-8")
        path.chmod(0o600)

    return write


UNFIT = {
    "a link": _link,
    "readable by others": _readable,
    "a fifo": _fifo,
    "absent": lambda _path, _text: None,
    **{
        name: _written(name)
        for name in ("empty", "truncated", "newer", "undated", "not numbers", "huge")
    },
}


@pytest.mark.parametrize("make", UNFIT.values(), ids=UNFIT.keys())
def test_an_unfit_file_paints_nothing_at_all(make: object, saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "frame"
    assert callable(make)
    make(path, saved.read_text(encoding="utf-8"))
    with _boot(path, "paint") as terminal:
        terminal.wait_exit()

        assert bytes(terminal.raw) == b"painted False\r\n"
        assert terminal.termios_is_restored()


@pytest.mark.parametrize(
    ("size", "env"),
    [(SIZE, {"TERM": "dumb"}), (SIZE, {"TERM": None}), ((59, 30), {}), ((100, 17), {})],
    ids=["TERM=dumb", "no TERM", "too narrow", "too low"],
)
def test_an_unfit_terminal_is_not_painted_on(
    size: tuple[int, int], env: Mapping[str, str | None], saved: Path
) -> None:
    with _boot(saved, "paint", size=size, env=env) as terminal:
        terminal.wait_exit()

        assert bytes(terminal.raw) == b"painted False\r\n"


def test_the_splash_imports_nothing_but_os_and_termios() -> None:
    code = (
        "import sys, os; before = set(sys.modules); import rgt_tui.splash; "
        "print(sorted(set(sys.modules) - before))"
    )
    with Terminal([PYTHON, "-c", code]) as terminal:
        terminal.wait_exit()

        assert terminal.lines[0] == "['rgt_tui', 'rgt_tui.places', 'rgt_tui.splash', 'termios']"
