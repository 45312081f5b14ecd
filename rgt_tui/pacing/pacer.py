"""Decides what to read next and when, inside a rate limit that others share.

The limit belongs to the account: other consoles, scripts and tools spend from the same windows,
and the only thing that tells of them is the number of calls left in each answer. So:

1. What is wanted is resources - Pods, volumes - not panes; ten panes cost what one does. The
   resource most overdue, measured by its own interval, goes first.
2. Calls are let out by a bucket of tokens. It fills at the speed that makes each window last
   until it starts anew - what remains, less a reserve, by the time left - times the share of the
   account's measured use that is ours, times a factor that halves on a 429 and grows slowly with
   each answer. The share is pushed a little towards fairness, so that a console that starts late
   beside a busy one does not stay poor.
3. The reserve is for the person: a refresh asked for by a key may always spend it. When nothing
   but the reserve is left, reading goes on slowly and gets slower as the reserve shrinks.
4. A 429 stops everything until the time it names has passed.
5. When nobody is looking, intervals are stretched.

Time is given to every method, so a day can be replayed in seconds.
"""

import math
import random
from collections.abc import Mapping
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.pacing.quota import Quota, Window

RATE_MAX: Final = 1.0
BURST: Final = 4.0
FLOOR: Final = 1.0 / 30.0
"""Calls a second while the reserve is whole and everything else is spent."""
IDLE_STRETCH: Final = 4.0
HORIZON_S: Final = 300.0
"""Over how long the account's use is measured."""
FAIRNESS: Final = 0.05
"""How much of what others use is claimed on top of our own use."""
CROWD: Final = 5.0
"""From so many consoles on, each claims less, lest together they overspend."""
HALVED_MIN: Final = 1.0 / 16.0
GROWTH: Final = 0.004
JITTER: Final = 0.25
URGENT_GAP_S: Final = 0.5
"""A key held down reads a resource twice a second, no faster."""
LOST_S: Final = 120.0
"""A read that was never reported as done counts as lost after this."""
LOOK_AGAIN_S: Final = 30.0
FOREIGN_SHARE: Final = 0.5
"""From this share of the quota on, the use by others is worth telling."""
_UNITS: Final = {"minute": "min", "hour": "h"}


@dataclass(frozen=True, slots=True)
class _Live:
    """A window as told by the newest answer, on our own clock."""

    window: Window
    seen_at: float

    def left(self, now: float, foreign: float) -> tuple[float, float]:
        """(calls left, seconds left), by reckoning: others go on, and a window starts anew."""
        length = self.window.length_s
        ends = self.seen_at + self.window.resets_in_s
        if now < ends:
            spent = foreign * (now - self.seen_at)
            return max(0.0, self.window.remaining - spent), ends - now
        if length is None or self.window.limit is None:
            return math.inf, 1.0
        into = (now - ends) % length
        return max(0.0, self.window.limit - foreign * into), length - into

    @property
    def reserve(self) -> float:
        """Calls kept back for the person: 10 a minute, 150 an hour, 1500 a day of the usual quota."""
        limit, length = self.window.limit, self.window.length_s
        if limit is None or length is None:
            return 10.0
        part = 1 / 6 if length <= 60 else 1 / 20 if length <= 3600 else 3 / 100
        return limit * part


