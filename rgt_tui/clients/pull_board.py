"""The work of one pull: a job for each file, pieces and bundles to fetch, and what is left."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import Final

from rgt_tui.clients.pull_part import PIECE, Part, Span
from rgt_tui.domain.checkpoint import FileStamp
from rgt_tui.domain.pulling import Ended
from rgt_tui.domain.records import dataclass

SMALL: Final = 1 << 20
"""Files up to here come whole, many in a frame."""
BUNDLE_FILES: Final = 256
BUNDLE_BYTES: Final = 4 << 20
TRIES: Final = 3
"""How often a span may differ from the bytes there before the file is given up."""


@dataclass(slots=True, eq=False)
class Job:
    """One file.

    Attributes:
        remote: as it was listed.
        relative: path below the target.
        key: name of its part.
        ended: how it ended; None while it has not.
        sha256: of the bytes there, once all are known to be here.
        is_placed: whether it has its final name.
        part: a large file's part, or a file that lies here already and may be the same.
        is_adopted: whether `part` is a file of the target and none of ours.
        left: large: pieces that are asked for or waiting.
        hold: where the copy is kept.
        is_staged: whether a small file lies whole as a part.
        is_grown: whether it does so in the tree that is named as a whole.
        differed: how often a span was not equal.
    """

    remote: FileStamp
    relative: str
    key: str
    ended: Ended | None = None
    why: str = ""
    sha256: str = ""
    is_placed: bool = False
    part: Part | None = None
    is_adopted: bool = False
    left: int = 0
    hold: str | None = None
    is_staged: bool = False
    is_grown: bool = False
    differed: int = 0

    @property
    def is_small(self) -> bool:
        """Whether it comes whole in a bundle."""
        return self.remote.size <= SMALL

    @property
    def row(self) -> list[int]:
        """Its stamp as the reader on the Pod wants it: size, mtime_ns, ctime_ns, inode."""
        stamp = self.remote
        return [stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode]

    def end(self, ended: Ended, why: str = "") -> None:
        """The first end counts."""
        if self.ended is None:
            self.ended, self.why = ended, why


@dataclass(slots=True, eq=False)
class Bundle:
    """Small files that are asked for together. `seen` are the numbers of those answered for."""

    jobs: tuple[Job, ...]
    seen: set[int] = field(default_factory=set)

    @property
    def is_answered(self) -> bool:
        """Whether each was answered for."""
        return len(self.seen) == len(self.jobs)


@dataclass(slots=True, eq=False)
class Piece:
    """A part of a large file.

    `come` is how far it has come, `sent` how far it goes to the disk, `at` how far it is there.
    """

    job: Job
    start: int
    end: int
    at: int = 0
    come: int = 0
    sent: int = 0
    is_answered: bool = False

    def __post_init__(self) -> None:
        self.at = self.come = self.sent = self.start


@dataclass(slots=True, eq=False)
class Check:
    """Spans that were written without their hash: cut off by a drop or left by an earlier pull."""

    job: Job
    spans: tuple[Span, ...]
    done: int = 0

    @property
    def is_answered(self) -> bool:
        """Whether each span has its hash."""
        return self.done == len(self.spans)


Work = Bundle | Piece | Check


@dataclass(slots=True)
class Board:
    """What is to be done; lanes take from it and give back what they could not do."""

    waiting: deque[Work] = field(default_factory=deque)
    is_over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> Work | None:
        """The next work, if there is any."""
        while self.waiting:
            work = self.waiting.popleft()
            if isinstance(work, Bundle) or work.job.ended is None:
                return work
        return None

    def give(self, work: Iterable[Work]) -> None:
        """Work that is to be done, before all other."""
        self.waiting.extendleft(reversed(list(work)))
        self._wake()

    def end(self) -> None:
        """Nothing will come any more."""
        self.is_over = True
        self._wake()

    async def changed(self) -> None:
        """Waits until there is work or nothing will come."""
        news = self._news
        if not self.waiting and not self.is_over:
            await news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def bundles(jobs: Sequence[Job]) -> list[Work]:
    """Small files in the order in which they are asked for."""
    found: list[Work] = []
    some: list[Job] = []
    size = 0
    for job in jobs:
        some.append(job)
        size += job.remote.size
        if len(some) >= BUNDLE_FILES or size >= BUNDLE_BYTES:
            found.append(Bundle(tuple(some)))
            some, size = [], 0
    return [*found, Bundle(tuple(some))] if some else found


def fresh(job: Job, opener: Callable[[], int]) -> list[Work]:
    """Everything of a large file, from its first byte."""
    job.part, job.is_adopted = Part(opener, job.remote.size), False
    return pieces(job)


def pieces(job: Job) -> list[Work]:
    """What is to be done for a large file: what is missing, and what has no hash yet."""
    assert job.part is not None  # noqa: S101  # the caller has opened it
    found: list[Work] = [Piece(job, start, end) for start, end in job.part.missing()]
    unhashed = job.part.unhashed()
    step = (256 << 20) // PIECE
    found += [Check(job, tuple(unhashed[i : i + step])) for i in range(0, len(unhashed), step)]
    job.left = len(found)
    return found
