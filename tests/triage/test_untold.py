"""What `df` was asked and did not tell is unknown: a symptom is not ruled out by silence."""

from dataclasses import replace

import pytest

from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes.df import DiskMount, DiskReport
from tests.triage.asking import finding
from tests.values import a_pod

HUNG = DiskMount(
    path="/",
    source="overlay",
    fstype="overlay",
    kind=MountKind.CONTAINER,
    used_bytes=None,
    size_bytes=None,
    free_bytes=None,
    inodes_used=None,
    inodes_total=None,
    answered=False,
)
SHM = replace(HUNG, path="/dev/shm", source="tmpfs", fstype="tmpfs", kind=MountKind.SHM)
POOL = replace(
    HUNG, path="/workspace", source="mfs#euro:9421", fstype="fuse", kind=MountKind.NETWORK
)
ON_NETWORK = a_pod(
    volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),)
)


@pytest.mark.parametrize("code", ["RP11", "RP22", "RP30", "RP31"])
def test_what_df_did_not_tell_is_not_ruled_out(code: str) -> None:
    found = finding(code, ON_NETWORK, DiskReport((HUNG, SHM, POOL)))
    assert found.verdict == "unknown"
    assert any("df t" in word or "df did not tell" in word for word in found.missing)


def test_without_storage_that_lasts_none_of_it_is_full() -> None:
    assert finding("RP30", a_pod(volume_disk=None), DiskReport((HUNG,))).verdict == "absent"
