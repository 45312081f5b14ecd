"""Has a hand write a pull's small files as parts and give whole parts their names, and notes it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Final, TypeVar

from rgt_tui.clients.pull_board import Job
from rgt_tui.clients.pull_hand import Hand
from rgt_tui.clients.pull_hand_process import HandProcesses
from rgt_tui.clients.pull_journal import Journal
from rgt_tui.clients.pull_parts import Parts
from rgt_tui.clients.pull_target import Target
from rgt_tui.clients.pull_tree import plant
from rgt_tui.domain.pulling import Ended
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

MANY: Final = 128
"""Files that come together from which processes of their own are the hand."""
Done = TypeVar("Done")


@dataclass(slots=True)
class Placing:
    """The hand of one pull; any thread may use it. All of it blocks."""

    target: Target
    parts: Parts
    journal: Journal
    _hand: Hand | HandProcesses | None = None
    _using: threading.Lock = field(default_factory=threading.Lock)

    def stage(
        self,
        jobs: Sequence[Job],
        sums: Sequence[str],
        content: memoryview,
        *,
        grows: bool = False,
    ) -> list[Job]:
        """Writes small files whose bytes follow one another.

        Args:
            jobs: the files.
            sums: the SHA-256 of each there.
            content: their bytes.
            grows: whether they grow as a tree, since nothing of it is here yet.

        Returns:
            Those whose bytes have that hash.

        Raises:
            OSError: one cannot be written.
        """
        files = [
            (job.relative if grows else job.key, job.remote.size, job.remote.mtime_ns, sha256)
            for job, sha256 in zip(jobs, sums, strict=True)
        ]
        equal = self._by_hand(len(files), lambda hand: hand.stage(files, content, grows=grows))
        whole = []
        for job, sha256, is_equal in zip(jobs, sums, equal, strict=True):
            if is_equal:
                job.sha256, job.is_staged, job.is_grown = sha256, True, grows
                whole.append(job)
        self.journal.stage(
            [
                (job.key, job.relative, job.sha256, job.remote.size, job.remote.mtime_ns)
                for job in whole
            ]
        )
        return whole

    def place(self, jobs: Sequence[Job], *, replace: bool) -> list[Job]:
        """Gives parts their final names; those that have one now. The others have ended.

        Raises:
            OSError: one cannot be named.
        """
        placed = plant([job for job in jobs if job.is_grown], self.parts, self.target)
        jobs = [job for job in jobs if not job.is_placed]
        if not jobs:
            return placed
        files = [(job.key, job.relative) for job in jobs]
        taken = self._by_hand(len(files), lambda hand: hand.place(files, replace=replace))
        for job, why in zip(jobs, taken, strict=True):
            if why:
                job.end(Ended.EXISTS, clean(why))
                self.parts.drop(job.key)
                self.journal.forget(job.key)
            else:
                job.is_placed = True
                job.hold = self.parts.path_of(job.key)
                placed.append(job)
        self.target.named(job.relative for job in placed)
        return placed

    def close(self) -> None:
        """Ends the hand; it begins again when it is needed."""
        with self._using:
            hand, self._hand = self._hand, None
        if hand is not None:
            hand.close()

    def _by_hand(self, count: int, work: Callable[[Hand | HandProcesses], Done]) -> Done:
        """What the hand for so many files does; that of this process does one thing at a time."""
        with self._using:
            hand = self._hand_for(count)
            if isinstance(hand, Hand):
                return work(hand)
        return work(hand)

    def _hand_for(self, count: int) -> Hand | HandProcesses:
        hand, target = self._hand, self.target
        given = (self.parts.descriptor, target.root, target.staging)
        if count >= MANY and not isinstance(hand, HandProcesses):
            if hand is not None:
                hand.close()
            hand = HandProcesses(*given, lock=target.lock)
        self._hand = hand = hand or Hand(*given)
        return hand
