"""What can happen to a terminate checklist, as plain values."""

from enum import StrEnum

from rgt_tui.domain.records import dataclass
from rgt_tui.guard.checklist import Dossier
from rgt_tui.guard.items import Item
from rgt_tui.guard.joint import Joint


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Somebody began to look at a line."""

    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The facts as they are now: what is newer in them reopens what rested on the old ones."""

    dossier: Dossier
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Time went by: evidence and approvals expire, the undo window ends."""

    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A person takes a line on themselves.

    Attributes:
        item: the line.
        reason: as typed.
        can_write: whether write mode is unlocked.
    """

    item: Item
    reason: str
    can_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A person typed the challenge and pressed the button for it.

    Attributes:
        text: as typed.
        keys: how many single keys that took; pasted text takes fewer than it has characters.
        now: when.
        can_write: whether write mode is unlocked.
    """

    text: str
    keys: int
    now: float
    can_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A person approved several Pods at once, and it is this one's turn.

    Attributes:
        joint: which, and as they were then.
        text: as typed.
        keys: as in `Typed`.
        at: when it was typed.
        now: when this Pod's turn came.
        can_write: whether write mode was unlocked.
    """

    joint: Joint
    text: str
    keys: int
    at: float
    now: float
    can_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fenced:
    """The last look was taken: identity, blast radius, durable copies and quiet, all of them anew."""

    dossier: Dossier
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceFailed:
    """The last look could not be taken, or shows something else."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """A person left: Esc, Cancel, quit."""

    why: str = "cancelled; nothing was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalLost:
    """Nobody can see the list any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodVanished:
    """The Pod is no longer there, without our doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The request left, or is about to: the permit is used up."""


class Seen(StrEnum):
    """What reading after the request showed."""

    GONE = "gone"
    PRESENT = "present"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What reading after the request showed.

    Attributes:
        seen: the verdict.
        said: one sentence.
    """

    seen: Seen
    said: str = ""


Ending = FenceFailed | Cancelled | TerminalLost | PodVanished | Sent | Resolved
"""What moves the list and brings no evidence."""
Event = Looking | Gathered | Ticked | Waived | Typed | Joined | Fenced | Ending
