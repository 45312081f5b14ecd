"""The resident loop in real shells: sections side by side, and nothing left behind."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rgt_tui.probes import Probe, Section
from rgt_tui.probes._frames import Frames
from rgt_tui.probes._script import resident
from tests.probes.shells import SHELLS, the_shell

STUBBORN = "trap '' TERM INT HUP; while :; do sleep 1; done"
ESCAPED = """(setsid /bin/sh -c 'while [ -e "$HOLD" ]; do sleep 0.1; done' &); exec sleep 60"""
"""Leaves a process that no kill finds and that keeps the pipe, as one in D state does, while a file is."""


@pytest.fixture(params=SHELLS, ids=lambda argv: argv[0])
def shell(request: pytest.FixtureRequest) -> list[str]:
    return the_shell(request.param)


def saying(name: str, script: str, *, limit_s: int = 20, max_bytes: int = 65536) -> Probe:
    return Probe(
        name=name,
        script=script,
        report=bytes,
        parse=lambda it: it.output,
        limit_s=limit_s,
        max_bytes=max_bytes,
    )


class Loop:
    """A loop in a process of its own."""

    def __init__(self, shell: Sequence[str], probes: Sequence[Probe], **environment: str) -> None:
        script = resident(probes, shell=" ".join(shell))
        self.frames = Frames(script)
        self._tick = 0
        self.pids: dict[str, int] = {}
        self.process = subprocess.Popen(
            [*shell, "-s"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], **environment},
            start_new_session=True,
        )
        self.write(script.text)
        while not self.frames.is_up:
            self._read()

    def write(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        chunk = os.read(self.process.stdout.fileno(), 65536)
        assert chunk, "the loop ended"
        runs = self.frames.feed(chunk)
        self.pids |= {run.name: run.pid for run in runs if run.pid is not None}

    def begin(self, *names: str) -> int:
        self._tick += 1
        self.pids = {}
        self.frames.expect(self._tick, [name.lstrip("?") for name in names])
        self.write(f"{self._tick} {' '.join(names)}\n")
        return self._tick

    def until_begun(self, name: str) -> int:
        while name not in self.pids:
            self._read()
        return self.pids[name]

    def tick(self, *names: str) -> dict[str, Section]:
        self.begin(*names)
        while not self.frames.is_done:
            self._read()
        return self.frames.sections

    def descendants(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def until_alone(self) -> None:
        """Waits until the loop has no process beside it."""
        for _ in range(600):
            self.write("\n")
            time.sleep(0.05)
            if not self.descendants():
                return
        raise AssertionError(self.descendants())

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.read()  # up to the end of file: nobody holds the pipe
        self.process.stdout.close()


class Loops:
    """Opens loops for a test, and closes them after it."""

    def __init__(self, shell: list[str]) -> None:
        self._shell = shell
        self._open: list[Loop] = []

    def __call__(self, *probes: Probe, **environment: str) -> Loop:
        loop = Loop(self._shell, probes, **environment)
        self._open.append(loop)
        return loop

    def close(self) -> None:
        for loop in self._open:
            loop.process.kill()
            loop.process.wait()
            for pipe in (loop.process.stdin, loop.process.stdout):
                if pipe is not None:
                    pipe.close()


@pytest.fixture
def loops(shell: list[str]) -> Iterator[Loops]:
    opened = Loops(shell)
    yield opened
    opened.close()


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Path]:
    """The file that keeps what has escaped."""
    if shutil.which("setsid") is None:
        pytest.skip("no setsid here")
    path = tmp_path / "hold"
    path.touch()
    yield path
    path.unlink(missing_ok=True)


def test_one_line_runs_the_sections_it_names_again_and_again(loops: Loops) -> None:
    loop = loops(saying("a", "echo a"), saying("b", "echo b; exit 3"))
    for _ in range(5):
        assert loop.tick("a")["a"].output == b"a\n"
    found = loop.tick("b", "a")
    assert (found["b"].output, found["b"].exit_code) == (b"b\n", 3)


def test_sections_run_side_by_side(loops: Loops, tmp_path: Path) -> None:
    """Each waits for all the others."""
    text = (
        "echo >$D/@; for it in a b c d; do while [ ! -e $D/$it ]; do sleep 0.05; done; done; echo @"
    )
    probes = [saying(name, text.replace("@", name), limit_s=60) for name in "abcd"]
    found = loops(*probes, D=str(tmp_path)).tick(*"abcd")
    assert [found[name].output for name in "abcd"] == [b"a\n", b"b\n", b"c\n", b"d\n"]


def test_long_lines_of_many_writers_at_once_come_back_byte_for_byte(loops: Loops) -> None:
    """A shell writes a long line in parts, which others would tear."""
    text = "i=0; while [ $i -lt 40 ]; do printf '%03500d\\n' $i; i=$((i+1)); done; printf '%s' end"
    names = [f"s{number}" for number in range(8)]
    loop = loops(*(saying(name, text, max_bytes=200_000) for name in names))
    wanted = b"".join(b"%03500d\n" % number for number in range(40)) + b"end"
    found = loop.tick(*names)
    for name in names:
        assert not found[name].cut
        assert found[name].output == wanted


def test_bytes_of_any_kind_come_back_as_they_were(loops: Loops) -> None:
    text = r"printf '  a\\b\t\351\033[2J\377\376\r\n\n*'"
    assert loops(saying("a", text)).tick("a")["a"].output == b"  a\\b\t\xe9\x1b[2J\xff\xfe\r\n\n*"


@pytest.mark.parametrize("flood", ["while :; do echo yyyyyyyyy; done", "yes ''"])
def test_a_flood_is_cut_at_its_limit_and_leaves_the_others_alone(flood: str, loops: Loops) -> None:
    loop = loops(saying("flood", flood, max_bytes=1000), saying("a", "echo here"))
    found = loop.tick("flood", "a")
    assert found["flood"].cut
    assert 0 < len(found["flood"].output) <= 1000
    assert found["a"].output == b"here\n"
    loop.until_alone()


def test_a_line_without_an_end_is_cut_when_its_time_is_over(loops: Loops) -> None:
    loop = loops(saying("flood", "tr '\\0' x </dev/zero", limit_s=1), saying("a", "echo here"))
    found = loop.tick("flood", "a")
    assert found["flood"].timed_out
    assert found["a"].output == b"here\n"


def test_after_a_tick_no_process_is_left_but_the_loop(loops: Loops) -> None:
    loop = loops(saying("a", "echo a"), saying("b", "sleep 30 & echo b"))
    loop.tick("a", "b")
    loop.until_alone()


def test_a_section_that_hangs_is_ended_while_others_tick(loops: Loops) -> None:
    loop = loops(saying("stuck", f"echo begun; {STUBBORN}", limit_s=3), saying("a", "echo a"))
    loop.begin("stuck")
    loop.until_begun("stuck")
    for turn in range(3):
        loop.begin("a")
        while "a" not in loop.frames.sections:
            loop._read()
        del loop.frames.sections["a"]
        assert turn or "stuck" not in loop.frames.sections  # the first did not wait for it
    while not loop.frames.is_done:
        loop._read()
    assert loop.frames.sections["stuck"].timed_out
    assert loop.frames.sections["stuck"].output == b"begun\n"
    loop.until_alone()


def test_what_cannot_be_killed_is_not_begun_again_until_it_is_gone(
    loops: Loops, hold: Path
) -> None:
    stuck = saying("stuck", ESCAPED, limit_s=1)
    loop = loops(stuck, saying("a", "echo a"), HOLD=str(hold))
    assert loop.tick("stuck", "a")["stuck"].timed_out
    assert loop.frames.lingers("stuck")
    found = loop.tick("?stuck", "a")
    assert "stuck" not in loop.pids  # it was not begun
    assert found["stuck"].timed_out
    assert found["a"].output == b"a\n"
    hold.unlink()
    while loop.frames.lingers("stuck"):
        loop._read()
    loop.until_alone()
    began = time.monotonic()
    loop.tick("?stuck")
    assert time.monotonic() - began > 0.9


def test_a_section_that_goes_round_what_hangs_is_begun_again_thrice(
    loops: Loops, hold: Path
) -> None:
    text = f'[ -z "$RGT_STUCK" ] || {{ echo round; [ -n "$MORE" ] || exit 0; }}; {ESCAPED}'
    once = Probe(
        name="stuck", script=text, limit_s=1, goes_round=True, report=bytes, parse=lambda it: it
    )
    loop = loops(once, HOLD=str(hold))
    assert loop.tick("stuck")["stuck"].timed_out
    assert loop.tick("?stuck")["stuck"].output == b"round\n"
    loop = loops(once, MORE="1", HOLD=str(hold))
    assert [loop.tick("?stuck")["stuck"].output for _ in range(4)] == [
        b"",
        b"round\n",
        b"round\n",
        b"",
    ]


def test_a_line_ends_one_run_and_no_other(loops: Loops) -> None:
    loop = loops(saying("long", STUBBORN), saying("other", "sleep 2; echo other"))
    tick = loop.begin("long")
    pid = loop.until_begun("long")
    loop.begin("other")
    loop.until_begun("other")
    loop.write(f"- {tick}.long {pid}\n")
    while "long" not in loop.frames.sections:
        loop._read()
    assert loop.frames.sections["long"].exit_code is None
    assert "other" not in loop.frames.sections
    while not loop.frames.is_done:
        loop._read()
    assert loop.frames.sections["other"].output == b"other\n"


def near(name: str, script: str) -> Probe:
    return replace(saying(name, script, limit_s=1), is_near=True)


def test_one_in_the_session_of_the_loop_sees_nothing_of_it_and_changes_nothing(
    loops: Loops,
) -> None:
    loop = loops(near("a", 'echo "$#$at"; at=x tick=y; set -f; exit 3'), near("b", "echo /*/sh"))
    found = loop.tick("a", "b")
    assert (found["a"].output, found["a"].exit_code) == (b"0\n", 3)
    assert b"/bin/sh" in found["b"].output
    assert loop.tick("a")["a"].output == b"0\n"
    loop.until_alone()


def test_one_in_the_session_of_the_loop_is_ended_when_the_asker_says_so(loops: Loops) -> None:
    loop = loops(
        near("stuck", f"echo begun; (sleep 40 & sleep 41); {STUBBORN}"), near("a", "echo a")
    )
    tick = loop.begin("stuck")
    pid = loop.until_begun("stuck")
    loop.begin("a")
    while "a" not in loop.frames.sections or not loop.frames._runs[tick, "stuck"].output:
        loop._read()
    loop.write(f"! {tick}.stuck {pid}\n")
    while "stuck" not in loop.frames.sections:
        loop._read()
    section = loop.frames.sections["stuck"]
    assert (section.output, section.exit_code, section.timed_out) == (b"begun\n", None, True)
    while loop.frames.lingers("stuck"):
        loop._read()
    loop.until_alone()
    loop.write(f"! {tick}.stuck {pid}\n")  # nothing of it lives: nothing is said
    assert loop.tick("a")["a"].output == b"a\n"
    assert loop.frames.noise == b""


@pytest.mark.parametrize(
    "text",
    [STUBBORN, "timeout 60 sleep 50", "sleep 40 & sleep 41 & wait", "sleep 42 | cat | cat"],
    ids=["ignores TERM", "a group of its own", "children", "pipeline"],
)
def test_the_end_of_its_input_ends_everything(text: str, loops: Loops) -> None:
    loop = loops(saying("a", text), saying("b", STUBBORN))
    loop.begin("a", "b")
    loop.until_begun("a")
    time.sleep(0.3)
    found = loop.descendants()
    assert len(found) >= 4
    loop.close()
    assert psutil.wait_procs([it for it in found if not _is_dead(it)], timeout=20)[1] == []


@pytest.mark.parametrize("tools", [["sleep", "setsid"], ["sleep"], []])
def test_it_runs_where_tools_are_missing(tools: list[str], tmp_path: Path, loops: Loops) -> None:
    path = tmp_path / "bin"
    path.mkdir()
    for tool in tools:
        (path / tool).symlink_to(str(shutil.which(tool)))
    loop = loops(saying("a", "echo a"), saying("stuck", "read x <&1", limit_s=1), PATH=str(path))
    assert loop.tick("a")["a"].output == b"a\n"
    if "sleep" in tools:
        assert loop.tick("a", "stuck")["a"].output == b"a\n"


def _is_dead(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def light(name: str, script: str, *, limit_s: int = 1, max_bytes: int = 65536) -> Probe:
    return replace(saying(name, script, limit_s=limit_s, max_bytes=max_bytes), is_light=True)


def test_light_sections_share_a_process_and_nothing_else(loops: Loops) -> None:
    loop = loops(
        light("a", "echo $$; x=1"),
        saying("b", "echo $$"),
        light("c", "echo $$; exit 3"),
        light("d", 'echo $$; echo "[${x-}]"'),
    )
    found = loop.tick("a", "b", "c", "d")
    pids = {name: section.output.split()[0] for name, section in found.items()}
    assert pids["a"] == pids["c"] == pids["d"] != pids["b"]
    assert [found[name].exit_code for name in "abcd"] == [0, 0, 3, 0]
    assert found["d"].output.endswith(b"\n[]\n")
    assert loop.tick("c", "d")["d"].output.endswith(b"\n[]\n")
    loop.until_alone()


def test_a_light_section_that_hangs_after_all_is_ended_with_those_behind_it(loops: Loops) -> None:
    loop = loops(
        light("a", "echo a"),
        light("b", f"echo b; {STUBBORN}"),
        light("c", "echo c"),
        saying("d", "echo d"),
    )
    found = loop.tick("a", "b", "c", "d")
    assert (found["a"].output, found["a"].exit_code) == (b"a\n", 0)
    assert found["b"].timed_out
    assert found["c"].timed_out
    assert (found["c"].output, found["d"].output) == (b"", b"d\n")
    loop.until_alone()
    assert loop.tick("a", "c")["c"].output == b"c\n"


def test_a_light_section_that_says_too_much_is_cut(loops: Loops) -> None:
    loop = loops(light("a", "echo a"), light("b", "while :; do echo bbbbbbbb; done", max_bytes=500))
    found = loop.tick("a", "b")
    assert (found["a"].output, found["a"].cut) == (b"a\n", False)
    assert found["b"].cut
    loop.until_alone()


def test_one_whose_device_is_there_has_a_process_of_its_own(loops: Loops, tmp_path: Path) -> None:
    asks = replace(saying("b", "echo $$"), device="/dev/it")
    loop = loops(light("a", "echo $$"), asks, RGT_ROOT=str(tmp_path))
    found = loop.tick("a", "b")
    assert found["a"].output == found["b"].output
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/it").touch()
    found = loop.tick("a", "b")
    assert found["a"].output != found["b"].output


SAID = {
    "lines": "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done",
    "long lines": "i=0; l=x; while [ $i -lt 12 ]; do l=$l$l; echo $l; i=$((i+1)); done; echo end",
    "empty lines": "echo; echo a; echo; echo; echo b",
    "no end of line": "echo a; printf b",
    "odd words": "printf '%s\\n' '@@x R 1.a 0' '%s %d' '\\' '-n' '  blank  '",
    "nothing": ":",
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_in_bursts_is_what_was_said(loops: Loops, name: str) -> None:
    loop = loops(
        saying("plain", SAID[name]),
        replace(saying("burst", SAID[name]), bursts=True),
        light("shared", SAID[name], limit_s=20),
    )
    found = loop.tick("plain", "burst", "shared")
    assert found["plain"].output == found["burst"].output == found["shared"].output
    assert found["burst"].exit_code == 0


def test_what_was_said_before_a_wait_comes_at_once_where_it_asks_for_that(loops: Loops) -> None:
    script = f"echo begun; printf '\\001\\n'; {STUBBORN}"
    loop = loops(replace(saying("burst", script, limit_s=1), bursts=True))
    section = loop.tick("burst")["burst"]
    assert section.timed_out
    assert section.output == b"begun\n"
    loop.until_alone()
