"""What a person looks at on a network volume from outside: questions, and the answers kept."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.objects import HeaderCheck, Listing
from rgt_tui.domain.records import dataclass

HEAD: Final = 16 * 1024
"""Bytes of a file's beginning that are shown."""
KEPT: Final = 400
"""Answers kept; the oldest are forgotten first."""


class Wish(StrEnum):
    """What is asked about a place."""

    FOLDER = "folder"
    """What lies in it, one level."""
    HEAD = "head"
    """How a file begins."""
    VERIFY = "verify"
    """What the tables of a file prove; asked of a folder, those of each file in it."""
    TRASH = "trash"
    """All files in trash folders, on the whole volume."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One question.

    Attributes:
        volume: id of the network volume.
        path: path under the mount; a folder's ends in `/`, and the top is empty.
        wish: what is asked.
    """

    volume: str
    path: str = field(repr=False)
    wish: Wish = Wish.FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, or why nothing did.

    Attributes:
        at: Unix seconds.
        is_waiting: whether the question is still being asked; what is there is the answer before.
        listing: of a folder, or of the trash.
        head: the first bytes of a file.
        check: what its tables prove.
        trouble: why there is no answer; empty when there is one.
        hint: what to do then.
    """

    at: float
    is_waiting: bool = False
    listing: Listing | None = None
    head: bytes | None = field(default=None, repr=False)
    check: HeaderCheck | None = None
    trouble: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Shelves:
    """The answers that are known, oldest first."""

    answers: Mapping[Glance, Answer] = field(default_factory=lambda: MappingProxyType({}))

    def after(self, glance: Glance, answer: Answer) -> "Shelves":
        """These answers and one more, as the newest."""
        others = {key: value for key, value in self.answers.items() if key != glance}
        kept = list(others.items())[-(KEPT - 1) :]
        return Shelves(MappingProxyType(dict([*kept, (glance, answer)])))

    def without(self, volume: str) -> "Shelves":
        """These answers without those about one volume."""
        kept = {key: value for key, value in self.answers.items() if key.volume != volume}
        return Shelves(MappingProxyType(kept))
