"""`rgt-tui pull`, from Pods that hold real files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.cli import main
from rgt_tui.clients import ssh_wire
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.files import StoredFile, safetensors
from tests.clients.sshd import make_key
from tests.commands.conftest import Call


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    code = main(["--demo", "pull", *argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_all_checkpoints_come_at_their_full_paths(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = answer(capsys, "train-a", "--to", str(tmp_path / "home"))
    assert (code, found["complete"]) == (1, False), "one of them is broken on the Pod, too"
    broken = [row["remote"] for row in found["files"] if row["verdict"] == "broken"]
    assert broken == ["/workspace/eval.safetensors"]
    paths = {row["path"].removeprefix(f"{tmp_path}/home/") for row in found["files"]}
    assert {"root/best.safetensors", "workspace/eval.safetensors"} <= paths
    assert all(row["equal"] and row["held"] for row in found["files"])
    assert all(Path(row["path"]).stat().st_size == row["bytes"] for row in found["files"])
    assert {group["verdict"] for group in found["groups"]} == {"ok"}
    written = json.loads(Path(found["manifest"]).read_text())
    assert written["there"]["digest"] == found["digest_there"]


def test_what_is_named_lands_under_its_own_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = answer(
        capsys, "train-a", "/root//best.safetensors", "--to", str(tmp_path / "home")
    )
    assert (code, found["complete"]) == (0, True)
    assert [row["path"] for row in found["files"]] == [f"{tmp_path}/home/best.safetensors"]
    assert found["files"][0]["verdict"] == "ok"


def test_who_pulls_logs_in_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins: list[str] = []
    real = ssh_wire.connect

    async def connect(login: ssh_wire.Login) -> ssh_wire.Wire:
        logins.append(login.where)
        return await real(login)

    monkeypatch.setattr(ssh_wire, "connect", connect)
    code, _ = answer(capsys, "train-a", "/root/best.safetensors", "--to", str(tmp_path / "home"))
    assert code == 0
    assert len(logins) == 1, logins


def test_what_came_equal_and_is_broken_on_the_pod_too_is_told_apart(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["pull", "train-a", "/workspace/eval.safetensors", "--to", str(tmp_path / "home")]
    assert main(["--demo", *words]) == 1
    said = capsys.readouterr()
    assert said.out.startswith(f"BROKEN    {tmp_path}/home/eval.safetensors")
    assert "not to be relied on: /workspace/eval.safetensors is broken there, too" in said.err


def test_the_gateway_is_refused_with_what_to_do_instead(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = answer(capsys, "infer-x", "--to", str(tmp_path / "home"))
    assert code == 4
    assert found["error"]["code"] == "pull_no_road"
    assert "RP6" in found["error"]["message"]
    for word in ("22/tcp", "S3", "runpodctl send", "RP13"):
        assert word in found["error"]["hint"]
    assert not (tmp_path / "home").exists()


def test_a_relative_path_is_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, found = answer(capsys, "train-a", "out/../x", "--to", str(tmp_path / "home"))
    assert (code, found["error"]["code"]) == (2, "usage")


def test_a_folder_of_no_name_is_wrong_usage_and_not_the_current_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, found = answer(capsys, "train-a", "/root/best.safetensors", "--to", "")
    assert (code, found["error"]["code"]) == (2, "usage")
    assert not list(tmp_path.iterdir())


def test_what_is_not_there_fails_and_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = answer(
        capsys, "train-a", "/workspace/none", "/workspace/eval.safetensors", "--to", str(tmp_path)
    )
    assert (code, found["complete"]) == (1, False)
    assert found["skipped"][0]["path"] == "/workspace/none"


def test_people_read_what_came_and_where_the_manifest_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = str(tmp_path / "home")
    assert main(["--demo", "pull", "train-a", "/root/best.safetensors", "--to", home]) == 0
    said = capsys.readouterr()
    assert "1 of 1 files" in said.out
    assert "1 held" in said.out
    assert "manifest  " in said.out
    assert said.err == ""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A Pod with checkpoints on both disks, of which one is broken, and no large file."""
    world = build_world(scenarios=["rp51_checkpoint_overdue"])
    world.find("long-run").machine.stored += [
        StoredFile(path="/root/best.safetensors", content=safetensors(7)),
        StoredFile(path="/workspace/eval.safetensors", content=safetensors(8)[:-900]),
    ]
    with Simulator(world) as served:
        yield served


def test_a_key_that_is_not_the_pinned_one_is_looked_for_in_the_boot_log(
    call: Call, simulator: Simulator, tmp_path: Path
) -> None:
    words = ["/root/best.safetensors", "--to", str(tmp_path / "home")]
    asked = ("pull", "long-run", *words, "--identity", str(simulator.ssh_identity))
    assert call(*asked)[0] == 0
    file = tmp_path / "rgt/state/hostkeys.json"
    kept = json.loads(file.read_text())
    (pod,) = kept["pins"]
    right = kept["pins"][pod]
    assert right["how"] == "boot log"
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text().split()
    changed = {**right, "key": " ".join(other[:2])}
    file.write_text(json.dumps({**kept, "pins": {pod: changed}}))
    assert call(*asked)[0] == 0
    assert json.loads(file.read_text())["pins"][pod] == right
    simulator.change_host_key("long-run")
    assert "the host key changed" in call(*asked)[2]


@pytest.mark.parametrize("root", ["/", "//"])
def test_the_root_of_a_pod_is_a_folder_like_any_other(
    call: Call, simulator: Simulator, tmp_path: Path, root: str
) -> None:
    home = str(tmp_path / "home")
    key = ("--identity", simulator.ssh_identity)
    code, out, _ = call("pull", "long-run", root, "/root", "--to", home, *key, "--json")
    found = json.loads(out)
    paths = {row["path"].removeprefix(f"{tmp_path}/home/") for row in found["files"]}
    assert {"root/best.safetensors", "workspace/eval.safetensors"} <= paths
    assert all(row["equal"] for row in found["files"])
    assert {row["verdict"] for row in found["files"]} >= {"ok", "broken"}
    assert (code, bool(found["groups"])) == (1, True), "one of them is broken on the Pod, too"


def test_more_than_the_disk_here_holds_is_refused_before_a_byte_comes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = answer(capsys, "train-a", "/", "--to", str(tmp_path / "home"))
    assert (code, found["error"]["code"]) == (4, "pull_no_room")
    assert "are to come" in found["error"]["message"]


@pytest.mark.parametrize("place", ["/dev/shm/rgt-none/a", "/proc/rgt-none"])
def test_a_folder_that_cannot_be_filled_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], place: str
) -> None:
    code, found = answer(capsys, "train-a", "/root", "--to", place)
    kind = "not_writable" if place.startswith("/proc") else "target_in_memory"
    assert (code, found["error"]["code"]) == (2, f"pull_{kind}")
    assert not Path("/dev/shm/rgt-none").exists()


def test_a_pull_of_what_is_not_there_leaves_no_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found = answer(capsys, "train-a", "/workspace/none", "--to", str(tmp_path / "home"))
    assert (code, found["manifest"]) == (1, None)
    assert not (tmp_path / "home").exists()
