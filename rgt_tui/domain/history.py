"""What is remembered from run to run: states of Pods with their prices, balances over time.

REST v2 knows neither when a Pod was stopped nor what the balance was, so what was seen is kept.
A stretch is a time in which everything that decides a Pod's price stayed the same; between two
stretches lies a gap in which nobody looked, and the change happened somewhere in it.
"""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Final

from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.rates import Billed, PodRates, billed, by_second, rates
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId

SMALL_GAP_S: Final = 900.0
"""A change between two looks so close together is taken to lie in the middle of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which a Pod's price stayed the same.

    Attributes:
        pod_id, name: whose.
        start: which start of the Pod, as `Pod.start`.
        billed: what decided its price.
        since, until: Unix seconds of the first and the last look that saw it so.
    """

    pod_id: PodId
    name: str
    start: str
    billed: Billed
    since: float
    until: float

    @property
    def is_stopped(self) -> bool:
        """Whether the Pod was EXITED."""
        return self.billed.status == PodStatus.EXITED

    @property
    def rates(self) -> PodRates:
        """What the Pod cost an hour."""
        return rates(self.billed)

    def is_of(self, pod: Pod) -> bool:
        """Whether this Pod, as it is, goes on with this stretch."""
        return (self.pod_id, self.start, self.billed) == (pod.id, pod.start, billed(pod))


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyPoint:
    """The account's money at one moment, in USD; None where it was unknown.

    Attributes:
        at: Unix seconds.
        balance: what was left.
        spend_per_hour: by the service.
        burn_per_hour: by our rules.
    """

    at: float
    balance: Decimal | None
    spend_per_hour: Decimal | None
    burn_per_hour: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the timeline.

    Attributes:
        at: Unix seconds.
        pod_id: whom it is about; None for the account.
        kind: one word: `state`, `raised`, `cleared`, or another's own.
        text: one cleaned sentence.
    """

    at: float
    pod_id: PodId | None
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """How long a symptom was there.

    Attributes:
        pod_id: of whom; None for the account.
        code: of the symptom.
        severity: its word.
        said: what was seen when it was raised.
        raised_at: Unix seconds.
        cleared_at: Unix seconds; None while it is there.
    """

    pod_id: PodId | None
    code: str
    severity: str
    said: str
    raised_at: float
    cleared_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is remembered of the Pods that exist, and of the account's money.

    Attributes:
        stretches: by Pod, oldest first within a Pod.
        points: oldest first; the last day as seen, one an hour before that.
        spells: symptoms of any Pod that are there, or were within a day; newest first.
        since: when remembering began; None when nothing is remembered.
        trouble: one sentence on why it is not kept on disk; empty when it is.
    """

    stretches: tuple[Stretch, ...] = ()
    points: tuple[MoneyPoint, ...] = ()
    spells: tuple[Spell, ...] = ()
    since: float | None = None
    trouble: str = ""

    def of(self, pod_id: PodId) -> tuple[Stretch, ...]:
        """The stretches of one Pod, oldest first."""
        return tuple(stretch for stretch in self.stretches if stretch.pod_id == pod_id)

    def exited_since(self, pod_id: PodId) -> float | None:
        """When the Pod was first seen EXITED in its present stop; None when it is not stopped."""
        since: float | None = None
        for stretch in self.of(pod_id):
            if not stretch.is_stopped:
                since = None
            elif since is None:
                since = stretch.since
        return since


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost in a time.

    Attributes:
        amount: USD.
        is_whole: whether the whole time was watched and every price known; else it is a lower
            bound, or rests on a change whose moment nobody saw.
    """

    amount: Decimal
    is_whole: bool


def cost_between(stretches: Iterable[Stretch], start: float, end: float) -> Cost:
    """What one Pod cost in [start, end), by what was seen of it.

    A gap before a change counts as before the change up to its middle when it is small, and up to
    its end when it is large: what is not seen to have ended bills on. A gap without a change does
    not exist, since it belongs to its stretch.

    Args:
        stretches: of one Pod, oldest first.
        start: Unix seconds.
        end: Unix seconds.
    """
    total, is_whole = Decimal(0), True
    known = tuple(stretches)
    if not known or known[0].since > start:
        is_whole = False
    for stretch, since, until, is_sure in _bounds(known, end):
        seconds = min(until, end) - max(since, start)
        if seconds <= 0:
            continue
        rate = stretch.rates.total
        is_whole = is_whole and is_sure and rate is not None
        total += by_second(rate or Decimal(0), seconds)
    return Cost(total, is_whole)


def stopped_cost(history: History, pod_id: PodId, now: float) -> Cost | None:
    """What the volume disk has cost since the Pod's present stop; None when it is not stopped."""
    since = history.exited_since(pod_id)
    if since is None:
        return None
    stopped = tuple(s for s in history.of(pod_id) if s.is_stopped and s.until >= since)
    return cost_between(stopped, since, now)


def _bounds(
    stretches: tuple[Stretch, ...], now: float
) -> Iterable[tuple[Stretch, float, float, bool]]:
    """Each stretch with when it began and ended, and whether that end is known well enough."""
    if not stretches:
        return
    begins = stretches[0].since
    for stretch, after in pairwise(stretches):
        ends, is_sure = _change(stretch, after)
        yield stretch, begins, ends, is_sure
        begins = ends
    yield stretches[-1], begins, max(now, stretches[-1].until), True


def _change(before: Stretch, after: Stretch) -> tuple[float, bool]:
    """When one stretch turned into the next, and whether that is known well enough."""
    started = float(after.start) if after.start != before.start else 0.0
    if before.until < started <= after.since and not after.is_stopped:
        return started, True
    gap = after.since - before.until
    if gap <= SMALL_GAP_S:
        return before.until + gap / 2, True
    return after.since, False
