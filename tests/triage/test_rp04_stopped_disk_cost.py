import pytest

from tests.triage.asking import asked, finding
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        '{"id":"7","desiredStatus":"EXITED","volumeInGb":500,"costPerHr":0.4}',
        "Stopped pods are charged $0.20/GB/month for volume storage",
        "I am still being charged for a stopped pod",
        "a stopped pod's volume bills at double the running rate",
        '{"podId":"a","gpuAmount":0,"cpuAmount":0,"diskAmount":0.137}',
    ],
)
def test_text_that_shows_it_is_rp4(text: str) -> None:
    assert "RP4" in codes(text)


def test_a_stopped_volume_disk_is_priced_at_the_double_rate() -> None:
    found = finding("RP4", a_pod(status="EXITED", runtime=None))
    assert found.evidence[0].said == "EXITED, volume disk of 200 GB: $40.00 a month at $0.20 per GB"


def test_a_running_pod_is_not_asked() -> None:
    assert "RP4" not in asked(a_pod())
