"""RP21: a process was killed because the container's memory limit was reached.

Symptom: `Killed`, exit code 137, a step that ends without a traceback. Cause: the container's
memory limit, not the host's; `free` shows the host. Fix: fewer data workers, smaller caches, a
Pod with more memory. dmesg is refused inside Pods: the cgroup's counter is the proof.
Source: cgroup v1 `memory.oom_control` and v2 `memory.events`, both measured readable in a
container; RunPod documentation, environment, read 2026-08-20.
"""

from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_bytes, show_duration, show_percent
from rgt_tui.domain.whom import running
from rgt_tui.probes.cgroup import CgroupReport

TIGHT_PERCENT: Final = 95.0
"""Of the memory limit, without the file cache: the next allocation may end a process."""
OLD_S: Final = 3600.0
"""A kill that is older was seen by whom it concerned."""


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(CgroupReport)
    group = seen.value
    used = _used(group)
    if group.oom_kills:
        newest = _newest_kill(subject, group.oom_kills)
        said = [
            Said("ssh", f"the control group counts {group.oom_kills} killed for memory", seen.at)
        ]
        if newest is not None:
            said.append(Said("ssh", f"the newest within the last {show_duration(newest)}", seen.at))
        is_old = newest is None and _watched_s(subject) > OLD_S
        said += [Said("ssh", used, seen.at)] if used else []
        return Present(tuple(said), Severity.WARNING if is_old else Severity.CRITICAL)
    if group.memory_percent is not None and group.memory_percent >= TIGHT_PERCENT:
        return Present((Said("ssh", used, seen.at),), Severity.WARNING)
    if group.oom_kills is None:
        return Unknown(("the count of killed processes: the control group does not tell it",))
    return Absent(
        f"nothing was killed for memory; {used}" if used else "nothing was killed for memory"
    )


def _used(group: CgroupReport) -> str:
    if group.memory_percent is None:
        return ""
    return (
        f"{show_bytes(group.memory_used_bytes)} of {show_bytes(group.memory_limit_bytes)} of memory "
        f"used, {show_percent(group.memory_percent)}"
    )


def _newest_kill(subject: Subject, kills: int) -> float | None:
    """Seconds within which the count grew to what it is; None when nobody saw it grow."""
    history = subject.evidence.reading(CgroupReport).history
    fewer = [sample.at for sample in history if (sample.get("oom_kills") or 0) < kills]
    return subject.now - fewer[-1] if fewer else None


def _watched_s(subject: Subject) -> float:
    history = subject.evidence.reading(CgroupReport).history
    return subject.now - history[0].at if history else 0.0


