"""`rgt-tui export`: what Prometheus reads, judged by Prometheus' own parser."""

import json
import os
import signal
import socket
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rgt_tui.commands._metrics import (
    ADDED_UP_OLD_S,
    GPUS_MAX,
    LABEL_MAX,
    MOUNTS_MAX,
    OLD_S,
    metrics_of,
    read_times,
    text_of,
)
from rgt_tui.commands._scraped import place
from rgt_tui.commands.export import MODE
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.errors import UsageError
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.money import Balance
from rgt_tui.domain.objects import StoredUse, StoredUses
from rgt_tui.domain.pod import GpuUse, NetworkMount, PodList, Runtime
from rgt_tui.domain.readiness import Answered
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.panes import Scene
from rgt_tui.places import replace_file
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.gpu_health import GpuHealth, GpuHealthReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuReport
from rgt_tui.simulator import Simulator, build_world
from tests.commands.conftest import Call, Started, answer
from tests.values import NOW, a_pod, an_account, having

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]
POD = a_pod()


def parsed(text: str | bytes) -> Series:
    """The series of a text, by name and labels; the parser raises on what is none."""
    told = text if isinstance(text, str) else text.decode()
    samples = [it for family in text_string_to_metric_families(told) for it in family.samples]
    series = {(it.name, frozenset(it.labels.items())): it.value for it in samples}
    assert len(series) == len(samples), "no series twice"
    return series


def told(account: Account, *findings: Finding, later: float = 0.0) -> Series:
    everything: dict[PodId | None, tuple[Finding, ...]] = {}
    everything.update({pod.id: findings for pod in account.pods})
    scene = Scene(account=account, findings=everything, now=NOW + later)
    return parsed(text_of(metrics_of(scene, {"pods": 2})))


def names(series: Series) -> set[str]:
    return {name for name, _ in series}


def of(series: Series, metric: str, /, **labels: str) -> float | None:
    """The one series that has these labels among its own."""
    found = [
        v for (n, its), v in series.items() if n == metric and labels.items() <= dict(its).items()
    ]
    assert len(found) <= 1
    return found[0] if found else None


def test_what_a_pod_is_called_cannot_break_the_format_or_grow_without_bound() -> None:
    hostile = 'a"} 1\n# EOF\n\\n{x="\x1b[2J' + "é" * 5000
    series = told(an_account(a_pod(name=hostile, image='"\n\\')))
    (labels,) = (dict(its) for name, its in series if name == "runpod_pod_info")
    assert labels["pod"] == POD.id
    assert labels["name"].startswith('a"} 1\\x0a# EOF')
    assert labels["name"].isprintable()
    assert len(labels["name"]) < LABEL_MAX + 40
    assert of(series, "runpod_up") == 1.0


def test_what_is_unknown_is_left_out_and_never_zero() -> None:
    bare = a_pod(cost_per_hour=None, gpu_count=None, started_at=None, runtime=None)
    series = told(an_account(bare))
    for absent in ("cost_usd_per_hour", "gpus", "start_time_seconds", "ssh_up", "disk_used_bytes"):
        assert f"runpod_pod_{absent}" not in names(series)
    for absent in ("balance_usd", "runway_seconds", "network_volume_info"):
        assert f"runpod_{absent}" not in names(series)
    assert of(series, "runpod_pod_disk_size_bytes", path="/workspace") == 200 * 1024**3
    assert of(series, "runpod_read_errors_total", source="pods") == 2.0


def test_before_anything_was_read_not_even_up_is_told() -> None:
    assert names(told(Account())) == {
        "runpod_exporter_info",
        "runpod_series_left_out",
        "runpod_read_errors_total",
    }


def test_findings_money_and_readiness_are_told() -> None:
    money = Balance(balance=Decimal(5), spend_per_hour=Decimal("2.5"))
    account = an_account(POD).after(Change(Balance, Observed(money, NOW)))
    present = Finding(
        code="RP11",
        title="Container disk full",
        verdict="present",
        severity=Severity.CRITICAL,
        cause="",
        fix=(),
        source="",
    )
    unknown = replace(present, code="RP12", verdict="unknown", severity=Severity.INFO)
    series = told(account, present, unknown)
    assert of(series, "runpod_finding", code="RP11", severity="critical", pod=POD.id) == 1.0
    assert of(series, "runpod_finding", code="RP12") is None
    assert of(series, "runpod_findings_unknown", pod=POD.id) == 1.0
    assert of(series, "runpod_balance_usd") == 5.0
    assert of(series, "runpod_runway_seconds") == 7200.0
    assert of(series, "runpod_pod_readiness", readiness="up") == 1.0
    assert of(series, "runpod_pod_readiness", readiness="looping") == 0.0
    assert of(series, "runpod_pod_up") == 1.0


