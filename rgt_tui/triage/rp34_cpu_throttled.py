"""RP34: the container's CPU quota is used up, so its processes are held back.

Symptom: data loading is slow, the GPU waits, load is low. Cause: the Pod owns a share of the
host's cores, `nproc` shows all of them, and programs start a worker each. Fix: as many workers as
the quota has cores.
Source: cgroup `cpu.stat`, measured (20 of 21 periods throttled at a quota of 20 %); a public Pod
with 256 cores by nproc and a quota of 27.2.
"""

import re
from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import UNKNOWN, show_duration
from rgt_tui.domain.whom import running
from rgt_tui.probes.cgroup import CgroupReport

SHARE: Final = 0.2
"""Throttled periods above this share slow the work down noticeably."""
FEWER: Final = 2.0
"""So many times the quota that nproc shows, a worker for each CPU is too many."""
_PAIR: Final = re.compile(r"(?:^|cpu\.max\W+)(\d{3,9}) (\d{4,7})$")
_NUMBER: Final = re.compile(r"\d{1,9}$")
_MAX: Final = re.compile(r"\bcpu\.max\b")
_CFS: Final = re.compile(r"\bcpu\.cfs_quota_us\b.*\bcpu\.cfs_period_us\b")
_BOTH: Final = re.compile(r"\bcpu\.max\b.*\bnproc\b")
_BOTH_TURNED: Final = re.compile(r"\bnproc\b.*\bcpu\.max\b")
"""Both asked in one command: what each prints stands below the other's."""
_NPROC: Final = re.compile(r"\bnproc(?: --all)?$")
_NPROC_IS: Final = re.compile(r"\bnproc\W{1,4}(\d{1,4})$")
_PERIODS: Final = re.compile(r"\bnr_periods\s+(\d+)")
_THROTTLED: Final = re.compile(r"\bnr_throttled\s+(\d+)")


def _stat(page: Page) -> str | None:
    throttled, periods = _THROTTLED.search(page.line), page.saw(_PERIODS, 4)
    if throttled is None or periods is None or not int(periods[1]):
        return None
    share = int(throttled[1]) / int(periods[1])
    return f"{share:.0%} of the CPU periods were throttled" if share >= SHARE else None


def _quota(page: Page) -> str | None:
    """What cgroup and `nproc` print one after the other: a share of the CPUs that programs see."""
    line, last = page.line.strip(), page.before[-1].strip() if page.before else ""
    pair, count = _PAIR.search(line), _NUMBER.match(line)
    if pair is not None and (_MAX.search(line) or page.saw(_MAX, 2)):
        page.memory["cores"] = int(pair[1]) / max(1, int(pair[2]))
        if _NUMBER.match(last) and page.saw(_BOTH_TURNED, 3):
            page.memory["host"] = int(last)
    elif count is not None and _NUMBER.match(last) and page.saw(_CFS, 3):
        page.memory["cores"] = int(last) / max(1, int(line))
    elif count is not None and (_NPROC.search(last) or (_PAIR.match(last) and page.saw(_BOTH, 3))):
        page.memory["host"] = int(line)
    elif (told := _NPROC_IS.search(line)) is not None:
        page.memory["host"] = int(told[1])
    else:
        return None
    cores, host = page.memory.get("cores"), page.memory.get("host")
    if cores is None or host is None or host < FEWER * cores:
        return None
    return f"the quota is {cores:g} CPUs, and nproc shows {host:g}"


FEW: Final = 600
"""Periods (of a tenth of a second) under which a share says nothing: one minute."""


def _detect(subject: Subject) -> Verdict:
    reading, seen = subject.evidence.reading(CgroupReport), subject.seen(CgroupReport)
    group = seen.value
    if group.periods is None or group.throttled is None:
        return Absent("no CPU quota is counted: the container is not held back by one")
    periods, throttled, span = group.periods, group.throttled, "since its start"
    before = next((s for s in reading.history if s.at < seen.at and s.get("periods")), None)
    if before is not None and periods - (before.get("periods") or 0) >= FEW:
        periods -= int(before.get("periods") or 0)
        throttled -= int(before.get("throttled") or 0)
        span = f"in the last {show_duration(seen.at - before.at)}"
    if periods < FEW:
        return Absent("it has not run long enough to tell")
    share = max(0, throttled) / periods
    words = f"{share:.0%} of the CPU periods were throttled {span}"
    if share < SHARE:
        return Absent(words)
    limit = UNKNOWN if group.cpu_limit is None else f"{group.cpu_limit:g}"
    host = f"it may use {limit} CPUs, nproc shows {group.host_cpus or UNKNOWN}"
    return Present((Said("ssh", words, seen.at), Said("ssh", host, seen.at)))


DETECTOR = Detector(
    code="RP34",
    title="CPU quota used up",
    severity=Severity.INFO,
    cause=(
        "The container owns a share of the host's cores, but nproc shows all of them. Programs that start a "
        "worker per core use up the quota within each period and are then held back, and the GPU waits."
    ),
    fix=(
        "See the quota: cat /sys/fs/cgroup/cpu.max (quota and period), RUNPOD_CPU_COUNT",
        "As many data workers and threads as the quota has cores: num_workers, OMP_NUM_THREADS, MKL_NUM_THREADS",
        "Move work off the CPU: decode on the GPU, prepare data once; or take a Pod with more vCPUs per GPU",
    ),
    source="Linux cgroup cpu.stat, measured 2026-11; RUNPOD_CPU_COUNT is the Pod's share",
    needs=(CgroupReport,),
    max_age_s=600.0,
    applies=running,
    detect=_detect,
    strings=(("nr_periods 21\nnr_throttled 20", "cgroup cpu.stat beside nr_periods 21, measured"),),
    text=(
        Rule(words="nr nr_throttled throttled", tells=_stat),
        Rule(words="cpu+max nproc cfs", tells=_quota, then=3, even_quoted=True),
        Rule(
            words="suggested+worker dataloader+worker",
            pattern=r"\bsuggested max number of workers? in current system is \d+\b|\bDataLoader will create \d+ worker processes in total\b",
            reason="a DataLoader starts more workers than it may use CPUs",
        ),
        Rule(
            words="throttled+cpu throttling+cpu quota+cpu nproc",
            pattern=r"\bcpu\b.{0,40}\b(?:being |is |was |heavily )*throttl(?:ed|ing)\b|\bthrottl(?:ed|ing)\b.{0,30}\bcpu\b|\bcpu quota\b.{0,40}\b(?:exceeded|reached|used up|exhausted)|\bnproc\b.{0,60}\b(?:shows|says|reports|returns)\b.{0,40}\b(?:host|all|\d{2,3})\b.{0,60}\b(?:quota|cgroup|limit|only)",
            reason="the CPU quota holds the processes back",
            unless=r"thermal|temperature|not throttled",
        ),
    ),
)
