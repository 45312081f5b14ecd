from dataclasses import replace

import pytest

from rgt_tui.probes.cgroup import CgroupReport
from tests.triage.asking import finding, verdict
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


@pytest.mark.parametrize(
    "text",
    [
        "nr_periods 5000\nnr_throttled 4100\nthrottled_usec 12",
        "the CPU is being throttled by the cgroup quota",
    ],
)
def test_text_that_shows_it_is_rp34(text: str) -> None:
    assert "RP34" in codes(text)


def test_the_share_of_throttled_periods_is_told_for_the_last_minutes_not_for_ever() -> None:
    pod = a_pod()
    before = CgroupReport(version=2, periods=50_000, throttled=0, cpu_limit=8.0, host_cpus=128)
    after = replace(before, periods=56_000, throttled=3_000)
    account = having(an_account(pod), pod, before, at=NOW - 600)
    found = verdict("RP34", having(account, pod, after), pod)
    assert found.verdict == "present"
    assert found.evidence[0].said == "50% of the CPU periods were throttled in the last 10m"
    assert found.evidence[1].said == "it may use 8 CPUs, nproc shows 128"
    calm = replace(before, periods=100_000, throttled=100)
    assert verdict("RP34", having(account, pod, calm), pod).verdict == "absent"


def test_without_a_quota_or_in_the_first_minute_there_is_nothing_to_tell() -> None:
    assert finding("RP34", a_pod(), CgroupReport(version=2)).verdict == "absent"
    early = CgroupReport(version=2, periods=100, throttled=90)
    assert finding("RP34", a_pod(), early).verdict == "absent"
