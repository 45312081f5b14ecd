"""What the course of figures over time says: growth, time to full, how long a GPU has idled."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rgt_tui.domain.evidence import Sample
from rgt_tui.domain.idle import GpuIdle
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import rfc3339, show_duration, show_usd
from rgt_tui.probes.nvidia_smi import IDLE_PERCENT

SHORTEST_S: Final = 120.0
"""Growth is not told from less time: one checkpoint would look like a flood."""
WINDOW_S: Final = 3600.0
LEVELS: Final = "_.:-=+*#"
"""A figure from 0 to 100 % as one character."""


def growth_per_hour(history: Sequence[Sample], name: str, now: float) -> float | None:
    """How much a figure grows in an hour, over the last hour; None when too little was seen."""
    seen = [
        (sample.at, value)
        for sample in history
        if now - sample.at <= WINDOW_S and (value := sample.get(name)) is not None
    ]
    if len(seen) < 2 or seen[-1][0] - seen[0][0] < SHORTEST_S:
        return None
    (began, first), (ended, last) = seen[0], seen[-1]
    return (last - first) / (ended - began) * 3600


def hours_to_full(used: int | None, size: int | None, growth: float | None) -> float | None:
    """Hours until the size is reached; None when unknown or when nothing grows."""
    if used is None or not size or growth is None or growth <= 0:
        return None
    return max(0.0, (size - used) / growth)


@dataclass(frozen=True, slots=True)
class Idling:
    """How long a GPU has done nothing.

    Attributes:
        seconds: since the last sample in which it worked.
        is_least: whether it was idle as far back as is known, so that it may be longer.
        unwatched_s: seconds of it in which nobody looked.
    """

    seconds: float
    is_least: bool
    unwatched_s: float = 0.0

    def cost(self, per_hour: Decimal | None) -> Decimal | None:
        """What that time cost, in USD; None without a price."""
        return None if per_hour is None else per_hour * Decimal(self.seconds) / 3600

    @property
    def long(self) -> str:
        """How long: a plus where it was idle as far back as is known."""
        return f"{show_duration(self.seconds)}{'+' if self.is_least else ''}"

    def words(self, per_hour: Decimal | None, now: float) -> str:
        """How long all GPUs of a Pod have done nothing, since when, and what that cost."""
        cost = self.cost(per_hour)
        dollars = "$?" if cost is None else f"${show_usd(cost.quantize(Decimal('0.01')))}"
        least = " at least" if self.is_least else ""
        since = rfc3339(now - self.seconds)
        said = f"all idle for {self.long}, since {since}: {dollars}{least} for nothing"
        if not self.unwatched_s:
            return said
        return f"{said}; nobody looked for {show_duration(self.unwatched_s)} of it"


def idling(history: Sequence[Sample], indexes: Sequence[int], now: float) -> Idling | None:
    """How long all the GPUs have idled together; None when one works or nothing is known."""
    since: float | None = None
    for sample in reversed(history):
        uses = [sample.get(f"util.{index}") for index in indexes]
        known = [use for use in uses if use is not None]
        if not known or len(known) < len(uses):
            break
        if max(known) >= IDLE_PERCENT:
            return None if since is None else Idling(now - since, is_least=False)
        since = sample.at
    return None if since is None else Idling(now - since, is_least=True)


def remembered(idle: Idling | None, spell: GpuIdle | None, now: float) -> Idling | None:
    """An idle time as far back as former looks go, where its own samples do not reach its begin."""
    if idle is None or not idle.is_least or spell is None or spell.since is None:
        return idle
    if now - spell.since <= idle.seconds:
        return idle
    return Idling(now - spell.since, is_least=True, unwatched_s=spell.unwatched_s)


def spark(history: Sequence[Sample], name: str, cells: int, span_s: float, now: float) -> str:
    """The course of a percentage over `span_s` up to now; a blank where nothing was seen."""
    width = span_s / cells
    found = [" "] * cells
    for sample in history:
        value = sample.get(name)
        place = cells - 1 - int((now - sample.at) / width)
        if value is not None and 0 <= place < cells:
            level = min(max(value, 0.0), 100.0) / 100 * (len(LEVELS) - 1)
            found[place] = max(found[place], LEVELS[round(level)], key=f" {LEVELS}".index)
    return "".join(found)
