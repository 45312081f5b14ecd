"""The composed script in real shells, with and without the tools it likes to have."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from rgt_tui.probes import Probe, Section, quick_probes
from rgt_tui.probes._frames import Frames
from rgt_tui.probes._script import compose
from rgt_tui.probes.df import DiskReport
from tests.clients.sshd import hurried

SHELLS = [["dash"], ["bash"], ["busybox", "sh"]]
FEW = ["sleep", "kill"]
"""Tools without which nothing can be ended in time; everything else may be missing."""


@pytest.fixture(params=SHELLS, ids=lambda argv: argv[0])
def shell(request: pytest.FixtureRequest) -> list[str]:
    argv: list[str] = request.param
    found = shutil.which(argv[0])
    if found is None:
        pytest.skip(f"no {argv[0]} here")
    return [found, *argv[1:]]


def saying(script: str, *, name: str = "said", limit_s: int = 5, max_bytes: int = 65536) -> Probe:
    return Probe(
        name=name, script=script, report=bytes, parse=output, limit_s=limit_s, max_bytes=max_bytes
    )


def output(section: Section) -> bytes:
    return section.output


def run(shell: list[str], *probes: Probe, **environment: str) -> Frames:
    composed = compose(probes, shell=" ".join(shell))
    with subprocess.Popen(
        [*shell, "-s"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], **environment},
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(composed.text.encode())
        process.stdin.flush()
        frames = Frames(composed)
        while not frames.is_done and (chunk := os.read(process.stdout.fileno(), 4096)):
            frames.feed(chunk)
        assert process.wait(60) == 0
        process.stdin.close()
    return frames


def bare_path(folder: Path, *tools: str) -> str:
    """A PATH with nothing but the named tools."""
    folder.mkdir()
    for tool in tools:
        real = shutil.which(tool)
        assert real is not None
        (folder / tool).symlink_to(real)
    return str(folder)


def is_dead(pid: int) -> bool:
    """Gone, or a zombie that this machine's first process has not yet reaped."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def fake(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_every_shell_gives_the_same_mounts(shell: list[str]) -> None:
    frames = run(shell, *quick_probes())
    report = next(p for p in quick_probes() if p.report is DiskReport).parse(frames.sections["df"])
    root = report.at("/")
    assert root.answered
    assert root.size_bytes == shutil.disk_usage("/").total
    assert frames.is_done
    assert frames.noise == b""


def test_output_comes_back_byte_for_byte(shell: list[str]) -> None:
    frames = run(shell, saying(r"printf '  a\\b\t\351\n\n\n*'"))
    assert frames.sections["said"].output == b"  a\\b\t\xe9\n\n\n*"


@pytest.mark.parametrize("code", [0, 3, 127])
def test_the_exit_code_of_the_text_is_told(shell: list[str], code: int) -> None:
    frames = run(shell, saying(f"echo words >&2; exit {code}"))
    assert frames.sections["said"].exit_code == code
    assert frames.sections["said"].output == b"words\n"


def test_the_text_cannot_read_the_nonce(shell: list[str]) -> None:
    frames = run(shell, saying('echo "${RGT_NONCE-unset}"'))
    assert frames.sections["said"].output == b"unset\n"


def test_a_flood_is_cut_at_its_limit_and_ends(shell: list[str]) -> None:
    flood = saying("while :; do echo yyyyyyyyy; done", name="flood", max_bytes=1000)
    frames = run(shell, flood, saying("echo here"))
    assert frames.sections["flood"].cut
    assert frames.sections["flood"].output == b"yyyyyyyyy\n" * 100
    assert frames.sections["said"].output == b"here\n"


STUBBORN = "trap '' TERM INT HUP; echo begun; while :; do sleep 1; done"


@pytest.mark.parametrize("mode", ["timeout", "setsid", "plain"])
def test_a_text_that_ignores_term_is_ended_at_its_limit(
    shell: list[str], mode: str, tmp_path: Path
) -> None:
    tools = {"timeout": ["timeout", "setsid"], "setsid": ["setsid"], "plain": []}[mode]
    path = bare_path(tmp_path / "bin", *FEW, *tools)
    said = saying("echo here", limit_s=60)
    frames = run(shell, saying(STUBBORN, name="stubborn", limit_s=1), said, PATH=path)
    assert frames.sections["stubborn"].timed_out
    assert frames.sections["stubborn"].exit_code is None
    assert frames.sections["stubborn"].output == b"begun\n"
    assert frames.sections["said"].output == b"here\n"


