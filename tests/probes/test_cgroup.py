from pathlib import Path

import pytest

from rgt_tui.domain.units import GIB
from rgt_tui.probes import BadSection
from rgt_tui.probes.cgroup import CgroupReport, parse
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell
from tests.shared import shared_file

MEMINFO = "MemTotal: 1056784384 kB\nMemFree: 1 kB\n"
STAT = "cpu  1 2\n" + "".join(f"cpu{number} 1 2 3\n" for number in range(256)) + "intr 1\n"


def version_two(root: Path) -> None:
    put(
        root,
        sys__fs__cgroup__memory_max="x",
        proc__meminfo=MEMINFO,
        proc__stat=STAT,
    )
    for name, text in {
        "memory.max": "134217728000\n",
        "memory.current": "24159191040\n",
        "memory.stat": "anon 1\nfile 2\ninactive_file 1207959552\nslab 4\n",
        "memory.events": "low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\n",
        "cpu.max": "2720000 100000\n",
        "cpu.stat": "usage_usec 1\nnr_periods 21\nnr_throttled 20\nthrottled_usec 1500000\n",
    }.items():
        (root / "sys/fs/cgroup" / name).write_text(text)


def version_one(root: Path) -> None:
    put(root, proc__meminfo=MEMINFO, proc__stat=STAT)
    for name, text in {
        "memory/memory.limit_in_bytes": "134217728000\n",
        "memory/memory.usage_in_bytes": "24159191040\n",
        "memory/memory.stat": "cache 5\ntotal_inactive_file 1207959552\n",
        "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
        "cpu/cpu.cfs_quota_us": "2720000\n",
        "cpu/cpu.cfs_period_us": "100000\n",
        "cpu/cpu.stat": "nr_periods 21\nnr_throttled 20\nthrottled_time 1500000000\n",
    }.items():
        place = root / "sys/fs/cgroup" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_give_the_same_figures_in_every_shell(
    shell: list[str], version: int, tmp_path: Path
) -> None:
    {1: version_one, 2: version_two}[version](tmp_path)
    report, _ = ask(the_shell(shell), "cgroup", tmp_path)
    assert report == CgroupReport(
        version=version,
        is_limited=True,
        memory_limit_bytes=134_217_728_000,
        memory_used_bytes=24_159_191_040 - 1_207_959_552,
        oom_kills=1,
        cpu_limit=27.2,
        periods=21,
        throttled=20,
        throttled_s=1.5,
        host_cpus=256,
        host_memory_bytes=1_056_784_384 * 1024,
    )
    assert report.sample() == (("periods", 21.0), ("throttled", 20.0), ("oom_kills", 1.0))


def test_the_limits_of_the_noted_l40s_pod_are_not_those_of_its_host(tmp_path: Path) -> None:
    notes = dict(
        line.replace("=", ": ", 1).split(": ", 1)
        for line in shared_file("runpod/captures/cgroup_vs_free_l40s_notes.txt")
        .read_text()
        .splitlines()
    )
    cpus, memory = (
        float(notes["cpu.cfs_quota_us/cpu.cfs_period_us"]),
        notes["memory.limit_in_bytes"],
    )
    assert memory == "125.0 GB"
    version_one(tmp_path)
    report, _ = ask(the_shell(["dash"]), "cgroup", tmp_path)
    assert report.cpu_limit == cpus
    assert report.memory_limit_bytes == 125 * GIB
    assert report.host_cpus == int(notes["nproc"])
    assert report.host_memory_bytes > 1000 * 10**9


@pytest.mark.parametrize("limit", ["max", "9223372036854771712"])
def test_no_limit_is_told_apart_from_an_unknown_one(limit: str) -> None:
    free = parse(said(f"V 2\nmax {limit}\ncurrent 5\ncpu max 100000\n"))
    assert (free.is_limited, free.memory_limit_bytes, free.cpu_limit) == (False, None, None)
    assert parse(said("V 2\ncurrent 5\n")).is_limited is None


def test_a_host_without_control_group_is_unknown_not_unlimited() -> None:
    with pytest.raises(BadSection, match="control group could not be read"):
        parse(said("host 5 kB\n"))
