"""A day of several consoles on one account, in virtual time, against a server that counts.

The server keeps fixed windows of 60 a minute, 3000 an hour, 50000 a day, as RunPod's document
of 2026-08-18 gives them as an example, and reports them in headers of its own making. Each
console reads Pods every 5 s, volumes every 60 s and a log every 20 s, and its person asks for a
refresh now and then. Nothing here sleeps.
"""

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from rgt_tui.pacing.pacer import Pacer
from rgt_tui.pacing.quota import read_quota

WINDOWS = (("minute", 60, 60), ("hour", 3000, 3600), ("day", 50000, 86400))
INTERVALS = {"boot_log": 20.0, "pods": 5.0, "volumes": 60.0}
LATENCY_S = 0.2
REFRESH_EVERY_S = 180.0
"""How often a person presses the refresh key, on average."""


@dataclass(slots=True)
class Server:
    """Counts calls in fixed windows and says so in headers."""

    used: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    refused: int = 0

    def call(self, now: float) -> tuple[str, str, float | None]:
        """(RateLimit, RateLimit-Policy, Retry-After or None) of one call."""
        self.calls += 1
        keys = {name: f"{name}{now // length:.0f}" for name, _, length in WINDOWS}
        full = [length for name, limit, length in WINDOWS if self.used.get(keys[name], 0) >= limit]
        if full:
            self.refused += 1
        else:
            for key in keys.values():
                self.used[key] = self.used.get(key, 0) + 1
        live = ", ".join(
            f'"{name}";r={limit - self.used.get(keys[name], 0)};t={math.ceil(length - now % length)}'
            for name, limit, length in WINDOWS
        )
        policy = ", ".join(f'"{name}";q={limit};w={length}' for name, limit, length in WINDOWS)
        wait = max((math.ceil(length - now % length) for length in full), default=None)
        return live, policy, wait


@dataclass(slots=True)
class Console:
    """One person's console and what it lived through."""

    pacer: Pacer
    rng: random.Random
    ages: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    pods_at: float = 0.0
    asked_at: float | None = None
    next_key: float = 0.0

    def press(self, now: float) -> None:
        """The person asks for a refresh now, and again some time later."""
        self.pacer.request_now("pods")
        self.asked_at = now if self.asked_at is None else self.asked_at
        self.next_key = now + self.rng.expovariate(1 / REFRESH_EVERY_S)

    def step(self, server: Server, now: float) -> float:
        """Does what is due at `now`; gives the time of its next step."""
        if now >= self.next_key:
            self.press(now)
        name = self.pacer.due(now)
        if name is None:
            return now + max(0.02, min(self.pacer.wait(now), self.next_key - now))
        if name == "pods" and self.asked_at is not None:
            self.waits.append(now - self.asked_at)
            self.asked_at = None
        end = now + LATENCY_S * self.rng.uniform(0.5, 2.0)
        live, policy, retry_after = server.call(now)
        self.pacer.answered(read_quota(live, policy), end)
        if retry_after is not None:
            self.pacer.limited(retry_after, end)
        elif name == "pods":
            self.ages.append(end - self.pods_at)
            self.pods_at = end
        self.pacer.done(name, end)
        return end


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What came of one replay. Ages and waits in seconds."""

    consoles: int
    hours: float
    foreign_per_s: float
    calls: int
    refused: int
    age_p50: float
    age_p99: float
    age_max: float
    wait_p99: float
    summary: str


def replay(consoles: int, hours: float, *, foreign_per_s: float = 0.0, seed: int = 1) -> Day:
    """Lives through `hours` with `consoles` consoles and a script that calls steadily."""
    rng = random.Random(seed)
    server = Server()
    fleet = [
        Console(Pacer(INTERVALS, random.Random(rng.random())), random.Random(rng.random()))
        for _ in range(consoles)
    ]
    queue: list[tuple[float, int]] = [(rng.uniform(0, 5), number) for number in range(consoles)]
    if foreign_per_s:
        queue.append((0.0, -1))
    for at, number in queue:
        if number >= 0:
            fleet[number].pods_at = at
            fleet[number].next_key = at + rng.uniform(30, REFRESH_EVERY_S)
    heapq.heapify(queue)
    end = hours * 3600
    while queue[0][0] < end:
        now, number = heapq.heappop(queue)
        if number < 0:
            server.call(now)
            queue_at = now + 1 / foreign_per_s
        else:
            queue_at = fleet[number].step(server, now)
        heapq.heappush(queue, (queue_at, number))
    return _told(fleet, server, end, hours, foreign_per_s)


def _told(
    fleet: Sequence[Console], server: Server, end: float, hours: float, foreign_per_s: float
) -> Day:
    gaps = sorted(gap for console in fleet for gap in (*console.ages, end - console.pods_at))
    waits = sorted(wait for console in fleet for wait in console.waits)
    return Day(
        consoles=len(fleet),
        hours=hours,
        foreign_per_s=foreign_per_s,
        calls=server.calls,
        refused=server.refused,
        age_p50=_age_quantile(gaps, 0.5),
        age_p99=_age_quantile(gaps, 0.99),
        age_max=gaps[-1],
        wait_p99=waits[int(len(waits) * 0.99)] if waits else 0.0,
        summary=fleet[0].pacer.summary(end),
    )


def _age_quantile(gaps: Sequence[float], part: float) -> float:
    """The age of the data below which it is for `part` of the time.

    Between two reads that lie `gap` apart, the age runs evenly from 0 to `gap`.
    """
    low, high = 0.0, gaps[-1]
    whole = sum(gaps)
    for _ in range(40):
        middle = (low + high) / 2
        below = sum(min(gap, middle) for gap in gaps)
        low, high = (middle, high) if below < part * whole else (low, middle)
    return high


CASES = ((1, 0.0), (3, 0.0), (5, 0.0), (8, 0.0), (2, 0.3), (2, 0.9))


def table(hours: float = 24.0) -> str:
    """The figures of all cases as a table."""
    rows = [
        "consoles  script/s  calls  429s  pods age p50 / p99 / max s  refresh wait p99 s  status line"
    ]
    for consoles, foreign in CASES:
        day = replay(consoles, hours, foreign_per_s=foreign)
        ages = f"{day.age_p50:.1f} / {day.age_p99:.1f} / {day.age_max:.0f}"
        rows.append(
            f"{consoles:>8}  {foreign:>8.1f}  {day.calls:>5}  {day.refused:>4}  {ages:>26}"
            f"  {day.wait_p99:>18.1f}  {day.summary}"
        )
    return "\n".join(rows)


def main() -> None:
    """Prints the table of a whole day."""
    print(
        "Pacing: 24 h in virtual time, limits 60/min 3000/h 50000/day (aim: 5 consoles, 0 x 429, p99 <= 30 s)"
    )
    print(table())


if __name__ == "__main__":
    main()