def test_old_values_are_dated_and_very_old_ones_left_out() -> None:
    account = an_account(POD).after(Change(PodList, Failed("no answer", NOW + 60, "not_sent")))
    series = told(account, later=60)
    assert of(series, "runpod_up") == 0.0
    assert of(series, "runpod_last_success_timestamp_seconds", what="pods") == NOW
    assert of(series, "runpod_pod_cost_usd_per_hour") == 1.19
    old = told(account, later=OLD_S + 1)
    assert not [name for name in names(old) if name.startswith("runpod_pod_")]
    assert of(old, "runpod_last_success_timestamp_seconds", what="pods") == NOW


def test_what_a_pod_showed_long_ago_is_left_out_though_the_list_is_fresh() -> None:
    gpu = Gpu(
        index=0,
        uuid="GPU-1",
        name="A100",
        util_percent=0.0,
        memory_used_bytes=1,
        memory_total_bytes=2,
        temperature_c=40.0,
        power_w=60.0,
        power_limit_w=300.0,
    )
    health = GpuHealthReport((GpuHealth(uuid="GPU-1", uncorrected=0),))
    account = an_account(POD)
    for seen in (Answered(road="direct"), GpuReport(gpus=(gpu,)), health):
        account = having(account, POD, seen)
    shown = ("runpod_pod_ssh_up", "runpod_pod_gpu_ecc_uncorrected", "runpod_idle_gpus_usd_per_hour")
    assert [of(told(account), name) is not None for name in shown] == [True] * 3
    later = OLD_S + 1
    listed = account.after(Change(PodList, Observed(PodList((POD,)), NOW + later)))
    assert [of(told(listed, later=later), name) for name in shown] == [None] * 3
    busy = having(listed, POD, GpuReport(gpus=(gpu,)), at=NOW + later)
    series = told(busy, later=later)
    assert of(series, "runpod_pod_gpu_temperature_celsius") == 40.0
    assert of(series, "runpod_pod_gpu_ecc_uncorrected") is None
    assert of(series, "runpod_idle_gpus_usd_per_hour") is not None


def test_nothing_is_said_of_idle_gpus_where_no_use_is_known() -> None:
    assert of(told(an_account(POD)), "runpod_idle_gpus_usd_per_hour") is None
    assert of(told(an_account()), "runpod_idle_gpus_usd_per_hour") == 0.0


@pytest.mark.parametrize(
    ("is_whole", "later", "expected"),
    [(True, OLD_S, 7.0), (False, 0.0, None), (True, ADDED_UP_OLD_S + 1, None)],
    ids=["added up", "at least", "long ago"],
)
def test_a_volume_has_the_use_that_was_added_up_of_late(
    is_whole: bool, later: float, expected: float | None
) -> None:
    pod = a_pod(network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),), volume_disk=None)
    volume = NetworkVolume(id="v1", name="data", size_gb=500, data_center="US", tier="STANDARD")
    uses = StoredUses((StoredUse(volume_id="v1", size=7, is_whole=is_whole),))
    account = an_account(pod, at=NOW + later).after(Change(StoredUses, Observed(uses, NOW, "s3")))
    account = account.after(Change(VolumeList, Observed(VolumeList((volume,)), NOW + later)))
    series = told(account, later=later)
    assert of(series, "runpod_network_volume_used_bytes") == expected
    assert of(series, "runpod_pod_disk_used_bytes", path="/workspace") == expected
    assert of(series, "runpod_pod_disk_size_bytes", path="/workspace") == 500 * 1024**3


def test_a_pod_with_a_thousand_mounts_and_gpus_has_a_bounded_number_of_series() -> None:
    uses = tuple(GpuUse(util=50.0, memory_util=None) for _ in range(1000))
    pod = a_pod(runtime=Runtime(uptime_s=60.0, gpus=uses))
    mounts = tuple(
        DiskMount(
            path=f"/mnt/{number}",
            source="/dev/sda",
            fstype="ext4",
            kind=MountKind.OTHER,
            size_bytes=2048,
            used_bytes=1024,
            free_bytes=1024,
            inodes_used=None,
            inodes_total=None,
            answered=True,
        )
        for number in range(1000)
    )
    series = told(having(an_account(pod), pod, DiskReport(mounts=mounts)))
    assert len([name for name, _ in series if name == "runpod_pod_gpu_utilization_ratio"]) == (
        GPUS_MAX
    )
    assert len([name for name, _ in series if name == "runpod_pod_disk_size_bytes"]) <= MOUNTS_MAX
    assert (of(series, "runpod_series_left_out") or 0) >= 1000 - GPUS_MAX + 1000 - MOUNTS_MAX
    assert of(series, "runpod_pod_gpu_utilization_ratio", gpu="3") == 0.5


