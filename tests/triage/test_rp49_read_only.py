from dataclasses import replace

import pytest

from rgt_tui.domain.volume import MountKind
from rgt_tui.probes.df import DiskReport
from tests.panes.test_disk import DISK, ROOT
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "OSError: [Errno 30] Read-only file system: '/workspace/x'",
        "touch: cannot touch '/workspace/a': Read-only file system",
        "EXT4-fs (dm-3): Remounting filesystem read-only",
        "EXT4-fs error (device dm-3): ext4_find_entry: reading directory lblock 0",
        "error: Read-only file system (os error 30)",
    ],
)
def test_text_that_shows_it_is_rp49(text: str) -> None:
    assert "RP49" in codes(text)


def test_a_disk_that_is_mounted_read_only_is_the_proof_and_a_line_about_another_path_is_none() -> (
    None
):
    stuck = replace(DISK, is_read_only=True)
    assert finding("RP49", a_pod(), DiskReport((ROOT, stuck))).verdict == "present"
    line = "[Errno 30] Read-only file system: '/x'"
    assert told("RP49", a_pod(), DiskReport((ROOT, DISK)), line).verdict == "absent"
    other = replace(ROOT, kind=MountKind.OTHER, is_read_only=True)
    assert finding("RP49", a_pod(), DiskReport((other, DISK))).verdict == "absent"
