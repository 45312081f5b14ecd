"""How long the GPUs of a Pod have done nothing, kept from look to look."""

from typing import ClassVar

from rgt_tui.domain.records import dataclass


@dataclass(frozen=True, slots=True)
class GpuIdle:
    """Since when every GPU of a Pod was seen at 0 %.

    Attributes:
        since: Unix seconds of the first look of the present spell; None while they work.
        seen_at: Unix seconds of the newest look.
        unwatched_s: seconds of the spell in which nobody looked, for instance between two consoles.
    """

    called: ClassVar[str] = "the use of its GPUs over time"

    since: float | None
    seen_at: float
    unwatched_s: float = 0.0

    def idle_for(self, now: float) -> float | None:
        """Seconds of the present spell as far as it was watched; None while they work."""
        return None if self.since is None else max(0.0, min(now, self.seen_at) - self.since)
