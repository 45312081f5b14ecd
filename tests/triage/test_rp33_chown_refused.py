import pytest

from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes.df import DiskReport
from tests.panes.test_disk import DISK, mount
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "chown: changing ownership of '/workspace/data': Operation not permitted",
        "tar: x: Cannot change ownership to uid 0, gid 0: Operation not permitted",
        'rsync: chgrp "/workspace/x" failed: Operation not permitted (1)',
        'initdb: error: could not change permissions of directory "/workspace/pg": Operation not permitted',
        'FATAL:  data directory "/workspace/pg" has wrong ownership',
        "PermissionError: [Errno 1] Operation not permitted: chown '/workspace/x'",
    ],
)
def test_text_that_shows_it_is_rp33(text: str) -> None:
    assert "RP33" in codes(text)


POD = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),))


def test_a_refused_chown_is_told_where_a_network_volume_is_mounted_and_nowhere_else() -> None:
    net = mount("/workspace", MountKind.NETWORK, 1e6, 2e6, "mfs#euro.runpod.net:9421")
    line = "chown: changing ownership of '/workspace/x': Operation not permitted"
    assert told("RP33", POD, DiskReport((net,)), line).verdict == "present"
    assert told("RP33", POD, DiskReport((DISK,)), line).verdict == "absent"
    assert finding("RP33", POD, DiskReport((net,))).verdict == "absent"
