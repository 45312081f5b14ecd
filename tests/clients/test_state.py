"""The last known state on disk: a copy that may be damaged and never does damage."""

import fcntl
import json
import os
import random
import resource
import stat
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.clients.state import load_account, save_account, saved_kinds
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import NetworkMount, PodList
from rgt_tui.domain.readiness import Answered
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.nvidia_smi import GpuProcess, GpuReport
from tests.values import NOW, a_pod, an_account, having

POD = a_pod(
    args="--token=hf_CANARY000000000000",
    env_names=("HF_TOKEN",),
    network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),),
)
MOUNT = DiskMount(
    path="/",
    source="overlay",
    fstype="overlay",
    kind=MountKind.CONTAINER,
    used_bytes=20,
    size_bytes=21,
    free_bytes=1,
    inodes_used=None,
    inodes_total=None,
    answered=True,
)
DISK = DiskReport((MOUNT,))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "account.json"


def full() -> Account:
    account = an_account(POD)
    volume = NetworkVolume(id="v1", name="data", size_gb=500, data_center="US", tier="STANDARD")
    account = account.after(Change(VolumeList, Observed(VolumeList((volume,)), NOW - 5)))
    balance = Balance(balance=Decimal("12.340"), spend_per_hour=None)
    account = account.after(Change(Balance, Observed(balance, NOW - 9)))
    return having(account, POD, DISK, at=NOW - 3)


def written(path: Path, content: str | bytes | dict[str, Any]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o600)


def names(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if p.suffix != ".lock")


def test_what_was_known_is_known_again_as_of_its_own_time_and_from_the_cache(path: Path) -> None:
    assert save_account(path, full(), NOW) == ""
    loaded = load_account(path, NOW + 100)
    assert loaded.problems == ()
    account = loaded.account
    assert account is not None
    assert account.pods == (replace(POD, args=""),)
    seen = account.evidence.latest(PodList)
    assert seen is not None
    assert (seen.at, seen.source) == (NOW, "cache")
    for kind in (VolumeList, Balance):
        assert account.evidence.value(kind) == full().evidence.value(kind)
    disk = account.about(POD.id).latest(DiskReport)
    assert disk == Observed(DISK, NOW - 3, "cache")


def test_saving_what_was_loaded_does_not_make_it_younger(path: Path) -> None:
    save_account(path, full(), NOW)
    first = load_account(path, NOW + 100).account
    assert first is not None
    save_account(path, first, NOW + 200)
    assert load_account(path, NOW + 300).account == first


def test_every_kind_that_probes_report_is_kept() -> None:
    assert {PodList, VolumeList, Balance, BootLog, DiskReport, GpuReport} <= set(saved_kinds())


def test_no_secret_reaches_the_disk(path: Path) -> None:
    process = GpuProcess(gpu_uuid="g", pid=1, name="python --token=hf_CANARY0", memory_bytes=None)
    log = BootLog(trouble="password CANARY", last_line="CANARY", pull_line="CANARY", begins=(NOW,))
    account = having(full(), POD, GpuReport(processes=(process,)))
    account = having(account, POD, log)
    save_account(path, account, NOW)
    assert "CANARY" not in path.read_text()
    assert "HF_TOKEN" in path.read_text()
    loaded = load_account(path, NOW).account
    assert loaded is not None
    kept = loaded.about(POD.id).value(BootLog)
    assert kept == BootLog(begins=(NOW,))


def test_a_failure_is_not_kept_and_the_value_before_it_is(path: Path) -> None:
    account = full().after(Change(PodList, Failed("CANARY", NOW + 1)))
    save_account(path, account, NOW + 2)
    loaded = load_account(path, NOW + 2).account
    assert loaded is not None
    assert loaded.evidence.reading(PodList).failure is None
    assert loaded.pods[0].id == POD.id


def test_an_answer_of_a_shell_is_worth_nothing_later(path: Path) -> None:
    save_account(path, having(full(), POD, Answered("direct")), NOW)
    assert "Answered" not in path.read_text()


def test_file_and_folder_are_for_the_owner_only(path: Path) -> None:
    save_account(path, full(), NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_file_is_no_problem(path: Path) -> None:
    loaded = load_account(path, NOW)
    assert (loaded.account, loaded.problems) == (None, ())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\x00" * 64,
        "{",
        "[]",
        "null",
        '"approved_at=2099"',
        b"\xff\xfe",
        "[" * 100_000,
        '{"schema":1}',
        '{"program":"other","schema":1}',
        '{"program":"rgt-tui","schema":"1"}',
        '{"program":"rgt-tui","schema":true}',
        '{"program":"rgt-tui","schema":1,"schema":1}',
        '{"program":"rgt-tui","schema":1,"saved_at":NaN}',
    ],
)
def test_a_file_that_is_not_ours_is_set_aside_and_said_once(
    content: str | bytes, path: Path
) -> None:
    written(path, content)
    loaded = load_account(path, NOW)
    assert loaded.account is None
    assert len(loaded.problems) == 1
    assert "account.json.broken-1" in loaded.problems[0]
    assert loaded.problems[0].isprintable()
    assert names(path) == ["account.json.broken-1"]
    assert load_account(path, NOW).problems == ()
    assert save_account(path, full(), NOW) == ""


