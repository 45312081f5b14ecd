"""Clock, identity, sessions, shared memory, ports and tools: short answers, in every shell."""

import shutil
from pathlib import Path

import pytest

from rgt_tui.probes import BadSection, Section, clock, identity, listening, sessions, shm, tools
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell, write


@pytest.fixture(params=SHELLS, ids=lambda it: it[0])
def shell(request: pytest.FixtureRequest) -> list[str]:
    return the_shell(request.param)


def test_the_clocks_offset_is_taken_at_the_middle_between_asking_and_hearing() -> None:
    def read(text: str) -> clock.ClockReport:
        return clock.parse(Section(output=text.encode(), exit_code=0, began_at=100, ended_at=104))

    assert read("T 132.5\n") == clock.ClockReport(remote_at=132.5, error_s=2.0, offset_s=30.5)
    assert read("T 132\n") == clock.ClockReport(remote_at=132.5, error_s=2.5, offset_s=30.5)
    assert clock.parse(said("T 132.5\n")).offset_s is None


def test_every_shell_tells_the_time(shell: list[str]) -> None:
    report, _ = ask(shell, "clock", None)
    assert 1.7e9 < report.remote_at < 4e9


@pytest.mark.parametrize("text", ["", "T \n", "T -5\n", "T 1e99\n", "T now\n"])
def test_a_time_that_cannot_be_is_no_answer(text: str) -> None:
    with pytest.raises(BadSection, match="clock could not be read"):
        clock.parse(said(text))


def test_a_start_is_named_by_boot_and_first_process(shell: list[str], tmp_path: Path) -> None:
    put(
        tmp_path,
        proc__sys__kernel__random__boot_id="6b0f5d4e-4b7e\n",
        proc__sys__kernel__hostname="64410b6f6441\n",
        proc__sys__kernel__osrelease="6.8.0-79-generic\n",
        proc__uptime="3000.00 1\n",
        etc__os="x",
    )
    write(tmp_path, "etc/os-release", 'ID=ubuntu\nPRETTY_NAME="Ubuntu 24.04.2 LTS"\n')
    write(tmp_path, "proc/1/stat", f"1 (a ) b) S {'0 ' * 18}290000 5 6\n")
    report, _ = ask(shell, "identity", tmp_path)
    assert report == identity.IdentityReport(
        boot_id="6b0f5d4e-4b7e",
        first_started=290000,
        container_up_s=100.0,
        host="64410b6f6441",
        kernel="6.8.0-79-generic",
        os="Ubuntu 24.04.2 LTS",
    )
    assert report.start == "6b0f5d4e-4b7e/290000"
    assert identity.parse(said("up 5\n")).start is None


def test_the_running_machine_has_an_identity(shell: list[str]) -> None:
    report, _ = ask(shell, "identity", None)
    assert report.start is not None


def test_sessions_are_read_whatever_their_names() -> None:
    report = sessions.parse(
        said(
            "begun 1\nhas tmux\nT 1 3 1780000000 train a: b\nT 0 1 1780000001 \x1b]0;x\n"
            "T bad\nhas screen\nS 4242.pts-0.host\n"
        )
    )
    first, second, third = report.sessions
    assert (first.name, first.windows, first.created_at, first.is_attached) == (
        "train a: b",
        3,
        1_780_000_000.0,
        True,
    )
    assert (second.name, second.is_attached) == (r"\x1b]0;x", False)
    assert (third.program, third.name, third.is_attached) == ("screen", "pts-0.host", None)
    assert (report.has_tmux, report.has_screen) == (True, True)


def test_a_host_without_tmux_and_screen_has_no_sessions(shell: list[str], tmp_path: Path) -> None:
    report, _ = ask(shell, "sessions", tmp_path, PATH="/nowhere")
    assert report == sessions.SessionReport()


def test_sockets_of_screen_are_sessions(shell: list[str], tmp_path: Path) -> None:
    put(tmp_path, run__screen__S_root="x")
    (tmp_path / "run/screen/S_root").unlink()
    write(tmp_path, "run/screen/S-root/77.train", "")
    report, _ = ask(shell, "sessions", tmp_path, PATH="/nowhere")
    assert [it.name for it in report.sessions] == ["train"]


def test_segments_of_shared_memory_are_counted_by_their_makers(
    shell: list[str], tmp_path: Path
) -> None:
    for name in ("torch_12_1", "torch_12_2", "psm_ab", "sem.mp-x", "other name\nx"):
        write(tmp_path, f"dev/shm/{name}", "")
    report, _ = ask(shell, "shm", tmp_path)
    assert report == shm.ShmReport(files=5, torch=2, python=2)
    (tmp_path / "empty").mkdir()
    assert ask(shell, "shm", tmp_path / "empty")[0] == shm.ShmReport(files=0)


def test_listening_ports_are_told_apart_from_local_ones(shell: list[str], tmp_path: Path) -> None:
    head = "  sl  local_address rem_address   st\n"
    put(
        tmp_path,
        proc__net__tcp=f"{head}   0: 00000000:0016 00000000:0000 0A 0\n"
        "   1: 0100007F:1F90 00000000:0000 0A 0\n   2: 0100007F:9999 0100007F:0016 01 0\n",
        proc__net__tcp6=f"{head}   0: {'0' * 32}:22B8 {'0' * 32}:0000 0A 0\n",
    )
    report, _ = ask(shell, "listening", tmp_path)
    assert report == listening.ListeningReport(ports=(22, 8888), local=(8080,))


def test_tools_are_found_on_the_path_alone(shell: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("rsync", "tmux"):
        (folder / tool).write_text("#!/bin/sh\n")
        (folder / tool).chmod(0o755)
    write(tmp_path, "usr/lib/openssh/sftp-server", "")
    (tmp_path / "usr/lib/openssh/sftp-server").chmod(0o755)
    report, _ = ask(shell, "tools", tmp_path, PATH=str(folder))
    assert (report.has("rsync"), report.has("tmux"), report.has("sftp-server")) == (True,) * 3
    assert report.has("a thing nobody asked for") is None
    if not shell[0].endswith("busybox"):  # its shell brings tools of its own
        assert report.present == ("rsync", "sftp-server", "tmux")
        assert report.has("python3") is False


@pytest.mark.parametrize("module", [sessions, tools, listening, shm, identity])
def test_silence_is_no_answer(module: object) -> None:
    with pytest.raises(BadSection):
        module.parse(said(""))  # type: ignore[attr-defined]  # each has one


def test_the_shells_that_are_tested_are_those_of_pods() -> None:
    assert shutil.which("dash") or shutil.which("bash")
