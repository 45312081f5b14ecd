"""Requests counted per user in three fixed windows, told in the RateLimit headers.

Header forms and the example quota (60 a minute, 3000 an hour, 50000 a day) are those of the
REST v2 specification. Several keys of one user share the windows.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

NAMES: Final = (("minute", 60), ("hour", 3600), ("day", 86400))


@dataclass(frozen=True, slots=True)
class Quota:
    """Requests allowed per minute, hour and day."""

    minute: int = 60
    hour: int = 3000
    day: int = 50_000

    def windows(self) -> tuple[tuple[str, int, int], ...]:
        """Name, requests and seconds of each window."""
        return tuple((name, getattr(self, name), span) for name, span in NAMES)


UNMETERED: Final = Quota(10**9, 10**9, 10**9)
"""Large enough for any test that is not about limits."""


@dataclass(slots=True)
class Limiter:
    """Counts one user's requests."""

    quota: Quota
    clock: Callable[[], float]
    """Seconds, monotonic; windows begin at its multiples."""
    _counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    refused: int = 0
    """How many requests were answered 429."""

    def admit(self) -> int | None:
        """Counts one request; None if it may pass, else the seconds to wait."""
        exhausted = [self._left(name, quota, span) for name, quota, span in self.quota.windows()]
        waits = [reset for remaining, reset in exhausted if remaining <= 0]
        if waits:
            self.refused += 1
            return max(waits)
        for name, _, span in self.quota.windows():
            number, count = self._window(name, span)
            self._counts[name] = (number, count + 1)
        return None

    def headers(self) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy` as of now."""
        state, policy = [], []
        for name, quota, span in self.quota.windows():
            remaining, reset = self._left(name, quota, span)
            state.append(f'"{name}";r={remaining};t={reset}')
            policy.append(f'"{name}";q={quota};w={span}')
        return {"RateLimit": ", ".join(state), "RateLimit-Policy": ", ".join(policy)}

    def exhausted(self) -> str:
        """The longest window that has nothing left, for the refusal's text."""
        names = [
            name
            for name, quota, span in self.quota.windows()
            if self._left(name, quota, span)[0] <= 0
        ]
        return names[-1] if names else "minute"

    def spend(self, count: int) -> None:
        """Takes `count` requests, as another program of the same user would."""
        for name, _, span in self.quota.windows():
            number, used = self._window(name, span)
            self._counts[name] = (number, used + count)

    def _window(self, name: str, span: int) -> tuple[int, int]:
        number = int(self.clock() // span)
        known, count = self._counts.get(name, (number, 0))
        return (number, count if known == number else 0)

    def _left(self, name: str, quota: int, span: int) -> tuple[int, int]:
        _, count = self._window(name, span)
        reset = math.ceil(span - self.clock() % span)
        return max(0, quota - count), reset