def test_a_newer_file_is_set_aside_for_the_newer_version(path: Path) -> None:
    written(path, {"program": "rgt-tui", "schema": 2, "anything": []})
    loaded = load_account(path, NOW)
    assert "newer version" in loaded.problems[0]
    assert names(path) == ["account.json.newer"]


def test_damaged_files_do_not_pile_up(path: Path) -> None:
    for number in range(12):
        written(path, f"damage {number}")
        load_account(path, NOW)
    assert len(names(path)) == 9
    assert path.with_name("account.json.broken-9").read_text() == "damage 11"


@pytest.mark.parametrize("what", ["fifo", "folder", "open", "endless"])
def test_whatever_lies_there_is_set_aside_at_once(what: str, path: Path) -> None:
    written(path, {"program": "rgt-tui", "schema": 1})
    if what == "open":
        path.chmod(0o666)
    elif what == "endless":
        path.unlink()
        path.symlink_to("/dev/zero")
    else:
        path.unlink()
        os.mkfifo(path) if what == "fifo" else path.mkdir()
    loaded = load_account(path, NOW)
    assert loaded.account is None
    assert "kept as account.json.broken-1" in loaded.problems[0]


def test_a_reading_that_is_damaged_costs_that_reading_only(path: Path) -> None:
    save_account(path, full(), NOW)
    record = json.loads(path.read_text())
    record["account"]["Balance"]["value"]["balance"] = "lots"
    record["account"]["VolumeList"]["at"] = None
    record["account"]["Unheard"] = {"at": NOW, "value": {}}
    written(path, record)
    loaded = load_account(path, NOW)
    assert loaded.problems == ("Saved readings that could not be understood: 2.",)
    assert loaded.account is not None
    assert loaded.account.pods
    assert loaded.account.evidence.latest(Balance) is None


def test_a_reading_from_the_future_is_left_out_and_said(path: Path) -> None:
    save_account(path, having(full(), POD, DISK, at=NOW + 4e9), NOW)
    loaded = load_account(path, NOW)
    assert loaded.account is not None
    assert loaded.account.about(POD.id).latest(DiskReport) is None
    assert "from the future: 1" in loaded.problems[0]


def test_a_reading_a_moment_ahead_of_the_clock_is_not_younger_than_now(path: Path) -> None:
    save_account(path, full(), NOW)
    loaded = load_account(path, NOW - 5)
    assert loaded.account is not None
    seen = loaded.account.evidence.latest(PodList)
    assert seen is not None
    assert seen.at == NOW - 5


def test_readings_of_a_pod_that_is_not_listed_are_not_loaded(path: Path) -> None:
    save_account(path, full(), NOW)
    record = json.loads(path.read_text())
    record["pods"]["other"] = record["pods"][POD.id]
    written(path, record)
    loaded = load_account(path, NOW)
    assert loaded.account is not None
    assert list(loaded.account.by_pod) == [POD.id]


def test_however_a_file_is_cut_or_bent_it_is_read_without_a_crash(path: Path) -> None:
    save_account(path, full(), NOW)
    whole = path.read_bytes()
    bend = random.Random(7)
    for _ in range(300):
        content = bytearray(whole[: bend.randrange(len(whole))] if bend.random() < 0.5 else whole)
        for _ in range(bend.randrange(4) if content else 0):
            content[bend.randrange(len(content))] = bend.randrange(256)
        written(path, bytes(content))
        load_account(path, NOW)


@pytest.mark.parametrize("limit", [0, 100])
def test_a_full_disk_costs_a_sentence_and_the_old_state_stays(path: Path, limit: int) -> None:
    save_account(path, full(), NOW)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limits[1]))
    try:
        problem = save_account(path, full(), NOW + 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert problem == f"The last known state is not kept in {path.parent}: file too large."
    assert path.read_bytes() == before
    assert names(path) == ["account.json"]


def test_a_folder_that_cannot_be_made_costs_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file exists" in save_account(tmp_path / "file/state/account.json", full(), NOW)
    assert load_account(tmp_path / "file/state/account.json", NOW).problems == ()
    assert "not kept" in save_account(Path("/proc/nowhere/account.json"), full(), NOW)


def test_a_folder_that_others_can_change_is_not_written_to(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o777)
    assert "chmod 700" in save_account(path, full(), NOW)
    assert names(path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_read_only_home_costs_a_sentence(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    assert "permission denied" in save_account(path, full(), NOW)


def test_while_another_console_writes_this_one_does_not(path: Path) -> None:
    save_account(path, full(), NOW)
    before = path.read_bytes()
    with path.with_name("account.json.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert save_account(path, Account(), NOW + 1) == ""
    assert path.read_bytes() == before


def test_a_link_in_place_of_the_lock_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.with_name("account.json.lock").symlink_to(tmp_path / "victim")
    assert "not kept" in save_account(path, full(), NOW)
    assert not (tmp_path / "victim").exists()
