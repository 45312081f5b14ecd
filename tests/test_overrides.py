"""What a script should use on one Pod, by its own facts; checked with a real shell."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import NetworkMount, Pod, VolumeDisk
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.overrides import Override, as_shell, overrides_of
from rgt_tui.probes.cgroup import CgroupReport
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.environment import CacheFolder, EnvironmentReport
from rgt_tui.probes.tools import ToolsReport
from tests.panes.test_disk import DISK, ROOT, mount
from tests.values import NOW, a_pod, an_account, having

ROOMY = replace(ROOT, used_bytes=4 * GIB)
NET = mount("/workspace", MountKind.NETWORK, 1e6, 2e6, "mfs#euro.runpod.net:9421")


def by_name(pod: Pod, account: Account) -> dict[str, Override]:
    return {one.name: one for one in overrides_of(pod, account)}


def seen(pod: Pod, *mounts: DiskMount) -> Account:
    return having(an_account(pod), pod, DiskReport(mounts))


def on_network(path: str = "/workspace") -> Pod:
    return a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path=path),))


def test_a_network_volume_is_durable_and_a_volume_disk_is_not() -> None:
    pod = on_network()
    listed = VolumeList(
        (NetworkVolume(id="v1", name="v", size_gb=50, data_center=None, tier=None),)
    )
    account = seen(pod, ROOMY, NET).after(Change(VolumeList, Observed(listed, NOW)))
    found = by_name(pod, account)
    assert found["DURABLE_DIR"].value == "/workspace/durable"
    assert found["RSYNC_FLAGS"].value == "--no-owner --no-group --no-perms"
    alone = a_pod()
    found = by_name(alone, seen(alone, ROOMY, DISK))
    assert not found["DURABLE_DIR"].is_known
    assert "nothing here outlives terminate" in found["DURABLE_DIR"].why
    assert found["DATA_DIR"].value == "/workspace/data"
    assert "deleted with the Pod" in found["DATA_DIR"].why
    assert "RSYNC_FLAGS" not in found


def test_a_volume_that_should_be_mounted_and_is_not_is_never_called_durable() -> None:
    pod = on_network()
    found = by_name(pod, seen(pod, ROOMY))
    assert not found["DURABLE_DIR"].is_known
    assert "should be mounted and is not" in found["DURABLE_DIR"].why
    assert found["DATA_DIR"].value == "/root/data"


def test_a_mount_that_hangs_or_takes_no_writes_is_not_used() -> None:
    pod = on_network()
    for bad in (replace(NET, answered=False), replace(NET, is_read_only=True)):
        assert not by_name(pod, seen(pod, ROOMY, bad))["DURABLE_DIR"].is_known


def test_a_global_volume_is_no_place_for_what_must_last() -> None:
    pod = a_pod(volume_disk=None)
    behind = mount("/workspace", MountKind.GLOBAL, 1e6, 2e6, "geesefs")
    found = by_name(pod, seen(pod, ROOMY, behind))
    assert not found["DURABLE_DIR"].is_known
    assert "without atomic rename" in found["DURABLE_DIR"].why
    assert found["DATA_DIR"].value == "/root/data"


def test_a_full_container_disk_sends_scratch_and_temporary_files_elsewhere() -> None:
    pod = a_pod()
    full, roomy = by_name(pod, seen(pod, ROOT, DISK)), by_name(pod, seen(pod, ROOMY, DISK))
    assert (full["SCRATCH"].value, full["TMPDIR"].value) == ("/workspace/scratch", "/workspace/tmp")
    assert "98% full" in full["SCRATCH"].why
    assert (roomy["SCRATCH"].value, roomy["TMPDIR"].value) == ("/root/scratch", "/tmp")


def test_caches_stay_where_the_image_put_them_when_that_lasts() -> None:
    pod = a_pod()
    folders = (
        CacheFolder(variable="HF_HOME", first="/workspace/hf"),
        CacheFolder(variable="PIP_CACHE_DIR", first="/root/.cache/pip"),
    )
    environment = EnvironmentReport(first=("HF_HOME",), session=("HOME",), caches=folders)
    found = by_name(pod, having(seen(pod, ROOMY, DISK), pod, environment))
    assert found["HF_HOME"].value == "/workspace/hf"
    assert found["PIP_CACHE_DIR"].value == "/workspace/.cache/pip"
    assert "/root/.cache/pip now" in found["PIP_CACHE_DIR"].why


def test_what_was_not_seen_is_said_and_not_guessed() -> None:
    pod = a_pod()
    found = by_name(pod, an_account(pod))
    assert not found["OMP_NUM_THREADS"].is_known
    assert not found["HF_XET_HIGH_PERFORMANCE"].is_known
    text = as_shell(pod, an_account(pod))
    assert "# OMP_NUM_THREADS: not set here" in text
    assert "Not looked into (not examined yet)" in text


def test_limits_and_tools_of_the_container_decide_over_threads_downloads_and_detaching() -> None:
    pod = a_pod()
    account = having(
        an_account(pod),
        pod,
        CgroupReport(version=2, cpu_limit=27.2, host_cpus=256, memory_limit_bytes=16 * GIB),
    )
    found = by_name(pod, having(account, pod, ToolsReport(("screen", "setsid"))))
    assert found["OMP_NUM_THREADS"].value == "27"
    assert found["HF_XET_HIGH_PERFORMANCE"].value == "0"
    assert found["DETACH"].value == "screen -dmS job"
    bare = by_name(pod, having(account, pod, ToolsReport(())))
    assert bare["DETACH"].value == "nohup"


def test_the_old_accelerator_is_unset_and_lost_variables_are_loaded_by_name_first() -> None:
    pod = a_pod()
    environment = EnvironmentReport(
        first=("HF_HUB_ENABLE_HF_TRANSFER", "WANDB_API_KEY"), session=(), has_export_file=True
    )
    text = as_shell(pod, having(seen(pod, ROOMY, DISK), pod, environment))
    assert "\nunset HF_HUB_ENABLE_HF_TRANSFER\n" in text
    assert text.index(". /etc/rp_environment") < text.index("export DATA_DIR")


HOSTILE = "/data'; touch $PWNED; $(touch $PWNED) `touch $PWNED` \\ \"x"


@pytest.mark.parametrize("shell", [s for s in ("sh", "bash", "dash") if shutil.which(s)])
def test_a_hostile_path_or_name_stays_text_for_a_real_shell(shell: str, tmp_path: Path) -> None:
    pod = a_pod(name="x\n$(touch $PWNED)", volume_disk=VolumeDisk(size_gb=5, path=HOSTILE))
    text = as_shell(pod, an_account(pod)).replace("mkdir -p", ": mkdir")
    pwned = tmp_path / "pwned"
    ran = subprocess.run(
        [shell, "-c", f'set -eu\n{text}printf %s "$DATA_DIR"'],
        env={"PWNED": str(pwned), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"{HOSTILE}/data"
    assert not pwned.exists()


def test_a_mount_that_hangs_is_named_wherever_it_is_missed() -> None:
    pod = on_network()
    found = by_name(pod, seen(pod, ROOMY, replace(NET, answered=False)))
    for name in ("DURABLE_DIR", "DATA_DIR", "HF_HOME"):
        assert "/workspace is not to be trusted (it does not answer)" in found[name].why


def test_a_volume_that_is_mounted_at_data_is_the_folder_for_data() -> None:
    pod = on_network("/data")
    found = by_name(pod, seen(pod, ROOMY, replace(NET, path="/data")))
    assert found["DATA_DIR"].value == "/data"
    assert found["DURABLE_DIR"].value == "/data/durable"


def test_where_only_the_disks_were_not_seen_that_is_what_is_said() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, ToolsReport(("tmux",)))
    assert "# Its disks were not seen (not examined yet)" in as_shell(pod, account)
    stopped = a_pod(status="EXITED")
    account = having(an_account(stopped), stopped, ToolsReport(("tmux",)))
    assert "# Not looked into (the Pod is EXITED)" in as_shell(stopped, account)
