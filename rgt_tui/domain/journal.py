"""The audit log as values: what was asked for, by whom, and how it ended."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass

INTENT: Final = "intent"
"""Written before a request leaves; without it none does."""
OUTCOME: Final = "outcome"
"""How an intent ended."""
RECOVERED: Final = "recover"
"""What a later start saw of an intent that had no outcome. Recovery reads and never sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal; all text is cleaned.

    Attributes:
        seq: counts the lines from 1.
        at: Unix seconds.
        op: ties the lines of one operation together.
        event: `intent`, `outcome`, `recover`, `approve`, `waive`, `abort`, ...
        what: one phrase: `stop sweep-07`.
        who: the user, and the SSH client they came from.
        pod: id of the Pod concerned; empty when none is.
        said: the outcome, or a reason.
        pid, host: of the process that wrote it.
        raw: the whole line as JSON.
    """

    seq: int
    at: float | None
    op: str
    event: str
    what: str = ""
    who: str = ""
    pod: str = ""
    said: str = ""
    pid: int = 0
    host: str = ""
    raw: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReport:
    """The journal as read.

    Attributes:
        entries: oldest first.
        faults: one sentence for each break of the chain; empty when it is whole.
        notes: what is odd but no break, for instance a last line cut off by a crash.
    """

    called: ClassVar[str] = "the journal"
    entries: tuple[Entry, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def unsettled(self) -> tuple[Entry, ...]:
        """Intents of which no outcome is known, oldest first."""
        settled = {e.op for e in self.entries if e.event in (OUTCOME, RECOVERED)}
        return tuple(e for e in self.entries if e.event == INTENT and e.op not in settled)
