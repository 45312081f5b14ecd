"""`rgt-tui probe --ssh` against a real sshd: what it prints and how it exits."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.commands._targets import ssh_target
from rgt_tui.commands.probe import mount_json
from rgt_tui.domain.errors import UsageError
from rgt_tui.probes import quick_probes
from rgt_tui.probes.df import parse
from tests.clients.sshd import Sshd, running_sshd
from tests.probes.captured import section
from tests.shared import ROOT


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


def rgt_tui(home: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rgt_tui", "probe", *argv],
        env={"RGT_TUI_HOME": str(home / "rgt"), "PATH": "/usr/bin:/bin", "HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(home: Path, *argv: str) -> tuple[int, dict[str, Any]]:
    ran = rgt_tui(home, *argv, "--json")
    assert "Traceback" not in ran.stderr
    assert ran.stdout.count("\n") == 1
    return ran.returncode, json.loads(ran.stdout)


def address(server: Sshd) -> tuple[str, ...]:
    target = server.target()
    where = f"{target.username}@127.0.0.1:{server.port}"
    return ("--ssh", where, "--identity", str(server.identity))


def test_the_json_holds_the_mounts_and_says_why_there_is_no_gpu(sshd: Sshd, tmp_path: Path) -> None:
    code, said = answer(tmp_path, *address(sshd))
    assert code == 0
    assert said["schema"] == 1
    assert said["host_key"]["how"] == "first seen"
    root = next(mount for mount in said["disk"]["mounts"] if mount["path"] == "/")
    assert root["size_source"] == "df"
    assert root["size_bytes"] > root["used_bytes"] > 0
    codes = {part["name"]: part["exit_code"] for part in said["sections"]}
    assert (codes["df"], codes["nvidia_smi"], codes["processes"]) == (0, 0, 0)
    assert said["gpu"]["gpus"] or "GPU" in said["gpu"]["absent"]
    assert said["fault"] is None


def test_without_json_it_prints_the_same_for_people(sshd: Sshd, tmp_path: Path) -> None:
    ran = rgt_tui(tmp_path, *address(sshd))
    assert ran.returncode == 0
    assert "host key SHA256:" in ran.stdout
    assert " container " in ran.stdout


def test_a_changed_host_key_exits_4_and_says_how_to_go_on(sshd: Sshd, tmp_path: Path) -> None:
    assert answer(tmp_path, *address(sshd))[0] == 0
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    code, said = answer(tmp_path, *address(sshd))
    assert code == 4
    assert "the host key changed" in said["error"]["message"]
    assert "hostkeys.json" in said["error"]["hint"]


def test_a_key_that_is_not_accepted_exits_4(sshd: Sshd, tmp_path: Path) -> None:
    (sshd.folder / "login.pub").write_text("")
    code, said = answer(tmp_path, *address(sshd))
    assert code == 4
    assert "no offered key was accepted" in said["error"]["message"]


def demo(home: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rgt_tui", "--demo", "probe", *argv],
        env={"RGT_TUI_HOME": str(home / "rgt"), "PATH": "/usr/bin:/bin", "HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("transport", ["auto", "proxy"])
def test_a_pod_without_direct_ssh_is_examined_through_the_gateway(
    tmp_path: Path, transport: str
) -> None:
    ran = demo(tmp_path, "infer-x", "--transport", transport, "--json")
    said = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert (said["transport"], said["fault"]) == ("proxy", None)
    assert [gpu["name"] for gpu in said["gpu"]["gpus"]] == ["NVIDIA L40S"]
    assert {part["seconds"] for part in said["sections"]} == {None}


def test_the_gateway_is_named_with_what_it_cannot_do(tmp_path: Path) -> None:
    ran = demo(tmp_path, "infer-x")
    assert "by RunPod's gateway: no scp, sftp, rsync or forwards that way (RP6)" in ran.stdout


def test_the_host_key_of_a_pod_is_compared_with_its_boot_log(tmp_path: Path) -> None:
    said = json.loads(demo(tmp_path, "train-a", "--json").stdout)
    assert (said["transport"], said["host_key"]["how"]) == ("direct", "boot log")


def test_a_way_that_is_not_offered_exits_4_and_names_the_other(tmp_path: Path) -> None:
    ran = demo(tmp_path, "infer-x", "--transport", "direct")
    assert ran.returncode == 4
    assert "offers it no direct SSH" in ran.stderr
    assert "--transport proxy" in ran.stderr


def test_the_gateway_is_known_by_its_name() -> None:
    by_name = ssh_target("3c5v7b9n1m-64411f3b@ssh.runpod.io")
    assert by_name.road == "proxy"
    assert by_name.pin_id == "gateway ssh.runpod.io"
    assert ssh_target("root@127.0.0.1:22").road == "direct"


def test_a_closed_port_exits_4(sshd: Sshd, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        where = f"root@127.0.0.1:{unused.getsockname()[1]}"
        code, said = answer(tmp_path, "--ssh", where, "--identity", str(sshd.identity))
    assert code == 4
    assert "connection refused" in said["error"]["message"]


def test_a_known_hosts_file_without_the_host_exits_4(sshd: Sshd, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("# nobody\n")
    code, said = answer(tmp_path, *address(sshd), "--known-hosts", str(file))
    assert code == 4
    assert "lists no key of this host" in said["error"]["message"]


@pytest.mark.parametrize(
    "argv",
    [
        ("--ssh", "root@127.0.0.1:1", "--transport", "pigeon"),
        ("--ssh", "root@127.0.0.1:99999"),
        ("--ssh", "two words"),
        ("pod", "--ssh", "root@127.0.0.1"),
        (),
    ],
)
def test_a_request_that_makes_no_sense_exits_2(argv: tuple[str, ...], tmp_path: Path) -> None:
    code, said = answer(tmp_path, *argv)
    assert code == 2
    assert said["error"]["message"]


@pytest.mark.parametrize(
    ("text", "host", "port", "username"),
    [
        ("127.0.0.1", "127.0.0.1", 22, "root"),
        ("ubuntu@gpu.example:2222", "gpu.example", 2222, "ubuntu"),
        ("[::1]", "::1", 22, "root"),
        ("me@[fe80::1%eth0]:22017", "fe80::1%eth0", 22017, "me"),
    ],
)
def test_an_address_is_read_as_ssh_users_write_it(
    text: str, host: str, port: int, username: str
) -> None:
    target = ssh_target(text)
    assert (target.host, target.port, target.username) == (host, port, username)


@pytest.mark.parametrize("text", ["", "@host", "host:", "host:0", "::1", "a@b@c", "-oProxy=x", "h\n"])  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not \[USER@\]HOST\[:PORT\]"):
        ssh_target(text)


def test_a_network_volume_never_shows_the_pools_figures() -> None:
    workspace = parse(section("df_network_volume.txt")).at("/workspace")
    assert workspace is not None
    row = mount_json(workspace)
    assert (row["kind"], row["size_source"]) == ("network", "none")
    assert (row["used_bytes"], row["size_bytes"], row["free_bytes"]) == (None, None, None)
    assert row["survives_terminate"]


def test_explain_prints_the_script_that_would_run_and_asks_nobody(tmp_path: Path) -> None:
    ran = rgt_tui(tmp_path, "--explain")
    assert ran.returncode == 0
    checked = subprocess.run(["sh", "-n"], input=ran.stdout, text=True, check=False)
    assert checked.returncode == 0
    for probe in quick_probes():
        assert f"\n{probe.name}) " in ran.stdout
    assert "\nlargest) " not in ran.stdout
    code, said = answer(tmp_path, "--explain", "--slow")
    assert code == 0
    assert {"largest", "volume_use"} <= {it["name"] for it in said["questions"]}


def test_every_report_is_in_the_json_whole(sshd: Sshd, tmp_path: Path) -> None:
    _, said = answer(tmp_path, *address(sshd))
    reports = said["reports"]
    assert reports["identity"]["report"]["kernel"]
    assert reports["processes"]["report"]["total"] > 0
    assert reports["tools"]["unknown"] is None
    assert reports["largest"] == {"report": None, "unknown": "not asked"}
    assert set(said["gpu"]) >= {"cuda", "image_cuda", "cuda_verdict"}
