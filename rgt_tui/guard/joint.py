"""One approval for several Pods: which they are, and what all of them lose together.

Only Pods of which nothing was waived can share one. Each keeps its own checklist, its own last look
and its own permit; what they share is the text that a person types, and it states the sum.
"""

from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId, show_bytes
from rgt_tui.guard.challenge import Challenge
from rgt_tui.guard.loss import with_works

MOST: Final = 5
"""Pods that one approval may cover."""
LEAST: Final = 2
"""Below that a Pod has its own challenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One Pod as it was on the screen when it was approved with others.

    Attributes:
        pod: the Pod.
        evidence: digest of everything its checklist rests on.
        files, bytes: what it loses for good.
        works: git repositories with work that is nowhere else.
        is_complete: whether that is all of it.
    """

    pod: PodId
    evidence: str
    files: int
    bytes: int
    is_complete: bool
    works: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """What one approval covers; the set is fixed with it, and nothing joins later.

    Attributes:
        members: in the order in which they are deleted.
        seed: changes the order of the words.
    """

    members: tuple[Member, ...]
    seed: int

    @property
    def challenge(self) -> Challenge:
        """What has to be typed: how many Pods, files and bytes."""
        files = sum(it.files for it in self.members)
        size = show_bytes(sum(it.bytes for it in self.members))
        works = sum(it.works for it in self.members)
        pods = f"{len(self.members)} Pods"
        count = with_works(f"{files} file{'' if files == 1 else 's'} {size}", works)
        texts = (f"{pods} lose {count}", f"{count} lost with {pods}", f"lose {count} of {pods}")
        return Challenge(text=texts[self.seed % len(texts)])

    @property
    def why_not(self) -> str | None:
        """Why these Pods cannot share an approval; None when they can."""
        ids = {it.pod for it in self.members}
        if len(ids) != len(self.members):
            return "a Pod stands in it twice"
        if len(ids) < LEAST:
            return f"one approval for several needs {LEAST} Pods that are ready without a waiver"
        if len(ids) > MOST:
            return f"one approval covers {MOST} Pods at most"
        if not all(it.is_complete for it in self.members):
            return "what one of them loses was not listed whole"
        return None
