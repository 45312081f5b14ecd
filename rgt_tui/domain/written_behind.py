"""Files of a Pod on a global volume, which writes late: what was flushed, and read from elsewhere."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from rgt_tui.domain.checkpoint import Copy, FileStamp
from rgt_tui.domain.records import dataclass

if TYPE_CHECKING:  # the first frame can spare it
    from rgt_tui.domain.durable import Flushed


@dataclass(frozen=True, slots=True, kw_only=True)
class FlushSeen:
    """One file as it was when it and its folder were flushed, and what that answered."""

    stamp: FileStamp
    flushed: "Flushed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBehind:
    """What speaks for the files of one Pod on its global volumes.

    Attributes:
        flushes: the last flush of each, by path.
        copies: what another Pod read there, by path here.
        without: why there is no second witness; empty while there may be one.
    """

    called: ClassVar[str] = "files on a global volume"

    flushes: Mapping[str, FlushSeen] = field(default_factory=lambda: MappingProxyType({}))
    copies: Mapping[str, Copy] = field(default_factory=lambda: MappingProxyType({}))
    without: str = ""

    def flushed(self, stamp: FileStamp) -> "Flushed | None":
        """The flush of exactly this state of a file; None when there was none."""
        seen = self.flushes.get(stamp.path)
        return seen.flushed if seen is not None and seen.stamp == stamp else None

    def copies_of(self, stamp: FileStamp) -> tuple[Copy, ...]:
        """What was read from elsewhere at the path of a file."""
        copy = self.copies.get(stamp.path)
        return (copy,) if copy is not None else ()
