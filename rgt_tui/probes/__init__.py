"""Questions asked of a Pod over SSH: one file a question, all sent as one POSIX-sh script.

A probe gives its shell text, its limits, and a pure parser from the bytes of its section to its
own report type. `rgt_tui.probes` sends nothing itself; `clients.ssh` carries the script.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType
from typing import Any, Final

from rgt_tui import specs
from rgt_tui.domain.evidence import Evidence, Reading
from rgt_tui.domain.records import dataclass

EACH_TICK: Final = 0.0
ONCE_A_START: Final = math.inf
ON_DEMAND: Final = None
RETRY_S: Final = 60.0
"""A question that is not asked each tick and was not answered is asked again so much later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What came back for one probe.

    Attributes:
        output: stdout and stderr of its shell text, cut at the probe's `max_bytes`.
        exit_code: of the shell text; None when it never ended.
        cut: whether output was dropped beyond the limit.
        timed_out: whether the time limit ended it.
        seconds: how long the shell text ran; None when that is not known.
        began_at, ended_at: between which two moments it ran, in Unix seconds of our clock; None
            when nobody noted them.
    """

    output: bytes
    exit_code: int | None
    cut: bool = False
    timed_out: bool = False
    seconds: float | None = None
    began_at: float | None = None
    ended_at: float | None = None


class BadSection(Exception):
    """A section that cannot be understood; the message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    r"""One remote question.

    Attributes:
        name: of its section; letters, digits and `_`.
        script: POSIX sh, read-only, no temporary files; runs on bash, dash and busybox ash.
        limit_s: seconds after which the section is ended.
        max_bytes: kept of its output.
        every_s: how often it is asked: `EACH_TICK`, `ONCE_A_START`, `ON_DEMAND`, or seconds for
            one that is slow. Slow ones never hold up those of each tick.
        nice: whether it gives way to everything else on the Pod, for reading much.
        goes_round: whether it passes over what hangs when RGT_STUCK is set, and so may be asked
            again while a former run of it is stuck.
        is_light: whether it waits for nothing and starts next to no program: it reads /proc and
            /sys alone. Those of a tick share one process, which costs the Pod a third.
        device: path of what it asks; without that it is light.
        is_near: whether all it starts has ended when it ends. Then it needs no session of its own,
            and whoever asked says when its time is over; through the gateway it has both.
        bursts: whether its lines are passed on many at a time, which costs us a third; before it
            waits for something it prints a line of `\001`, so that what it has said is passed on.
        report: the type `parse` gives; the key of the evidence.
        parse: section to report. Raises `BadSection`.
    """

    name: str
    script: str
    limit_s: int = 5
    max_bytes: int = 64 * 1024
    every_s: float | None = EACH_TICK
    nice: bool = False
    goes_round: bool = False
    is_light: bool = False
    device: str = ""
    is_near: bool = False
    bursts: bool = False
    report: type
    parse: Callable[[Section], Any]

    @property
    def is_slow(self) -> bool:
        """Whether it has a cadence of its own, apart from the ticks."""
        return self.every_s is not None and self.every_s not in (EACH_TICK, ONCE_A_START)


@cache
def all_probes() -> tuple[Probe, ...]:
    """Every probe, by file name."""
    return specs.find_specs(_family(), "PROBE", Probe)


def quick_probes() -> tuple[Probe, ...]:
    """Those of each tick and of each start: what one round trip of seconds can answer."""
    return tuple(it for it in all_probes() if it.every_s is not None and not it.is_slow)


def due(
    probes: Sequence[Probe], evidence: Evidence, started_at: float | None, now: float
) -> tuple[Probe, ...]:
    """Those whose turn it is, by what is known of the Pod already.

    Args:
        probes: to choose from; those on demand are never due.
        evidence: what was read of the Pod.
        started_at: when this start of the Pod began; what is older was about another.
        now: Unix seconds.
    """
    return tuple(probe for probe in probes if _is_due(probe, evidence, started_at or 0.0, now))


def _is_due(probe: Probe, evidence: Evidence, started_at: float, now: float) -> bool:
    if probe.every_s is None or probe.every_s == EACH_TICK:
        return probe.every_s is not None
    reading: Reading[Any] = evidence.reading(probe.report)
    if reading.failure is not None and reading.failure.at >= started_at:
        return now - reading.failure.at >= min(RETRY_S, probe.every_s)
    answered = reading.good.at if reading.good is not None else -math.inf
    return answered < started_at or now - answered >= probe.every_s


def _family() -> ModuleType:
    import rgt_tui.probes as family  # the package itself, complete only once it is imported

    return family
