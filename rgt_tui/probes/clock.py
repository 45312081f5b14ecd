"""The host's clock beside ours.

The section holds the host's time in seconds since 1970, with a fraction where `date` gives one::

    T 1780315200.123456789
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import need, number, rows

LIMIT_S: Final = 2
_LATEST: Final = 4e9

_SCRIPT: Final = r"""
t=$(date +%s.%N 2>/dev/null) || t=
case $t in *[!0-9.]*|'') t=$(date +%s) ;; esac
printf 'T %s\n' "$t"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReport:
    """What time the host thinks it is.

    Attributes:
        remote_at: Unix seconds by the host's clock.
        error_s: how far `offset_s` can be off: half the time that the question was under way,
            and half a second more where the host's clock was read in whole seconds.
        offset_s: the host's clock less ours at the middle between asking and hearing; None when
            it was not noted when that was.
    """

    called: ClassVar[str] = "clock over SSH"

    remote_at: float
    error_s: float | None = None
    offset_s: float | None = None


def parse(section: Section) -> ClockReport:
    """The host's time, and its offset where the section says when it was asked and heard.

    Raises:
        BadSection: no time was told.
    """
    told = next((rest for word, rest in rows(section) if word == "T"), "")
    at = number(told, 1, _LATEST)
    need(section, at is not None, "the clock", LIMIT_S)
    remote = at or 0.0
    if "." not in told:
        remote += 0.5
    if section.began_at is None or section.ended_at is None:
        return ClockReport(remote_at=remote)
    half = max(0.0, section.ended_at - section.began_at) / 2
    return ClockReport(
        remote_at=remote,
        error_s=round(half + (0.0 if "." in told else 0.5), 3),
        offset_s=round(remote - (section.began_at + half), 3),
    )


PROBE = Probe(
    name="clock",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=300.0,
    max_bytes=256,
    report=ClockReport,
    parse=parse,
)
