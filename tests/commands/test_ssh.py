"""`rgt-tui ssh`: the system's ssh against simulated Pods, started as a person would start it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import fingerprint
from rgt_tui.clients.ssh_program import as_value, believe, identity
from rgt_tui.clients.ssh_target import SshTarget
from rgt_tui.domain.errors import SshError
from rgt_tui.simulator import Simulator
from tests.clients.sshd import make_key
from tests.commands.conftest import Call, settings
from tests.shared import ROOT

Ran = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="no ssh here")


@pytest.fixture
def ran(simulator: Simulator, tmp_path: Path) -> Ran:
    """Runs the program with the simulated account's key, so that it becomes `ssh`."""

    def run(
        *argv: str, said: str = "", path: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "rgt_tui", "--identity", simulator.ssh_identity, *argv],
            env=settings(simulator, tmp_path) | ({} if path is None else {"PATH": path}),
            cwd=ROOT,
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


TERMINAL = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"


def test_a_command_runs_there_and_its_exit_code_is_ours(
    ran: Ran, call: Call, simulator: Simulator, tmp_path: Path
) -> None:
    first = ran("ssh", "train-a", "--", 'cat; echo "$RUNPOD_API_KEY" >&2; exit 7', said="by stdin")
    assert (first.returncode, first.stdout) == (7, "by stdin")
    assert first.stderr.strip() == ""
    pins = json.loads((tmp_path / "rgt/state/hostkeys.json").read_text())["pins"]
    (known,) = (tmp_path / "rgt/state/known_hosts").iterdir()
    assert known.stat().st_mode & 0o777 == 0o600
    assert f"rgt-7h9k2m4n6p {pins['7h9k2m4n6p']['key']}\n" in known.read_text()
    assert pins["7h9k2m4n6p"]["how"] == "boot log"
    words = ran("ssh", "train-a", "--", "-V", "-oProxyCommand=false")
    assert (words.returncode, words.stdout) == (2, "")
    assert "/bin/sh" in words.stderr, "the Pod's shell was given them: none is an option of ssh"
    printed = call("ssh", "train-a", "--print", "--identity", simulator.ssh_identity)[1]
    assert "StrictHostKeyChecking=yes" in printed
    shell = subprocess.run(
        [sys.executable, "-c", TERMINAL, "/bin/sh", "-c", printed],
        input="tty && exit 5\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (shell.returncode, "/dev/pts/" in shell.stdout) == (5, True)
    simulator.change_host_key("train-a")
    refused = ran("ssh", "train-a", "--", "true")
    assert refused.returncode == 255
    assert "Host key verification failed" in refused.stderr


def test_the_gateway_is_taken_and_what_it_cannot_do_is_said(ran: Ran) -> None:
    shell = ran("ssh", "infer-x", said="echo in $((40 + 2)); exit 3\n")
    assert shell.returncode == 3
    assert "in 42" in shell.stdout
    assert "no commands, copies or forwards (RP6)" in shell.stderr
    command = ran("ssh", "infer-x", "--", "ls")
    assert command.returncode == 4
    assert "which runs no commands (RP6)" in command.stderr
    assert command.stdout == ""


def test_print_runs_nothing_and_names_what_ssh_is_told(call: Call, simulator: Simulator) -> None:
    code, out, err = call("ssh", "train-a", "--print", "--identity", simulator.ssh_identity)
    assert code == 0
    assert out.startswith("ssh -p ")
    assert "-o HostKeyAlias=rgt-7h9k2m4n6p" in out
    assert "-a -x" in out
    assert out.endswith(" -- root@rgt-7h9k2m4n6p\n")
    assert "StrictHostKeyChecking=accept-new" in out
    assert "its host key is not known yet" in err
    assert simulator.ssh_connections("train-a") == 0


def test_the_jump_host_of_the_configuration_is_on_the_way(call: Call, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[ssh]\njump_host = "me@bastion:2222"\n')
    assert " -J me@bastion:2222 " in call("--config", str(config), "ssh", "train-a", "--print")[1]


def test_without_ssh_it_says_so(ran: Ran, tmp_path: Path) -> None:
    found = ran("ssh", "train-a", path=str(tmp_path))
    assert found.returncode == 4
    assert "there is no `ssh` on PATH" in found.stderr


def test_a_pod_that_is_not_to_be_reached(call: Call) -> None:
    for pod, expected, said in (
        ("train-z", 2, "Did you mean 'train-a'?"),
        ("old-ckpt", 4, "the Pod is EXITED"),
    ):
        code, out, err = call("ssh", pod)
        assert (code, out) == (expected, "")
        assert said in err


def test_a_key_that_only_ssh_can_unlock_leaves_the_host_key_compared_with_the_boot_log(
    call: Call, simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[list[str]] = []
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setattr("rgt_tui.commands.ssh._become", begun.append)
    monkeypatch.setattr("rgt_tui.commands.ssh._child", lambda argv: 0)
    locked = str(make_key(tmp_path / "locked", passphrase="secret"))
    code, _, err = call("ssh", "train-a", "--identity", locked)
    assert code == 0
    assert "ssh has to log in by itself" in err
    assert "StrictHostKeyChecking=yes" in begun[0]
    simulator.change_host_key("train-a")
    (tmp_path / "rgt/state/hostkeys.json").unlink()
    code, _, err = call("ssh", "train-a", "--identity", locked)
    assert (code, len(begun)) == (4, 1)
    assert "is not in the Pod's boot log" in err


def test_a_demo_runs_ssh_beside_its_account(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "rgt_tui", "--demo", "ssh", "train-a", "--", "echo demo; exit 9"],
        env={"HOME": str(tmp_path), "RGT_TUI_HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (found.returncode, found.stdout) == (9, "demo\n")


@pytest.fixture
def target() -> SshTarget:
    return SshTarget(
        host="203.0.113.7",
        port=22017,
        username="root",
        name="train-a",
        pin_id="7h9k2m4n6p",
        start="1",
        owner="7h9k2m4n6p",
    )


def public(path: Path) -> str:
    return " ".join(make_key(path).with_suffix(".pub").read_text().split()[:2])


def test_a_key_that_ssh_took_is_the_only_one_until_the_pod_starts_anew(
    target: SshTarget, tmp_path: Path
) -> None:
    first = believe(target, "", tmp_path)
    assert (first.is_known, "StrictHostKeyChecking=accept-new" in first.options) == (False, True)
    key = public(tmp_path / "key")
    with (tmp_path / "known_hosts/7h9k2m4n6p").open("a") as file:
        file.write(f"rgt-7h9k2m4n6p {key}\n")
    again = believe(target, "", tmp_path)
    assert (again.is_known, "StrictHostKeyChecking=yes" in again.options) == (True, True)
    assert believe(replace(target, printed=frozenset({fingerprint(key)})), "", tmp_path).is_known
    with pytest.raises(SshError, match="not in the Pod's boot log"):
        believe(replace(target, printed=frozenset({"SHA256:other"})), "", tmp_path)
    assert not believe(replace(target, start="2"), "", tmp_path).is_known
    assert key not in (tmp_path / "known_hosts/7h9k2m4n6p").read_text()


def test_paths_are_told_to_ssh_as_they_are() -> None:
    assert as_value(Path("/a b/100%")) == '"/a b/100%%"'
    assert identity(Path("/a b/%h")) == ("-i", "/a b/%%h")
    with pytest.raises(SshError, match="has a quote"):
        as_value(Path('/a"b'))
