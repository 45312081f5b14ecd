import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.objects import StoredUse, StoredUses
from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from tests.triage.asking import verdict
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


@pytest.mark.parametrize(
    "text",
    [
        "An error occurred (SignatureDoesNotMatch) when calling the ListObjectsV2 operation",
        "botocore.exceptions.PaginationError: Error during pagination: The same next token was received twice: x",
        "An error occurred (InvalidAccessKeyId) when calling the HeadObject operation",
        "https://s3api-eu-ro-1.runpod.io/abc returned 403 Forbidden",
    ],
)
def test_text_that_shows_it_is_rp47(text: str) -> None:
    assert "RP47" in codes(text)


VOLUME = NetworkVolume(
    id="vol1", name="train-data", size_gb=500, data_center="EU-RO-1", tier="STANDARD"
)
POD = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="vol1", path="/workspace"),))


def listed(trouble: str) -> Account:
    account = an_account(POD).after(Change(VolumeList, Observed(VolumeList((VOLUME,)), NOW)))
    account = having(account, POD, LogSigns(), source="log")
    uses = StoredUses((StoredUse(volume_id="vol1", trouble=trouble),))
    return account.after(Change(StoredUses, Observed(uses, NOW - 60, "s3")))


def test_what_the_endpoint_said_to_this_console_tells_it_without_any_log() -> None:
    found = verdict("RP47", listed("403: SignatureDoesNotMatch"), POD)
    assert found.is_present
    (said,) = found.evidence
    assert (said.source, said.at) == ("s3", NOW - 60)
    assert said.said == "volume train-data: 403: SignatureDoesNotMatch"


def test_a_volume_that_could_be_listed_has_no_trouble_with_s3() -> None:
    assert verdict("RP47", listed(""), POD).verdict == "absent"