DETECTOR = Detector(
    code="RP21",
    title="Killed for host memory",
    severity=Severity.CRITICAL,
    cause=(
        "The processes of the container together reached its memory limit, and the kernel killed one of them. "
        "Data workers, pinned buffers and loading a checkpoint twice are the usual reasons; free shows the host."
    ),
    fix=(
        "See the limit and the count: rgt-tui ssh POD -- cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory.events",
        "Fewer and leaner data workers: num_workers down, persistent_workers off, no prefetching of whole files",
        "Load checkpoints with mmap (torch.load(..., mmap=True), safetensors) and on one rank only",
        "A Pod with more memory per GPU: gpu.minRamPerGpu at create (REST v2 since 2026-09)",
    ),
    source="Linux cgroup v1 and v2, measured 2026-11; RUNPOD_MEM_GB is the Pod's share",
    needs=(CgroupReport,),
    max_age_s=600.0,
    applies=running,
    detect=_detect,
    strings=(
        ("bash: line 1: 23813 Killed                  python alloc.py", "bash 5, measured 2026-11"),
        ("exit=137", "128 + signal 9"),
        ("Memory cgroup out of memory: Killed process 4242 (python)", "Linux 4 to 6, kernel log"),
        ("oom-kill:constraint=CONSTRAINT_MEMCG", "Linux kernel log, 5 and later"),
    ),
    text=(
        Rule(
            words="killed+program",
            pattern=r"fatal error: Killed signal terminated program",
            reason="a compiler was killed, as for memory",
        ),
        Rule(
            words="killed",
            pattern=r"^Killed\s*$|: line \d+:\s+\d+ Killed\b|^\[\d+\][+-]?\s+Killed\b|\b\d+ killed\s+\S+|Killed process \d+|\bwas (?:oom[- ]?)?killed\b.{0,60}\b(?:memory|oom)|is killed by signal: Killed|task was killed due to the node running low on memory|(?:process|worker|run|job|training|script)\b.{0,40}\bgot killed\b|\bOOMKilled\b",
            reason="the kernel killed a process",
            unless=r"by user|killed by signal: Bus|timeout: |loss",
        ),
        Rule(
            words="137",
            pattern=r"\b(?:exit(?:ed)?|status|code|returned|rc|returncode)\b[^\d\n]{0,24}\b137\b",
            reason="a process ended with 137: killed, as the memory limit does",
        ),
        Rule(
            words="oom",
            pattern=r"\boom[-_]kill(?:_count)?\b\W{1,3}[1-9]\d*\b|\boom-kill:|invoked oom-killer|\boom\b.{0,20}\b(?:host|system|container|cpu|ram)\b.{0,20}\bkill|\b(?:host|system|cpu) (?:ram |memory )?oom\b|\boom[- ]killer\b.{0,60}\b(?:kill|process|triggered|invoked)",
            reason="the kernel's memory killer was at work",
        ),
        Rule(
            words="oomkilled oom_kill",
            pattern=r"\bOOMKilled\b|\boom_kill\b\W{1,3}[1-9]",
            reason="the container's memory limit killed a process",
            unless=r'"OOMKilled"\s*:\s*false',
        ),
        Rule(
            words="cgroup limit+memory exceeded+memory low+memory memoryerror allocate out+memory",
            pattern=r"Memory cgroup out of memory|^(?:\[[^\]]*\] )?Out of memory: Kill(?:ed)? process|memory limit (?:was )?(?:reached|exceeded)|exceeded (?:the |its )?(?:container |cgroup )?memory limit|node running low on memory|^\W*MemoryError\b|Unable to allocate [\d.]+ (?:[KMGT]i?B|bytes) for an array|DefaultCPUAllocator: (?:can't allocate memory|not enough memory)|Cannot allocate memory",
            reason="the container is out of memory",
        ),
        Rule(
            words="sigkill exitcode signal",
            pattern=r"died with <Signals\.SIGKILL|exit ?code:? ?-9\b|(?:signal|sig) 9\b|\bSIGKILL\b.{0,40}(?:memory|oom|exit)|sent SIGKILL!.{0,20}out of memory|failed \(exitcode: -9\)",
            reason="a process was killed with signal 9, as the memory limit does",
            unless=r"sending|kill -9|will send",
        ),
        Rule(
            words="killed",
            pattern=r"^zsh: killed\b",
            reason="the kernel killed a process",
        ),
        Rule(
            words="returncode exitcode sigkill",
            pattern=r"\b(?:returncode|exitcode)\s*[=:]\s*-9\b|terminated with signal SIGKILL",
            reason="a process was killed with signal 9, as the memory limit does",
        ),
        Rule(
            words="137",
            pattern=r"\bError 137\b",
            reason="a process ended with 137: killed, as the memory limit does",
        ),
        Rule(
            words="abruptly",
            pattern=r"process pool (?:was|were) terminated abruptly",
            reason="a worker was killed, as the memory limit does",
        ),
        Rule(
            words="oom_kill oom",
            pattern=r"Detected \d+ oom[-_]kill events?",
            reason="the memory limit killed a process",
        ),
        Rule(
            words="bad_alloc alloc",
            pattern=r"\bstd::bad_alloc\b",
            reason="the container is out of memory",
        ),
    ),
)
