"""Values that many tests start from, with sensible defaults for what a test does not care about."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import Pod, PodList, Runtime, SshEndpoint, VolumeDisk
from rgt_tui.domain.units import PodId

NOW = 1_780_315_200.0
"""2026-06-01T12:00:00Z."""

_POD = Pod(
    id=PodId("7h9k2m4n6p"),
    name="train-a",
    status="RUNNING",
    actions=("stop", "restart", "terminate"),
    image="runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
    disk_gb=20,
    ports=("8888/http", "22/tcp"),
    volume_disk=VolumeDisk(size_gb=200, path="/workspace"),
    gpu_id="NVIDIA A100 80GB PCIe",
    gpu_count=1,
    cloud="SECURE",
    data_center="US-KS-2",
    cuda_version="12.8",
    ssh_direct=SshEndpoint(host="127.0.0.1", port=34446, username="root"),
    cost_per_hour=Decimal("1.19"),
    locked=False,
    runtime=Runtime(uptime_s=3600.0),
    created_at=NOW - 3700,
    started_at=NOW - 3660,
)


def a_pod(**changed: Any) -> Pod:
    """A healthy running Pod with a volume disk, with the given fields changed."""
    return replace(_POD, **changed)


def an_account(*pods: Pod, at: float = NOW) -> Account:
    """An account whose Pod list was read at `at`."""
    return Account().after(Change(PodList, Observed(PodList(pods), at)))


def having(
    account: Account, pod: Pod, value: object, *, at: float = NOW, source: str = "ssh"
) -> Account:
    """The account after `value` was seen of `pod`."""
    return account.after(Change(type(value), Observed(value, at, source), pod.id))
