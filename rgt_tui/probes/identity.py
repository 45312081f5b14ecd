"""Which start of which machine answers: a new boot id or first process means that it restarted.

The section holds::

    boot 6b0f5d4e-4b7e-4f7e-9a39-3a3e2e5a4a10
    first 300012345
    up 3000321.17
    host 64410b6f6441
    kernel 6.8.0-79-generic
    os Ubuntu 24.04.2 LTS
"""

from typing import ClassVar, Final

from rgt_tui.domain.evidence import Evidence
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import LARGEST
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import name, need, number, rows, whole

LIMIT_S: Final = 2
SLACK_S: Final = 1.0
"""The moment of a start is known to a second: the clocks are read a little apart."""
TICKS: Final = 100
"""Clock ticks a second in /proc/<pid>/stat: USER_HZ, 100 on every Linux that GPUs run on (proc(5))."""

_SCRIPT: Final = r"""
p=${RGT_PROC:-/proc}
say() { [ -r "$2" ] && IFS= read -r line <"$2" && printf '%s %s\n' "$1" "$line"; }
say boot "$p/sys/kernel/random/boot_id"
if [ -r "$p/1/stat" ]; then
  IFS= read -r line <"$p/1/stat"
  set -f
  set -- ${line##*) }
  shift 19
  echo "first $1"
fi
read -r up _ <"$p/uptime" && echo "up $up"
say host "$p/sys/kernel/hostname"
say kernel "$p/sys/kernel/osrelease"
while IFS= read -r line; do
  case $line in PRETTY_NAME=*)
    line=${line#*=} line=${line#\"}
    printf 'os %s\n' "${line%\"}" ;;
  esac
done <"${RGT_ROOT-}/etc/os-release"
exit 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityReport:
    """What tells one start from the next; None is unknown.

    Attributes:
        boot_id: of the machine; a new one after each reboot.
        first_started: when PID 1 started, in clock ticks after the boot: a new one for each start
            of the container.
        container_up_s: how long ago that was.
        host: the container's host name, which a fresh container has anew.
    """

    called: ClassVar[str] = "start of the container over SSH"

    boot_id: str | None = None
    first_started: int | None = None
    container_up_s: float | None = None
    host: str | None = None
    kernel: str | None = None
    os: str | None = None

    @property
    def start(self) -> str | None:
        """What names this start of the container: equal as long as it lives; None is unknown."""
        if self.boot_id is None or self.first_started is None:
            return None
        return f"{self.boot_id}/{self.first_started}"


def start_of(evidence: Evidence, told: float | None) -> float | None:
    """When the present start of the container began, in Unix seconds of our clock.

    A container can start anew without the API's saying so (its first process ended and was begun
    again, the machine was rebooted): the later of both counts.

    Args:
        evidence: what was read of the Pod.
        told: when it started as the API has it.
    """
    seen = evidence.latest(IdentityReport)
    if seen is None or seen.value.container_up_s is None:
        return told
    return max(seen.at - seen.value.container_up_s - SLACK_S, told or 0.0)


def parse(section: Section) -> IdentityReport:
    """The identity in a section.

    Raises:
        BadSection: nothing of it was told.
    """
    said = dict(rows(section))
    need(section, bool(said.keys() & {"boot", "first", "up"}), "the start", LIMIT_S)
    first, up = whole(said.get("first", "")), number(said.get("up", ""), 0, LARGEST)
    age = up - first / TICKS if up is not None and first is not None else None
    return IdentityReport(
        boot_id=_word(said, "boot"),
        first_started=first,
        container_up_s=age if age is not None and age >= 0 else None,
        host=_word(said, "host"),
        kernel=_word(said, "kernel"),
        os=_word(said, "os"),
    )


def _word(said: dict[str, str], key: str) -> str | None:
    return name(said[key].strip(), 100) if said.get(key, "").strip() else None


PROBE = Probe(
    name="identity",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    max_bytes=2048,
    is_light=True,
    report=IdentityReport,
    parse=parse,
)
