"""What the container may use, and how often it ran into that: memory and CPU by its control group.

`nproc` and `free` show the host (256 CPUs and 1 TiB beside limits of 27.2 and 125 GB in a public
note from an L40S Pod); the truth is in the control group, of version 1 or 2. The section holds::

    V 2
    max 134217728000
    current 24159191040
    cache 1207959552
    event oom_kill 0
    cpu 2720000 100000
    stat nr_throttled 20
    cpus 256
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import KIB, LARGEST
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import need, rows, whole

LIMIT_S: Final = 3

_SCRIPT: Final = r"""
p=${RGT_PROC:-/proc} c=${RGT_ROOT-}/sys/fs/cgroup
say() {
  [ -r "$2" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do printf '%s %s\n' "$1" "$line"; done <"$2"
}
some() {
  [ -r "$2" ] || return 0
  while read -r key value; do
    case $key in nr_periods|nr_throttled|throttled_*|oom_kill) printf '%s %s %s\n' "$1" "$key" "$value" ;; esac
  done <"$2"
}
pick() {
  [ -r "$3" ] || return 0
  while read -r key value; do
    case $key in "$2") printf '%s %s\n' "$1" "$value"; return ;; esac
  done <"$3"
}
if [ -d "$c/memory" ]; then
  echo 'V 1'
  m=$c/memory u=$c/cpu
  [ -d "$u" ] || u=$c/cpu,cpuacct
  say max "$m/memory.limit_in_bytes"
  say current "$m/memory.usage_in_bytes"
  pick cache total_inactive_file "$m/memory.stat"
  some event "$m/memory.oom_control"
  say quota "$u/cpu.cfs_quota_us"
  say period "$u/cpu.cfs_period_us"
  some stat "$u/cpu.stat"
else
  if [ ! -r "$c/memory.current" ] && [ -r "$p/self/cgroup" ]; then
    while IFS=: read -r _ _ own; do c=$c$own; break; done <"$p/self/cgroup"
  fi
  [ -r "$c/memory.current" ] && echo 'V 2'
  say max "$c/memory.max"
  say current "$c/memory.current"
  pick cache inactive_file "$c/memory.stat"
  some event "$c/memory.events"
  say cpu "$c/cpu.max"
  some stat "$c/cpu.stat"
fi
pick host MemTotal: "$p/meminfo"
n=0
if IFS= read -r online <"${RGT_ROOT-}/sys/devices/system/cpu/online"; then
  IFS=,
  for span in $online; do n=$((n + ${span#*-} - ${span%-*} + 1)); done
else
  while read -r key _; do
    case $key in cpu[0-9]*) n=$((n + 1)) ;; intr) break ;; esac
  done <"$p/stat"
fi 2>/dev/null
[ $n -eq 0 ] || echo "cpus $n"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CgroupReport:
    """Limits and counters of the container's control group; None is unknown.

    Attributes:
        version: 1 or 2.
        memory_limit_bytes: None also where there is no limit; `is_limited` tells the two apart.
        memory_used_bytes: without the file cache that the kernel gives back under pressure.
        oom_kills: processes of the container that the kernel killed for memory since its start.
        cpu_limit: in CPUs, e.g. 27.2; None without a limit.
        periods, throttled: scheduling periods so far, and those in which the quota ran out.
        host_cpus, host_memory_bytes: of the machine, which is what `nproc` and `free` show.
    """

    called: ClassVar[str] = "control group over SSH"

    version: int
    is_limited: bool | None = None
    memory_limit_bytes: int | None = None
    memory_used_bytes: int | None = None
    oom_kills: int | None = None
    cpu_limit: float | None = None
    periods: int | None = None
    throttled: int | None = None
    throttled_s: float | None = None
    host_cpus: int | None = None
    host_memory_bytes: int | None = None

    @property
    def memory_percent(self) -> float | None:
        """How much of the limit is used."""
        if self.memory_used_bytes is None or not self.memory_limit_bytes:
            return None
        return 100 * self.memory_used_bytes / self.memory_limit_bytes

    def sample(self) -> tuple[tuple[str, float], ...]:
        """The counters whose growth matters, for the history."""
        found = (
            ("periods", self.periods),
            ("throttled", self.throttled),
            ("oom_kills", self.oom_kills),
        )
        return tuple((key, float(value)) for key, value in found if value is not None)


def parse(section: Section) -> CgroupReport:
    """The limits and counters in a section.

    Raises:
        BadSection: there is no control group to be seen.
    """
    said = [(word, rest.split()) for word, rest in rows(section)]
    one = {word: words[0] for word, words in said if len(words) == 1}
    two = {(word, words[0]): words[1] for word, words in said if len(words) == 2}
    host = next((whole(words[0]) for word, words in said if word == "host"), None)
    version = whole(one.get("V", ""))
    need(section, version is not None and len(one) > 1, "the control group", LIMIT_S)
    limit = _limit(one.get("max", ""))
    used, cache = whole(one.get("current", "")), whole(one.get("cache", "")) or 0
    microseconds = whole(two.get(("stat", "throttled_usec"), ""))
    nanoseconds = whole(two.get(("stat", "throttled_time"), ""))
    if microseconds is None and nanoseconds is not None:
        microseconds = nanoseconds // 1000
    return CgroupReport(
        version=version or 0,
        is_limited=None if "max" not in one else limit is not None,
        memory_limit_bytes=limit,
        memory_used_bytes=None if used is None else max(0, used - cache),
        oom_kills=whole(two.get(("event", "oom_kill"), "")),
        cpu_limit=_cpus(one, two),
        periods=whole(two.get(("stat", "nr_periods"), "")),
        throttled=whole(two.get(("stat", "nr_throttled"), "")),
        throttled_s=None if microseconds is None else microseconds / 1e6,
        host_cpus=whole(one.get("cpus", "")),
        host_memory_bytes=None if host is None or host * KIB > LARGEST else host * KIB,
    )


def _limit(text: str) -> int | None:
    """Bytes; version 2 says `max` and version 1 nearly 2**63 where there is no limit."""
    return whole(text)


def _cpus(one: dict[str, str], two: dict[tuple[str, str], str]) -> float | None:
    """The quota in CPUs: `cpu.max` of version 2, or quota and period of version 1 (-1: none)."""
    found = [(key[1], value) for key, value in two.items() if key[0] == "cpu"]
    quota, period = found[0] if found else (one.get("quota", ""), one.get("period", ""))
    allowed, each = whole(quota), whole(period)
    return allowed / each if allowed and each else None


PROBE = Probe(
    name="cgroup",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    max_bytes=8192,
    is_light=True,
    report=CgroupReport,
    parse=parse,
)
