"""The session's clock: wall time that never jumps.

Ages and time limits must not follow a wall clock that is set back or forward, so the wall clock
is read once and the monotonic clock counts from there.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Gives Unix seconds."""

    def __call__(self) -> float:
        """Unix seconds now."""


def session_clock() -> Clock:
    """A clock that starts at the present wall time and then only runs forward."""
    offset = time.time() - time.monotonic()  # noqa: TID251  # the one place that reads the wall clock
    return lambda: time.monotonic() + offset
