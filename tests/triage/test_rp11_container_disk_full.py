import pytest

from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.triage import classify, examine
from tests.values import NOW, a_pod, an_account, having


def mount(
    path: str, kind: MountKind, used: float, size: float, source: str, fstype: str
) -> DiskMount:
    return DiskMount(
        path=path,
        source=source,
        fstype=fstype,
        kind=kind,
        used_bytes=int(used * GIB),
        size_bytes=int(size * GIB),
        free_bytes=int((size - used) * GIB),
        inodes_used=10,
        inodes_total=1000,
        answered=True,
    )


def overlay(used: float, size: float = 20.0) -> DiskMount:
    return mount("/", MountKind.CONTAINER, used, size, "overlay", "overlay")


def volume_disk(used: float, size: float = 200.0) -> DiskMount:
    source = "/dev/mapper/pod-7h9k2m4n6p"
    return mount("/workspace", MountKind.VOLUME, used, size, source, "ext4")


def rp11(*mounts: DiskMount, at: float = NOW) -> Finding:
    pod = a_pod()
    account = having(an_account(pod), pod, DiskReport(tuple(mounts)), at=at)
    return next(f for f in examine(account, NOW)[pod.id] if f.code == "RP11")


def test_a_full_overlay_beside_a_roomy_workspace_is_rp11() -> None:
    finding = rp11(overlay(19.6), volume_disk(22))
    assert finding.is_present
    assert finding.severity is Severity.CRITICAL
    assert finding.evidence[0].said == "/ is 98% full: 19.6G of 20.0G used (container disk)"
    assert "/workspace has room" in finding.evidence[1].said
    assert any("HF_HOME=/workspace/.cache/huggingface" in step for step in finding.fix)


def test_a_full_overlay_without_a_workspace_is_rp11_with_other_steps() -> None:
    pod = a_pod(volume_disk=None)
    account = having(an_account(pod), pod, DiskReport((overlay(20.0),)))
    finding = next(f for f in examine(account, NOW)[pod.id] if f.code == "RP11")
    assert finding.is_present
    assert not any("HF_HOME" in step for step in finding.fix)


@pytest.mark.parametrize("used", [0.2, 10.0, 18.8])
def test_an_overlay_below_95_percent_is_not_rp11(used: float) -> None:
    assert rp11(overlay(used), volume_disk(22)).verdict == "absent"


def test_a_full_workspace_alone_is_another_matter() -> None:
    assert rp11(overlay(2.0), volume_disk(199)).verdict == "absent"


def test_the_clusters_pool_of_a_network_volume_is_never_read_as_its_fill() -> None:
    pod = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),))
    pool = mount("/workspace", MountKind.NETWORK, 2.2e6, 2.3e6, "mfs#euro.runpod.net:9421", "fuse")
    account = having(an_account(pod), pod, DiskReport((overlay(2.0), pool)))
    finding = next(f for f in examine(account, NOW)[pod.id] if f.code == "RP11")
    assert finding.verdict == "absent"


def test_without_df_it_is_unknown_and_says_what_is_missing() -> None:
    pod = a_pod()
    finding = next(f for f in examine(an_account(pod), NOW)[pod.id] if f.code == "RP11")
    assert finding.verdict == "unknown"
    assert "never seen" in finding.missing[0]


def test_an_old_df_is_unknown_not_absent() -> None:
    finding = rp11(overlay(1.0), at=NOW - 3600)
    assert finding.verdict == "unknown"
    assert "1h00m ago" in finding.missing[0]


def test_a_stopped_pod_has_no_container_disk_to_be_full() -> None:
    pod = a_pod(status="EXITED", runtime=None)
    assert [f for f in examine(an_account(pod), NOW)[pod.id] if f.code == "RP11"] == []


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "OSError: [Errno 28] No space left on device",
        "dd: error writing '/root/big': No space left on device",
        "Error: failed to write: No space left on device (os error 28)",
        "failed to register layer: write /usr/lib/x.so: no space left on device",
        "tar: model.bin: Wrote only 512 of 10240 bytes: No space left on device",
        "overlay         5.0G  5.0G     0 100% /",
    ],
)
def test_a_refused_write_in_a_log_is_rp11(line: str) -> None:
    assert [f.code for f in classify([line], NOW)] == ["RP11"]


@pytest.mark.parametrize(
    "line",
    [
        '# if you see "No space left on device" move HF_HOME to /workspace',
        "// No space left on device is handled below",
        'if "No space left on device" in str(error): retry()',
        "tmpfs  4.0K  4.0K     0 100% /run/nvidia-ctk-hook",
        "overlay                   160G  106G   55G  66% /",
        "mfs#euro.runpod.net:9421  2.3P  2.2P  0.1P  99% /workspace",
        "100%|██████████| 4.98G/4.98G",
    ],
)
def test_words_that_only_mention_it_are_not_rp11(line: str) -> None:
    assert classify([line], NOW) == ()


def grown(*used: float) -> Finding:
    """After readings of the container disk ten minutes apart, the last one now."""
    pod = a_pod()
    account = an_account(pod)
    for ago, gib in zip(range(len(used) - 1, -1, -1), used, strict=True):
        account = having(account, pod, DiskReport((overlay(gib),)), at=NOW - 600 * ago)
    return {found.code: found for found in examine(account, NOW)[pod.id]}["RP11"]


def test_a_disk_that_will_be_full_within_hours_is_told_before() -> None:
    found = grown(10, 10.5, 11)
    assert (found.verdict, found.severity) == ("present", Severity.WARNING)
    assert found.evidence[0].said == "/ grows by 3.0G an hour: full in 3h00m"
    assert grown(10, 10.1).severity is Severity.INFO


def test_a_disk_that_hardly_grows_or_was_not_watched_for_long_is_no_hazard() -> None:
    assert grown(10, 10.01).verdict == "absent"
    assert grown(11).verdict == "absent"
    assert grown(3, 3.5, 4).verdict == "absent"
