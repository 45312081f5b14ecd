"""What a person has to type: the consequence in words, different from time to time.

A warning loses its effect after the second sight of it (Anderson and others, CHI 2015). Making a
person act on the datum that matters brings informed decisions two to three times as often, also
after habituation (Bravo-Lillo and others, SOUPS 2013). So the text states what is lost, and its
order changes. The id joins where the name does not tell Pods apart, and replaces one that cannot be
typed as it is shown.
"""

import re
import unicodedata
from typing import Final, Protocol

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import show_bytes
from rgt_tui.guard.loss import LossMap, Names, with_works

_PLAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,38}[A-Za-z0-9])?\Z", re.ASCII)
_ALIKE: Final = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "5": "s", "_": "-", ".": "-", " ": "-"}
)


class Given(Protocol):
    """What a person has typed, with how many keys, and whether write mode was unlocked then."""

    @property
    def text(self) -> str:
        """As typed."""

    @property
    def keys(self) -> int:
        """Single presses; a paste has fewer than characters."""

    @property
    def can_write(self) -> bool:
        """Whether write mode was unlocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What to type.

    Attributes:
        text: exactly this, case and all.
        note: why the id is in it; empty when the name is enough.
    """

    text: str
    note: str = ""

    def is_met_by(self, typed: str) -> bool:
        """Whether that was typed; blanks at the ends do not matter."""
        return typed.strip(" ") == self.text

    def why_not(self, given: Given, seen_s: float, view_s: float) -> str | None:
        """Why what was typed approves nothing; None when it does.

        Args:
            given: what was typed.
            seen_s: how long it has been on the screen.
            view_s: how long it has to be looked at.
        """
        if not given.can_write:
            return "write mode is locked: E unlocks it for 10 minutes"
        if seen_s < view_s:
            return f"look at it for {view_s:g} s first"
        if given.keys < len(given.text):
            return "pasted text is no approval: type it"
        if not self.is_met_by(given.text):
            return "that is not what has to be typed"
        return None


def challenge_of(
    pod_id: str, names: Names, loss: LossMap, *, is_grave: bool, seed: int
) -> Challenge:
    """The challenge for one Pod.

    Args:
        pod_id: the service's id of it.
        names: its name and those around it.
        loss: what it would lose.
        is_grave: whether something was waived, so that the size is stated too.
        seed: changes the order of the words; fixed for one checklist.
    """
    who, note = called(pod_id, names)
    if loss.is_complete and not loss.is_something and not is_grave:
        return Challenge(text=who, note=note)
    count = f"{loss.files} file{'' if loss.files == 1 else 's'}"
    if not loss.files and loss.is_complete and not is_grave:
        count = ""
    if not loss.is_complete:
        count = f"{count} or more"
    if is_grave:
        count = f"{count} {show_bytes(loss.bytes)}"
    count = with_works(count, len(loss.works))
    texts = (f"{who} loses {count}", f"{count} lost with {who}", f"lose {count} of {who}")
    return Challenge(text=texts[seed % len(texts)], note=note)


def called(pod_id: str, names: Names) -> tuple[str, str]:
    """What to call a Pod so that no other is meant, and why that is not its name alone."""
    if not _PLAIN.match(names.name) or "  " in names.name:
        return pod_id, "the name is not plain text, so the id is asked for"
    if names.name in names.others:
        return f"{names.name} {pod_id}", "another Pod has the same name"
    shape = folded(names.name)
    if any(folded(other) == shape for other in names.others):
        return f"{names.name} {pod_id}", "another Pod's name looks the same"
    return names.name, ""


def folded(name: str) -> str:
    """The shape of a name, in which what looks alike is alike."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return plain.replace("rn", "m").replace("vv", "w").translate(_ALIKE)
