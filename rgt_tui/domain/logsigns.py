"""Symptoms that were read in the two log streams of a Pod."""

from typing import ClassVar

from rgt_tui.domain.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSign:
    """One symptom that a log shows.

    Attributes:
        code: of the symptom.
        reason: what the line means.
        line: the newest line that shows it; cleaned.
        stream: `container` or `system`.
        at: when that line was written, Unix seconds.
        count: how many lines show it.
    """

    code: str
    reason: str
    line: str
    stream: str
    at: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class LogSigns:
    """All that was recognised in the newest lines of a Pod's logs."""

    called: ClassVar[str] = "the Pod's logs"

    signs: tuple[LogSign, ...] = ()

    def of(self, code: str) -> tuple[LogSign, ...]:
        """The signs of one symptom, newest first."""
        return tuple(sorted((s for s in self.signs if s.code == code), key=lambda s: -s.at))
