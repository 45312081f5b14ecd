"""When a source that has a clock of its own may ask again: steady, or with pauses after failures."""

import random
from typing import Final

from rgt_tui.domain.records import dataclass

BACKOFF_MAX: Final = 6.0
"""A source that fails is asked up to six times less often."""


@dataclass(slots=True)
class Turn:
    """The next time one source may ask, or ask one Pod.

    Attributes:
        due: Unix seconds.
        failures: how often in a row it failed.
        road: by what address and for which start of the Pod it is asked.
    """

    due: float = 0.0
    failures: int = 0
    busy: bool = False
    road: tuple[object, ...] = ()

    def take(self, road: tuple[object, ...], now: float) -> bool:
        """Whether it may ask now; then it is busy. A Pod that has moved is asked at once."""
        if self.road != road:
            self.due, self.failures, self.road = 0.0, 0, road
        if self.busy or now < self.due:
            return False
        self.busy = True
        return True

    def end(self, road: tuple[object, ...], every_s: float, now: float) -> None:
        """It has asked by `road`, every so many seconds when all goes well."""
        self.busy = False
        self.due = now + pause_s(every_s, self.failures) if self.road == road else 0.0


def pause_s(every_s: float, failures: int) -> float:
    """Seconds to the next try: the longer the oftener it failed, and never all at once."""
    longest = every_s * min(2.0**failures, BACKOFF_MAX)
    return random.uniform(every_s, longest)  # noqa: S311  # jitter, not a secret
