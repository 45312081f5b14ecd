"""World time: an instant that moves at a chosen speed, or only when told."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime


def stamp(instant: float) -> str:
    """An instant (UTC Unix seconds) as the API writes it: RFC 3339, whole seconds, `Z`."""
    return datetime.fromtimestamp(int(instant), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class WorldClock:
    """The time inside a world.

    It stands still until somebody gives it a speed (a running simulator does), and any thread
    may move it forward.
    """

    def __init__(self, start: float, ticks: Callable[[], float]) -> None:
        """Starts standing still.

        Args:
            start: UTC Unix seconds at which the world begins.
            ticks: a monotonic clock in seconds, which drives the world when it moves by itself.
        """
        self._lock = threading.Lock()
        self._ticks = ticks
        self._at = start
        self._since = ticks()
        self._speed = 0.0
        self._jumped = 0.0

    @property
    def now(self) -> float:
        """World time in UTC Unix seconds."""
        with self._lock:
            return self._read()

    @property
    def speed(self) -> float:
        """World seconds per real second; 0 is frozen."""
        return self._speed

    @property
    def metered(self) -> float:
        """Real seconds plus every jump: the clock by which requests are counted."""
        with self._lock:
            return self._ticks() + self._jumped

    def set_speed(self, speed: float) -> None:
        """Lets time pass at `speed` world seconds per real second from here on."""
        with self._lock:
            self._at = self._read()
            self._since = self._ticks()
            self._speed = speed

    def advance(self, seconds: float) -> None:
        """Jumps forward."""
        if seconds < 0:
            raise ValueError("world time never goes back")
        with self._lock:
            self._at += seconds
            self._jumped += seconds

    def _read(self) -> float:
        return self._at + (self._ticks() - self._since) * self._speed
