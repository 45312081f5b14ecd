"""The session's clock: wall time that never jumps.

Ages and time limits must not follow a wall clock that is set back or forward, so the wall clock
is read once and a clock that never jumps counts from there. It goes on while the machine sleeps, as
evidence ages then too: a laptop closed between an approval and the last look opens on an old one.
"""

import time
from typing import Final, Protocol


class Clock(Protocol):
    """Gives Unix seconds."""

    def __call__(self) -> float:
        """Unix seconds now."""


def steady() -> float:
    """Seconds of a clock that never jumps and, on Linux, goes on while the machine sleeps."""
    return time.clock_gettime(_STEADY)


def session_clock() -> Clock:
    """A clock that starts at the present wall time and then only runs forward."""
    offset = time.time() - steady()  # noqa: TID251  # the one place that reads the wall clock
    return lambda: steady() + offset


_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
