"""How often a run is to write a checkpoint: as a person has set it, or as the run has done so far."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass

FEWEST: Final = 3
"""Checkpoints in one folder from which a rhythm is learnt."""
NEWEST: Final = 8
"""As many are looked at: a run that was changed has another rhythm."""
GRACE: Final = 2.0
"""Twice the longest pause so far is overdue: an evaluation now and then is not."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """What a person has set.

    Attributes:
        by_name: patterns of Pod names, in which * stands for anything, and seconds; the first
            that fits counts.
    """

    called: ClassVar[str] = "the configured cadence"

    by_name: tuple[tuple[str, float], ...] = ()

    def of(self, name: str) -> float | None:
        """Seconds from checkpoint to checkpoint for a Pod of that name; None where none is set."""
        from fnmatch import fnmatchcase  # not at the start: it is asked when runs are looked at

        return next((s for pattern, s in self.by_name if fnmatchcase(name, pattern)), None)


def learnt(written: Iterable[tuple[str, float]]) -> float | None:
    """The longest pause between checkpoints in the folder of the newest one, in seconds.

    Args:
        written: the path of each checkpoint and when it was written, Unix seconds.
    """
    known = list(written)
    if not known:
        return None
    folder = _folder(max(known, key=lambda each: each[1])[0])
    times = sorted(at for path, at in known if _folder(path) == folder)[-NEWEST:]
    return max(_pauses(times)) if len(times) >= FEWEST else None


def _folder(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0]


def _pauses(times: Sequence[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]
