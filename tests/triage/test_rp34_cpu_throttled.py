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


@pytest.mark.parametrize(
    "text",
    [
        "# nproc\n256\n# cat /sys/fs/cgroup/cpu.max\n2720000 100000",
        "# cat /sys/fs/cgroup/cpu.max\n2720000 100000\n# nproc\n256",
        "cpu.max: 800000 100000\nnproc: 128",
        "$ cat cpu.cfs_quota_us cpu.cfs_period_us\n20000\n100000\n$ nproc\n2",
    ],
)
def test_a_quota_far_below_what_nproc_shows_is_rp34(text: str) -> None:
    assert "RP34" in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "# nproc\n16\n# cat /sys/fs/cgroup/cpu.max\n1600000 100000",
        "# nproc\n256\n# cat /sys/fs/cgroup/cpu.max\nmax 100000",
        "# cat /sys/fs/cgroup/cpu.max\n2720000 100000\nstep 1\nstep 2\nstep 3\n256",
        "nproc: 256",
    ],
)
def test_a_quota_that_fits_or_none_or_numbers_of_something_else_are_not_rp34(text: str) -> None:
    assert "RP34" not in codes(text)


def test_what_a_command_prints_is_found_across_the_edge_of_a_block_of_lines() -> None:
    before = "\n".join(f"step {number} loss 1.2" for number in range(61))
    for more in range(5):
        text = (
            before + "\nx" * more + "\n# nproc\n256\n# cat /sys/fs/cgroup/cpu.max\n2720000 100000"
        )
        assert codes(text) == ["RP34"]


@pytest.mark.parametrize(
    "text",
    [
        "$ cat /sys/fs/cgroup/cpu.max; nproc\n1360000 100000\n128",
        "$ nproc; cat /sys/fs/cgroup/cpu.max\n128\n1360000 100000",
        "$ nproc --all\n128\n" + "step\n" * 40 + "$ cat /sys/fs/cgroup/cpu.max\n1360000 100000",
    ],
    ids=["one command", "the other way round", "far apart"],
)
def test_the_quota_and_nproc_are_set_side_by_side_wherever_they_stand(text: str) -> None:
    assert codes(text) == ["RP34"]
