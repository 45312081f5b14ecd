import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.catalog import DataCenter, DataCenterList
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.finding import Finding
from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.triage import examine
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account

GPU = "NVIDIA A100 80GB PCIe"
POD = a_pod(
    status="EXITED",
    runtime=None,
    volume_disk=None,
    network_mounts=(NetworkMount(volume_id="v", path="/workspace"),),
)


def rp7(at_home: str, elsewhere: str) -> Finding:
    volume = NetworkVolume(id="v", name="sft", size_gb=100, data_center="EU-RO-1", tier="STANDARD")
    centers = DataCenterList(
        (
            DataCenter(id="EU-RO-1", name="a", gpus={GPU: at_home}),
            DataCenter(id="US-KS-2", name="b", gpus={GPU: elsewhere}),
        )
    )
    account: Account = an_account(POD)
    for value in (VolumeList((volume,)), centers):
        account = account.after(Change(type(value), Observed(value, NOW)))
    return next(f for f in examine(account, NOW)[POD.id] if f.code == "RP7")


@pytest.mark.parametrize(
    "text",
    [
        "the network volume is locked to EU-RO-1 and there are no H100 available in that region",
        "create fails only when pinned to the volume's datacenter",
        "No GPUs available in the data center of the network volume",
        "pods with a network volume are restricted to the volume's data center",
    ],
)
def test_text_that_shows_it_is_rp7(text: str) -> None:
    assert "RP7" in codes(text)


def test_a_volume_where_the_gpu_is_not_to_be_had_is_rp7_and_names_where_it_is() -> None:
    found = rp7("NONE", "HIGH")
    assert found.is_present
    assert "free in US-KS-2" in found.evidence[1].said


def test_a_gpu_that_is_to_be_had_beside_the_volume_is_not_rp7() -> None:
    assert rp7("HIGH", "NONE").verdict == "absent"