def test_a_child_that_keeps_the_pipe_open_does_not_hold_up_the_next(shell: list[str]) -> None:
    began = time.monotonic()
    left = saying("sleep 300 & echo begun", name="left", limit_s=200)
    frames = run(shell, left, saying("echo here", limit_s=60))
    assert time.monotonic() - began < 100  # neither its end nor its limit was waited for
    assert frames.sections["left"].exit_code == 0
    assert frames.sections["left"].output == b"begun\n"
    assert frames.sections["said"].output == b"here\n"


def test_without_any_tool_the_frames_hold_and_the_words_say_so(
    shell: list[str], tmp_path: Path
) -> None:
    frames = run(shell, *quick_probes(), PATH=bare_path(tmp_path / "bin"))
    probes = {probe.name: probe for probe in quick_probes()}
    assert frames.is_done
    if shell[0].endswith("busybox"):
        return  # its shell brings its own df
    mounts = probes["df"].parse(frames.sections["df"]).mounts
    assert {mount.size_bytes for mount in mounts} == {None}
    gpus = probes["nvidia_smi"].parse(frames.sections["nvidia_smi"])
    assert gpus.absent == "no GPU: nvidia-smi is not installed"


def test_one_mount_that_hangs_does_not_hold_up_the_others(shell: list[str], tmp_path: Path) -> None:
    """The fake `df` waits for ever on one path, and ignores TERM, as on a stalled network volume."""
    if shell[0].endswith("busybox"):
        pytest.skip("busybox's shell takes its own df, not the one on PATH")
    path = tmp_path / "bin"
    real = shutil.which("df")
    bare_path(path, *FEW, "timeout", "setsid")
    fake(path, "df", f"case $* in *workspace*) trap '' TERM; sleep 60 ;; esac; exec {real} \"$@\"")
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "self/mounts").write_text(
        "mfs\\043euro.runpod.net:9421 /workspace fuse rw 0 0\noverlay / overlay rw 0 0\n"
        "tmpfs /dev tmpfs rw 0 0\nproc /proc proc rw 0 0\n"
    )
    frames = run(shell, *hurried("df"), PATH=str(path), RGT_PROC=str(proc))
    probe = next(probe for probe in quick_probes() if probe.name == "df")
    workspace, root = probe.parse(frames.sections["df"]).mounts
    assert frames.sections["df"].timed_out
    assert (workspace.path, workspace.answered) == ("/workspace", False)
    assert (root.path, root.answered) == ("/", True)
    assert root.size_bytes == shutil.disk_usage("/").total
    assert "nvidia_smi" in frames.sections


def test_a_script_cut_off_on_its_way_does_nothing(shell: list[str], tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    text = compose([saying(f"echo > {witness}")], shell=" ".join(shell)).text
    for part in (len(text) // 4, len(text) // 2, len(text) - 10):
        subprocess.run([*shell, "-s"], input=text[:part].encode(), capture_output=True, check=False)
    assert not witness.exists()


@pytest.mark.parametrize("how", ["end of input", "hang-up"])
def test_the_end_of_its_input_or_a_hang_up_ends_everything_that_runs(
    shell: list[str], how: str, tmp_path: Path
) -> None:
    composed = compose(
        [saying(f"echo $$ > {tmp_path}/pid; {STUBBORN}", limit_s=60)], shell=" ".join(shell)
    )
    with subprocess.Popen(
        [*shell, "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(composed.text.encode())
        process.stdin.flush()
        said = b""
        while b"begun" not in said:
            said += os.read(process.stdout.fileno(), 4096)
        if how == "hang-up":
            os.killpg(process.pid, signal.SIGHUP)
        else:
            process.stdin.close()
        assert process.wait(50) == 0  # its limit is 60 s
        process.stdout.read()  # up to the end of file: nobody holds the pipe
    stubborn = int((tmp_path / "pid").read_text())
    while not is_dead(stubborn):  # a dying process closes its pipe a moment before it is gone
        time.sleep(0.01)


def test_the_script_is_ascii_and_small() -> None:
    text = compose(quick_probes()).text
    assert text.isascii()
    assert len(text) < 24_000
