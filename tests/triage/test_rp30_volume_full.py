import pytest

from rgt_tui.probes.df import DiskReport
from tests.triage.asking import finding
from tests.triage.test_rp11_container_disk_full import overlay, volume_disk
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "OSError: [Errno 122] Disk quota exceeded: '/workspace/out'",
        "error: Disk quota exceeded (os error 122)",
        'rsync: write failed on "/workspace/a": Disk quota exceeded (122)',
        "/dev/mapper/pod-abc   98G   97G  1.0G  99% /workspace",
        "cp: error writing '/workspace/x': No space left on device",
        "the network volume is full",
    ],
)
def test_text_that_shows_it_is_rp30(text: str) -> None:
    assert "RP30" in codes(text)


def test_a_full_volume_disk_is_rp30() -> None:
    assert finding("RP30", a_pod(), DiskReport((overlay(2), volume_disk(198)))).is_present


def test_a_roomy_volume_disk_is_not_rp30() -> None:
    report = DiskReport((overlay(19.9), volume_disk(20)))
    assert finding("RP30", a_pod(), report).verdict == "absent"
