"""Write mode: a console starts read-only, and is unlocked by a person for ten minutes."""

from collections.abc import Callable
from typing import Final

from rgt_tui.domain.errors import GuardRefused

OPEN_S: Final = 600.0
"""How long one unlocking lasts."""
IMPOSSIBLE: Final = "this session is read-only (--read-only, or read_only in the configuration)"
LOCKED: Final = "write mode is locked: E unlocks it for 10 minutes"


class WriteMode:
    """Whether writes may be asked for just now. Read from any thread; one reference changes.

    Args:
        possible: whether it can be unlocked at all.
        monotonic: seconds of a clock that never jumps.
    """

    __slots__ = ("_monotonic", "_until", "possible")

    def __init__(self, *, possible: bool, monotonic: Callable[[], float]) -> None:
        self.possible: Final = possible
        self._monotonic = monotonic
        self._until: float | None = None

    def unlock(self, seconds: float = OPEN_S) -> None:
        """Lets writes be asked for, for a while.

        Raises:
            GuardRefused: this session is read-only.
        """
        if not self.possible:
            raise GuardRefused(IMPOSSIBLE)
        self._until = self._monotonic() + min(seconds, OPEN_S)

    def lock(self) -> None:
        """Ends it at once."""
        self._until = None

    @property
    def left_s(self) -> float | None:
        """Seconds that are left; None while it is locked."""
        until, now = self._until, self._monotonic()
        return until - now if until is not None and now < until <= now + OPEN_S else None

    @property
    def why_not(self) -> str | None:
        """Why no write may be asked for; None when one may."""
        if not self.possible:
            return IMPOSSIBLE
        return None if self.left_s is not None else LOCKED
