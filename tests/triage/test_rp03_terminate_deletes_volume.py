import pytest

from rgt_tui.domain.pod import NetworkMount
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "Error: pod not found to terminate",
        "Terminating a Pod permanently deletes all data on the volume disk",
        "my checkpoints were lost when the pod was terminated",
        '{"id":"b","status":"EXITED","mounts":{"persistent":{"path":"/workspace","size":50}},"cost":0}',
        '{"id":"x","volumeInGb":200,"volumeMountPath":"/workspace","networkVolumeId":null}',
        "pod deleted, weights gone with the pod",
    ],
)
def test_text_that_shows_it_is_rp3(text: str) -> None:
    assert "RP3" in codes(text)


def test_a_volume_disk_without_a_network_volume_would_be_lost() -> None:
    found = finding("RP3", a_pod())
    assert found.is_present
    assert "nothing survives terminate" in found.evidence[1].said


def test_beside_a_network_volume_it_is_said_what_would_survive() -> None:
    pod = a_pod(network_mounts=(NetworkMount(volume_id="v", path="/data"),))
    assert "only /data would survive" in finding("RP3", pod).evidence[1].said