class Pacer:
    """The plan of one console. Not for several threads.

    Attributes:
        idle: whether nobody is looking; intervals are longer then.
        paused: resources that nobody wants just now; they are not read.
    """

    def __init__(self, intervals: Mapping[str, float], rng: random.Random) -> None:
        """Starts with everything overdue.

        Args:
            intervals: seconds between two reads of each resource, when nothing slows it down.
            rng: for the jitter after a 429.
        """
        self.idle = False
        self.paused: frozenset[str] = frozenset()
        self._intervals = dict(intervals)
        self._rng = rng
        self._done_at: dict[str, float] = {}
        self._busy: dict[str, float] = {}
        self._urgent: dict[str, None] = {}
        self._live: dict[str, _Live] = {}
        self._told = False
        self._stopped_until = -math.inf
        self._factor = 1.0
        self._tokens = BURST
        self._filled_at: float | None = None
        self._prepaid = 0
        self._own = self._total = 0.0
        self._measured_at: float | None = None
        self._measuring_since: float | None = None

    def due(self, now: float) -> str | None:
        """The resource to read now, None when nothing may or need be. Call `done` after the read."""
        self._fill(now)
        if now < self._stopped_until:
            return None
        name = self._most_wanted(now)
        if name is None:
            return None
        self._urgent.pop(name, None)
        self._busy[name] = now
        self._tokens -= 1.0
        self._prepaid += 1
        return name

    def done(self, resource: str, now: float) -> None:
        """Notes that a read has ended, well or not. One that sent nothing gives its token back."""
        self._fill(now)
        if self._busy.pop(resource, None) is not None:
            self._done_at[resource] = now
        if not self._busy and self._prepaid > 0:
            self._tokens = min(BURST, self._tokens + self._prepaid)
            self._prepaid = 0

    def answered(self, quota: Quota, now: float) -> None:
        """Takes in what one answer told of the rate limit; call it for every answer there is."""
        self._fill(now)
        if self._prepaid > 0:
            self._prepaid -= 1
        else:
            self._tokens = max(-BURST, self._tokens - 1.0)
        self._measure(quota, now)
        self._told = True
        self._live = {window.name: _Live(window, now) for window in quota.windows}
        self._factor = min(1.0, self._factor + GROWTH)

    def limited(self, retry_after_s: float, now: float) -> None:
        """Stops everything after a 429, for the time it names and a little more."""
        self._fill(now)
        pause = retry_after_s * (1.0 + self._rng.uniform(0.0, JITTER))
        self._stopped_until = max(self._stopped_until, now + pause)
        self._factor = max(HALVED_MIN, self._factor / 2.0)
        self._tokens = min(self._tokens, 1.0)

    def at_most_every(self, seconds: float) -> None:
        """Reads no resource more often than that; for whoever watches without a person."""
        self._intervals = {name: max(every, seconds) for name, every in self._intervals.items()}

    def request_now(self, resource: str) -> None:
        """Puts a resource first, because a person asked for it. It may spend the reserve."""
        if resource in self._intervals and resource not in self.paused:
            self._urgent[resource] = None

    def wait(self, now: float) -> float:
        """Seconds until something may be due; ask again then, or after a request by a person."""
        self._fill(now)
        if now < self._stopped_until:
            return min(LOOK_AGAIN_S, self._stopped_until - now)
        free = self._free(now)
        urgent = [self._urgent_at(name) for name in free if name in self._urgent]
        planned = [self._due_at(name) for name in free]
        at = min(planned, default=math.inf) - now
        at = max(at, self._until_token(now))
        if urgent and self._may_spend_reserve(now):
            at = min(at, min(urgent) - now)
        return min(LOOK_AGAIN_S, max(0.0, at))

    def summary(self, now: float) -> str:
        """What the status line says of the rate limit; empty before the first answer."""
        if now < self._stopped_until:
            return f"429, waits {math.ceil(self._stopped_until - now)}s"
        foreign = self._foreign_share()
        if foreign >= FOREIGN_SHARE:
            percent = min(100, round(foreign * 100))
            return f"something else on this account uses {percent} % of the quota"
        window = Quota(tuple(live.window for live in self._live.values())).tightest()
        if window is None:
            return "quota not told" if self._told else ""
        left, _ = self._live[window.name].left(now, self._foreign_rate())
        return f"quota {left:.0f}/{window.limit} per {_UNITS.get(window.name, window.name)}"

    def _most_wanted(self, now: float) -> str | None:
        free = self._free(now)
        urgent = [name for name in free if name in self._urgent and self._urgent_at(name) <= now]
        if urgent and (self._tokens >= 1.0 or self._may_spend_reserve(now)):
            return min(urgent, key=list(self._urgent).index)
        overdue = [name for name in free if self._due_at(name) <= now]
        if not overdue or self._tokens < 1.0:
            return None
        return max(overdue, key=lambda name: self._overdue_by(name, now))

    def _free(self, now: float) -> list[str]:
        return [
            name
            for name in self._intervals
            if name not in self.paused and not self._is_busy(name, now)
        ]

    def _interval(self, name: str) -> float:
        return self._intervals[name] * (IDLE_STRETCH if self.idle else 1.0)

    def _due_at(self, name: str) -> float:
        return self._done_at.get(name, -math.inf) + self._interval(name)

    def _urgent_at(self, name: str) -> float:
        return self._done_at.get(name, -math.inf) + URGENT_GAP_S

    def _overdue_by(self, name: str, now: float) -> float:
        return (now - self._done_at.get(name, -math.inf)) / self._interval(name)

    def _is_busy(self, name: str, now: float) -> bool:
        since = self._busy.get(name)
        return since is not None and now - since < LOST_S

    def _fill(self, now: float) -> None:
        since = now if self._filled_at is None else self._filled_at
        self._filled_at = max(now, since)
        if now > since:
            self._tokens = min(BURST, self._tokens + (now - since) * self._rate(now))

    def _until_token(self, now: float) -> float:
        missing = 1.0 - self._tokens
        if missing <= 0.0:
            return 0.0
        rate = self._rate(now)
        return missing / rate if rate > 0.0 else math.inf

    def _rate(self, now: float) -> float:
        """Calls a second that may be planned."""
        rate, floor = RATE_MAX, FLOOR
        foreign = self._foreign_rate()
        for live in self._live.values():
            left, seconds = live.left(now, foreign)
            spare = max(0.0, left - live.reserve) / max(1.0, seconds)
            rate = min(rate, spare * self._share())
            floor = min(floor, FLOOR * min(1.0, left / live.reserve) ** 2)
        return max(rate * self._factor, floor)

    def _may_spend_reserve(self, now: float) -> bool:
        foreign = self._foreign_rate()
        return all(live.left(now, foreign)[0] >= 1.0 for live in self._live.values())

    def _share(self) -> float:
        """Our part of the account's use, pushed a little upwards."""
        if self._total <= 0.0:
            return 1.0
        part = min(1.0, self._own / self._total)
        return part + FAIRNESS * min(1.0, CROWD * part) * (1.0 - part)

    def _foreign_rate(self) -> float:
        """Calls a second that others make."""
        if self._measured_at is None or self._measuring_since is None:
            return 0.0
        observed = self._measured_at - self._measuring_since
        span = HORIZON_S * (1.0 - math.exp(-max(1.0, observed) / HORIZON_S))
        return max(0.0, self._total - self._own) / span

    def _foreign_share(self) -> float:
        """The part of the sustainable quota that others use; 0 while it is not known."""
        sized = [
            live.window.limit / live.window.length_s
            for live in self._live.values()
            if live.window.limit and live.window.length_s
        ]
        if not sized or self._own < 2.0:
            return 0.0
        return self._foreign_rate() / min(sized)

    def _measure(self, quota: Quota, now: float) -> None:
        """Counts our call, and by the drop of the longest window everybody's since the last one."""
        if self._measured_at is None:
            self._measured_at = self._measuring_since = now
            return
        decay = math.exp(-max(0.0, now - self._measured_at) / HORIZON_S)
        self._measured_at = now
        drop = 1
        longest = max(quota.windows, key=lambda window: window.resets_in_s, default=None)
        before = self._live.get(longest.name) if longest is not None else None
        if longest is not None and before is not None:
            drop = max(1, before.window.remaining - longest.remaining)
        self._own = self._own * decay + 1.0
        self._total = self._total * decay + drop