def test_a_file_is_replaced_in_one_step_and_readable_by_all(tmp_path: Path) -> None:
    file = tmp_path / "runpod.prom"
    before = os.umask(0o077)
    try:
        replace_file(file, b"one\n", MODE)
        replace_file(file, b"two\n", MODE)
    finally:
        os.umask(before)
    assert file.read_bytes() == b"two\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "folder", b"x", MODE)
    assert sorted(it.name for it in tmp_path.iterdir()) == ["folder", "runpod.prom"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:9400", ("127.0.0.1", 9400)),
        ("localhost:0", ("127.0.0.1", 0)),
        ("[::1]:9400", ("::1", 9400)),
    ],
)
def test_where_to_listen(text: str, expected: tuple[str, int]) -> None:
    assert place(text, is_remote_allowed=False) == expected


@pytest.mark.parametrize(
    "text",
    ["", ":9400", "9400", "127.0.0.1", "127.0.0.1:70000", "::1:1", "no.example:1", "0.0.0.0:1"],
)
def test_where_not_to_listen(text: str) -> None:
    with pytest.raises(UsageError):
        place(text, is_remote_allowed=False)


def test_other_machines_are_let_in_only_when_that_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert place("0.0.0.0:9400", is_remote_allowed=True) == ("0.0.0.0", 9400)
    assert "whoever comes there reads the metrics" in capsys.readouterr().err


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Two Pods, served on loopback."""
    with Simulator(build_world(scenarios=("healthy_training", "rp04_stopped_disk_cost"))) as served:
        yield served


def test_a_run_writes_the_file_and_a_run_in_an_outage_says_so_in_it(
    call: Call, simulator: Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "runpod.prom"
    way = ("export", "--no-ssh", "--json", "--textfile", str(file))
    called = call(*way)
    assert (called[0], called[2]) == (0, "")
    series = parsed(file.read_text())
    assert answer(called)["series"] == len(series)
    assert of(series, "runpod_up") == 1.0
    assert of(series, "runpod_pod_info", name="train-a", status="RUNNING") == 1.0
    assert of(series, "runpod_finding", code="RP4", severity="warning") == 1.0
    assert of(series, "runpod_balance_usd") is not None
    read_at = of(series, "runpod_last_success_timestamp_seconds", what="pods")
    simulator.faults.drop = True
    code, out, _ = call(*way)
    assert (code, "error" in json.loads(out)) == (4, True)
    after = parsed(file.read_text())
    assert of(after, "runpod_up") == 0.0
    assert of(after, "runpod_last_success_timestamp_seconds", what="pods") == read_at
    assert "runpod_pod_info" not in names(after), "unknown is not what it was"
    assert [it.name for it in tmp_path.iterdir() if it.name.endswith("tmp")] == []


def test_a_file_that_is_no_metrics_tells_no_times() -> None:
    assert read_times("{{{ \x00") == {}
    assert read_times("") == {}


def test_it_serves_and_writes_until_it_is_ended(
    started: Started, simulator: Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "runpod.prom"
    serving = started("export", "--no-ssh", "--listen", "127.0.0.1:0", "--json")
    writing = started("export", "--no-ssh", "--textfile", str(file), "--interval", "5")
    assert serving.stdout is not None
    line = json.loads(serving.stdout.readline())
    assert (line["schema"], line["address"]) == (1, "127.0.0.1")
    with urllib.request.urlopen(line["url"], timeout=20) as page:
        assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        series = parsed(page.read())
    assert of(series, "runpod_pod_up", pod="7h9k2m4n6p") == 1.0
    assert of(series, "runpod_finding", code="RP4") == 1.0
    assert of(series, "runpod_read_errors_total", source="pods") == 0.0
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(line["url"].replace("metrics", "pods"), timeout=20)
    while not file.exists():
        assert writing.poll() is None
        time.sleep(0.05)
    assert of(parsed(file.read_text()), "runpod_up") == 1.0
    serving.send_signal(signal.SIGINT)
    writing.send_signal(signal.SIGTERM)
    assert (serving.wait(30), writing.wait(30)) == (130, 0)
    assert simulator.api_key not in file.read_text()
    assert writing.stderr is not None
    assert writing.stderr.read() == ""


def test_a_request_that_makes_no_sense_exits_2_and_a_port_that_is_taken_4(call: Call) -> None:
    wrong = [
        (),
        ("--textfile", "a.prom", "--listen", "127.0.0.1:0"),
        ("--listen", "0.0.0.0:9400"),
        ("--textfile", "/nonexistent/a.prom"),
        ("--textfile", "a.prom", "--interval", "1"),
    ]
    assert [call("export", *argv)[0] for argv in wrong] == [2] * len(wrong)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = call("export", "--no-ssh", "--listen", f"127.0.0.1:{port}")
    assert code == 4
    assert f"cannot listen on 127.0.0.1:{port}" in err
