"""Fixes: what they would do, that names stay words, and that their scripts do what they say."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod, VolumeDisk
from rgt_tui.fixes import Fix, Remedy, all_fixes
from rgt_tui.probes._walk import DiskUse, Offender
from rgt_tui.probes.environment import EnvironmentReport
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.processes import Process, ProcessReport
from rgt_tui.probes.tools import ToolsReport
from tests.values import a_pod, an_account, having

GIB = 1 << 30


def fix(name: str) -> Fix:
    return next(it for it in all_fixes() if it.name == name)


def remedy(name: str, pod: Pod, account: Account) -> Remedy:
    found = fix(name).remedy(pod, account)
    assert isinstance(found, Remedy), found
    return found


def run(script: str, home: Path, *, shell: str = "/bin/sh") -> "subprocess.CompletedProcess[str]":
    """The script as a Pod would run it, with another home."""
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    return subprocess.run(
        [shell, "-s"], input=script, env=env, capture_output=True, text=True, timeout=60
    )


def at(folder: Path) -> Pod:
    return a_pod(volume_disk=VolumeDisk(size_gb=200, path=str(folder)))


def test_every_fix_is_for_a_symptom_that_there_is() -> None:
    from rgt_tui.triage import all_detectors

    known = {detector.code for detector in all_detectors()}
    for it in all_fixes():
        assert it.codes <= known, it.name


@pytest.mark.parametrize("name", [it.name for it in all_fixes()])
def test_a_fix_about_an_unknown_pod_says_why_or_what(name: str) -> None:
    pod = a_pod()
    found = fix(name).remedy(pod, an_account(pod))
    assert found if isinstance(found, str) else (found.script or found.shown)


def test_caches_move_and_a_link_stands_in_their_place(tmp_path: Path) -> None:
    home, workspace = tmp_path / "home", tmp_path / "work space; touch pwned"
    (home / ".cache/huggingface/hub").mkdir(parents=True)
    (home / ".cache/huggingface/hub/blob").write_bytes(b"x" * 300_000)
    workspace.mkdir()
    pod = at(workspace)
    done = run(remedy("caches", pod, an_account(pod)).script, home)
    assert done.returncode == 0, done.stderr
    moved = workspace / ".cache/huggingface/hub/blob"
    assert moved.stat().st_size == 300_000
    assert (home / ".cache/huggingface").is_symlink()
    assert (home / ".cache/huggingface/hub/blob").samefile(moved)
    assert not list(tmp_path.rglob("pwned"))
    told = subprocess.run(
        ["sh", "-c", '. "$HOME/.bashrc"; echo "$HF_HOME"'],
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == str(workspace / ".cache/huggingface")


def test_moving_caches_twice_changes_nothing_more(tmp_path: Path) -> None:
    home, workspace = tmp_path / "home", tmp_path / "workspace"
    (home / ".cache/pip").mkdir(parents=True)
    (home / ".cache/pip/wheel").write_text("w")
    workspace.mkdir()
    pod = at(workspace)
    script = remedy("caches", pod, an_account(pod)).script
    assert run(script, home).returncode == run(script, home).returncode == 0
    assert (workspace / ".cache/pip/wheel").read_text() == "w"
    assert (home / ".bashrc").read_text().count("exports.sh") == 1


def test_a_cache_that_cannot_be_copied_is_not_removed(tmp_path: Path) -> None:
    home, workspace = tmp_path / "home", tmp_path / "workspace"
    (home / ".cache/pip").mkdir(parents=True)
    (home / ".cache/pip/wheel").write_text("w")
    workspace.mkdir()
    (workspace / ".cache").write_text("a file where a folder should be")
    pod = at(workspace)
    assert run(remedy("caches", pod, an_account(pod)).script, home).returncode != 0
    assert (home / ".cache/pip/wheel").read_text() == "w"


def test_trash_is_emptied_and_nothing_else(tmp_path: Path) -> None:
    trash, kept = tmp_path / ".Trash-0", tmp_path / "Trash of mine"
    for folder in (trash, kept):
        folder.mkdir()
        (folder / "file").write_text("x")
    pod = a_pod()
    offenders = tuple(Offender(path=str(path), size_bytes=GIB) for path in (trash, kept))
    use = DiskUse(mount=str(tmp_path), trash=offenders)
    account = having(an_account(pod), pod, LargestReport((use,)))
    done = run(remedy("trash", pod, account).script, tmp_path)
    assert done.returncode == 0
    assert not trash.exists()
    assert (kept / "file").exists()


@pytest.mark.parametrize("path", ["/", "/workspace", "relative/.Trash-0", "/x/../.Trash-0/.."])
def test_what_is_not_named_trash_is_never_emptied(path: str) -> None:
    pod = a_pod()
    use = DiskUse(mount="/", trash=(Offender(path=path, size_bytes=GIB),))
    account = having(an_account(pod), pod, LargestReport((use,)))
    assert isinstance(fix("trash").remedy(pod, account), str)


def test_a_hostile_trash_folder_stays_a_word(tmp_path: Path) -> None:
    hostile = tmp_path / ".Trash-0'; touch pwned; '$(touch pwned2)"
    hostile.mkdir()
    pod = a_pod()
    use = DiskUse(mount="/", trash=(Offender(path=str(hostile), size_bytes=GIB),))
    account = having(an_account(pod), pod, LargestReport((use,)))
    done = subprocess.run(
        ["sh", "-s"], input=remedy("trash", pod, account).script, text=True, cwd=tmp_path
    )
    assert done.returncode == 0
    assert not hostile.exists()
    assert not list(tmp_path.glob("pwned*"))


def test_what_is_missing_is_installed_by_the_packager_there_is() -> None:
    pod = a_pod()
    debian = having(an_account(pod), pod, ToolsReport(("apt-get", "rsync")))
    assert (
        "apt-get install -y -qq --no-install-recommends tmux\n"
        in remedy("tools", pod, debian).script
    )
    alpine = having(an_account(pod), pod, ToolsReport(("apk",)))
    assert "apk add --no-cache tmux rsync\n" in remedy("tools", pod, alpine).script
    whole = having(an_account(pod), pod, ToolsReport(("apt-get", "rsync", "tmux")))
    assert fix("tools").remedy(pod, whole) == "tmux and rsync are there"


def test_missing_variables_are_named_and_never_their_values() -> None:
    pod = a_pod()
    report = EnvironmentReport(first=("HF_TOKEN", "PATH"), session=("PATH",), has_export_file=True)
    found = remedy("environment", pod, having(an_account(pod), pod, report))
    assert "HF_TOKEN" in found.said[0]
    assert found.shown == ("set -a; . /etc/rp_environment; set +a",)
    assert not found.script


def test_no_download_no_fix() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, ProcessReport(()))
    assert isinstance(fix("download").remedy(pod, account), str)


def test_a_download_is_started_again_with_its_own_words_folder_and_variables(
    tmp_path: Path,
) -> None:
    told, folder = tmp_path / "told", tmp_path / "a folder"
    folder.mkdir()
    (folder / "hf").write_text(_HF)
    variables = {"PATH": os.environ["PATH"], "HF_TOKEN": "hf_secret", "TOLD": str(told)}
    words = [sys.executable, "-S", "hf", "download", "org/model; x", ""]
    # Nobody waits for it, as under a Pod's first process: ended, it stays in /proc as a zombie.
    with subprocess.Popen(words, cwd=folder, env=variables) as first:
        try:
            wait_for(told, lines=1)
            found = of_download(first.pid)
            done = run(found.script, tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
            before, after = (json.loads(line) for line in wait_for(told, lines=2))
        finally:
            first.kill()
    os.kill(after["pid"], signal.SIGKILL)
    assert (before["fast"], after["fast"]) == (None, "1")
    assert after["pid"] != first.pid
    for same in ("words", "folder", "token"):
        assert after[same] == before[same]
    assert after["words"] == ["hf", "download", "org/model; x", ""]
    assert "hf_secret" not in found.script + done.stdout


def test_a_pid_that_is_another_program_by_now_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        try:
            done = run(of_download(other.pid).script, tmp_path)
            is_alive = other.poll() is None
        finally:
            other.kill()
    assert is_alive
    assert done.returncode != 0
    assert "another program" in done.stderr


def of_download(pid: int) -> Remedy:
    """What is done about a download that runs under this number."""
    pod = a_pod()
    process = Process(pid=pid, name="hf", state="S", args="hf download org/model")
    return remedy("download", pod, having(an_account(pod), pod, ProcessReport((process,))))


_HF = """
import json, os, sys, time
said = {"pid": os.getpid(), "words": sys.argv, "folder": os.getcwd(),
        "token": os.environ.get("HF_TOKEN"), "fast": os.environ.get("HF_XET_HIGH_PERFORMANCE")}
with open(os.environ["TOLD"], "a") as file:
    file.write(json.dumps(said) + "\\n")
time.sleep(60)
"""
"""A download that tells who it is and hangs."""


def wait_for(file: Path, *, lines: int) -> list[str]:
    """So many lines of a file that another process writes."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = file.read_text().splitlines() if file.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{file} has no {lines} lines")


def test_a_port_is_forwarded_over_direct_ssh_only() -> None:
    pod = a_pod()
    assert remedy("forward", pod, an_account(pod)).shown == (f"rgt-tui forward {pod.id} 8888",)
    proxied = a_pod(ssh_direct=None)
    assert "RP6" in str(fix("forward").remedy(proxied, an_account(proxied)))
