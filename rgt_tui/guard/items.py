"""The lines of the terminate checklist: what each asks, what was found, and what was waived.

A line shows its raw datum - path, size, age, hash prefix, place - and never a bare tick: crews with
an automatic checklist shut down the wrong engine against contrary instruments (Mosier, Palmer and
Degani 1992). "Could not look" is a state of its own and never opens the gate.
"""

import hashlib
import json
from enum import StrEnum
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.guard.table import Mark


class Item(StrEnum):
    """One line of the checklist. All but the approval are filled from evidence, never by hand."""

    IDENTITY = "identity"
    BLAST = "blast radius"
    DURABLE = "durable"
    LOADS = "loads"
    QUIET = "quiet"
    APPROVAL = "approval"


PROVEN: Final = (Item.IDENTITY, Item.BLAST, Item.DURABLE, Item.LOADS, Item.QUIET)
"""The lines that evidence decides, in their order."""
WAIVABLE: Final = frozenset({Item.BLAST, Item.DURABLE, Item.LOADS, Item.QUIET})
"""What may be waived unless the configuration says less. Identity and approval never are."""
REASON_LEAST: Final = 15
"""Characters a reason needs."""


class Found(StrEnum):
    """What a look at one line came to."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNSEEN = "could not look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One raw fact under a line; what is unknown is None and shown as `?`.

    Attributes:
        what: a path, a process, a GPU, a field of the Pod; cleaned.
        place: where it lies or was seen: `volume disk`, `local:jump1`, `api`.
        size: bytes.
        at: when it was changed or seen, in Unix seconds of the session's clock.
        sha256: of the content, in hex; empty when not hashed.
        said: anything else, in a few words.
    """

    what: str
    place: str = ""
    size: int | None = None
    at: float | None = None
    sha256: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What evidence says about one line.

    Attributes:
        item: the line.
        found: what the look came to.
        why: one sentence, also when all is well.
        at: when it was looked at, on the guard's clock.
        lives_s: how long that can be relied on.
        data: the raw facts.
        binding: what the verdict rests on. Another binding is another exhibit, and reopens the line;
            figures that may move without meaning anything are left out.
    """

    item: Item
    found: Found
    why: str
    at: float
    lives_s: float
    data: tuple[Datum, ...] = ()
    binding: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Names the verdict and what it rests on, whenever it was taken."""
        return digest_of([self.item, self.found, list(self.binding)])

    def is_live(self, now: float) -> bool:
        """Whether it can still be relied on; never when the clock was set back."""
        return 0 <= now - self.at <= self.lives_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A person's word in place of a proof. It lives in one checklist, for one exhibit.

    Attributes:
        item: the line.
        reason: as typed.
        exhibit: digest of what was waived; other evidence is not covered.
        is_blind: whether nothing could be seen at all.
    """

    item: Item
    reason: str
    exhibit: str
    is_blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it stands.

    Attributes:
        item: which.
        mark: its state.
        exhibit: the newest evidence; None before the first look.
        waiver: why it does not hold the gate shut although it is not proven.
    """

    item: Item
    mark: Mark = Mark.OPEN
    exhibit: Exhibit | None = None
    waiver: Waiver | None = None

    @property
    def why(self) -> str:
        """One sentence on where it stands."""
        if self.exhibit is None:
            return "looking" if self.mark is Mark.RUNNING else "not looked at yet"
        if self.waiver is not None:
            return f"waived: {self.waiver.reason}"
        return self.exhibit.why if self.mark is not Mark.OPEN else f"look again: {self.exhibit.why}"

    @property
    def data(self) -> tuple[Datum, ...]:
        """The raw facts."""
        return self.exhibit.data if self.exhibit is not None else ()


def digest_of(value: object) -> str:
    """SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"
