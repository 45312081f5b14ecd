"""One conversation that fetches content: asks ahead, takes what comes, survives a drop."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from rgt_tui.clients.pull_board import Board, Bundle, Check, Job, Piece, Work
from rgt_tui.clients.pull_part import Span
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pulling import Ended, PullError, PullFault
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

if TYPE_CHECKING:
    from rgt_tui.clients.ssh_talk import Talk

AHEAD: Final = 4
"""Requests on their way: at 80 ms there is no pause between two pieces."""
FRAME_MAX: Final = 16 << 20
GATHERED: Final = 4 << 20
"""Bytes of large files that all lanes together write and note at once: half of what a crash costs."""
GATHERED_S: Final = 0.2
STALLS: Final = 2
_TRANSIENT: Final = frozenset(
    {SshFault.LOST, SshFault.RESET, SshFault.REFUSED, SshFault.TIMEOUT, SshFault.DNS}
)
_ENDS: Final = (
    ("ermission denied", Ended.DENIED),
    ("peration not permitted", Ended.DENIED),
    ("No such file", Ended.GONE),
    ("it changed", Ended.CHANGED),
    ("shorter", Ended.CHANGED),
    ("it ends at byte", Ended.CHANGED),
    ("symbolic link", Ended.CHANGED),
    ("not a regular file", Ended.CHANGED),
)


@dataclass(slots=True, kw_only=True)
class Patience:
    """How often the Pod may be away before a pull gives up.

    Attributes:
        waits_s: before each try in a row in which nothing came.
        told: is told of each drop.
    """

    waits_s: Sequence[float]
    told: Callable[[str], None]
    drops: int = 0
    stalls: int = 0

    async def after(self, error: SshError, *, came: bool) -> None:
        """Waits after a drop.

        Args:
            error: the drop.
            came: whether anything had come since the last one.

        Raises:
            PullError: the Pod is gone or its disk hangs.
            SshError: another try makes no sense.
        """
        self.stalls = self.stalls + 1 if error.kind is SshFault.TIMEOUT else 0
        self.drops = 1 if came else self.drops + 1
        kept = "What came is kept: the same command goes on from there"
        if self.stalls >= STALLS:
            raise PullError(
                PullFault.STALLED,
                f"{error.message}: the disk of the Pod hangs, or the Pod",
                hint=f"A network volume may stall for minutes. {kept}",
            ) from error
        if error.kind not in _TRANSIENT:
            raise error
        if self.drops > len(self.waits_s):
            raise PullError(
                PullFault.LOST,
                f"{error.message}; tried {self.drops} times",
                hint=f"Look whether the Pod still runs: rgt-tui pods. {kept}",
            ) from error
        self.told(f"{error.message}; going on from where it was")
        await asyncio.sleep(self.waits_s[self.drops - 1])


@dataclass(slots=True, kw_only=True)
class Hands:
    """What a lane does with what comes.

    Attributes:
        store: small files: their rows (number, size or reason, SHA-256) and bytes.
        write: bytes of a piece from a byte on; gives what ends when they are written.
        hashed: a span has its hash.
        over: a piece or check of a file is over.
    """

    store: Callable[[Bundle, list[Any], bytes], Awaitable[None]]
    write: Callable[[Piece, int, Sequence[memoryview]], "asyncio.Future[None]"]
    hashed: Callable[[Job, Span], None]
    over: Callable[[Job], None]


@dataclass(slots=True, kw_only=True)
class Lane:
    """One of the conversations of a pull.

    Attributes:
        gathers: bytes of a large file that it writes at once.
        number: which connection to the Pod it uses. The first goes on trying when the Pod is away;
            the others end.
        talk: a conversation that is open already, to begin with; afterwards it when it has held.
    """

    pool: SshPool
    target: SshTarget
    board: Board
    hands: Hands
    patience: Patience
    silence_s: float
    gathers: int = GATHERED
    number: int = 1
    talk: "Talk | None" = None
    is_shell: bool = False
    _asked: deque[Work] = field(default_factory=deque)
    _came: bool = False
    _writing: "asyncio.Future[None] | None" = None
    _gathered: list[memoryview] = field(default_factory=list)
    _wrote: float = 0.0

    async def run(self) -> None:
        """Works until the board is empty for good.

        Raises:
            PullError: the Pod is gone or its disk hangs.
            SshError: it cannot be spoken to.
        """
        while not self.board.is_over:
            try:
                talk, self.talk = self.talk, None
                if talk is not None:
                    await self._serve(talk)
                    self.talk = talk
                    return
                async with self.pool.talk(
                    self.target, lane=self.number, is_shell=self.is_shell
                ) as talk:
                    await self._serve(talk)
                return
            except SshError as error:
                await self._written()
                self._give_back()
                came, self._came = self._came, False
                if not (self.is_first or came):
                    return
                await self.patience.after(error, came=came)

    @property
    def is_first(self) -> bool:
        """Whether it is the one that does not give up."""
        return self.number == 1

    async def _serve(self, talk: "Talk") -> None:
        while True:
            while len(self._asked) < AHEAD and (work := self.board.take()) is not None:
                self._asked.append(work)
                await talk.send(_request(work))
            if self._asked:
                await self._receive(talk, self._asked[0])
                self._asked.popleft()
            elif self.board.is_over:
                return
            else:
                await self.board.changed()

    def _give_back(self) -> None:
        """What was asked for and did not come is asked for again, pieces from where they are."""
        again: list[Work] = []
        for work in self._asked:
            if isinstance(work, Piece) and work.at > work.start:
                assert work.job.part is not None  # noqa: S101  # it was written to
                cut = Span(work.start, work.at)
                work.job.part.add(cut)
                again.append(Check(work.job, (cut,)))
                work.job.left += 1
                work.start = work.at
            if isinstance(work, Piece):
                work.come = work.sent = work.at
            if isinstance(work, Bundle):
                again += split(work)
                continue
            if isinstance(work, Piece) and work.at >= work.end:
                work.job.left -= 1
                continue
            again.append(work)
        self._asked.clear()
        self.board.give(again)

    async def _receive(self, talk: "Talk", work: Work) -> None:
        """All frames that answer one request."""
        while True:
            head = talk.parsed(await talk.line(self.silence_s))
            self._came = True
            if "done" in head and work.is_answered:
                return
            if work.is_answered:
                raise self._bad(head)
            match work:
                case Bundle():
                    await self._small(talk, work, head)
                case Piece():
                    await self._large(talk, work, head)
                case Check():
                    self._checked(work, head)

    async def _small(self, talk: "Talk", bundle: Bundle, head: Mapping[str, Any]) -> None:
        rows = head.get("bundle")
        count = _fitting(rows, bundle) if isinstance(rows, list) else -1
        if count != head.get("n") or not 0 <= count <= FRAME_MAX:
            raise self._bad(head)
        assert isinstance(rows, list)  # noqa: S101  # it had a count
        content = await talk.content(count, self.silence_s)
        bundle.seen.update([row[0] for row in rows])
        await self.hands.store(bundle, rows, content)

    async def _large(self, talk: "Talk", piece: Piece, head: Mapping[str, Any]) -> None:
        if "refused" in head:
            await self._written()
            piece.is_answered = True
            refuse(piece.job, str(head["refused"]))
            self.hands.over(piece.job)
            return
        count = head.get("n")
        if not isinstance(count, int) or not 0 <= count <= min(FRAME_MAX, piece.end - piece.come):
            raise self._bad(head)
        if not count:
            await self._written()
            self._end_of(piece, head)
            return
        if head.get("at") != piece.come:
            raise self._bad(head)
        while count:
            self._gathered.append(await talk.some(count, self.silence_s))
            count -= len(self._gathered[-1])
            piece.come += len(self._gathered[-1])
            now = time.monotonic()
            if piece.come - piece.sent >= self.gathers or now - self._wrote >= GATHERED_S:
                self._wrote = now
                await self._write()

    async def _write(self) -> None:
        """Has what was gathered written, once what came before it is: meanwhile the next comes."""
        gathered, self._gathered = self._gathered, []
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing
        if gathered:
            piece = self._asked[0]
            assert isinstance(piece, Piece)  # noqa: S101  # nothing else is gathered
            self._writing = self.hands.write(piece, piece.sent, gathered)
            piece.sent = piece.come

    async def _written(self) -> None:
        """Waits until all that came is written."""
        await self._write()
        await self._write()

    def _end_of(self, piece: Piece, head: Mapping[str, Any]) -> None:
        sha256, first = head.get("sha256"), head.get("from")
        if not isinstance(sha256, str) or len(sha256) != 64 or first not in (0, piece.start):
            raise self._bad(head)
        piece.is_answered = True
        if piece.at != piece.end:
            refuse(piece.job, f"it ends at byte {piece.at}")
        else:
            span = Span(piece.start, piece.end, sha256, first == 0 < piece.start)
            self.hands.hashed(piece.job, span)
        self.hands.over(piece.job)

    def _checked(self, check: Check, head: Mapping[str, Any]) -> None:
        sha256 = head.get("hash")
        if not isinstance(sha256, str) or check.done >= len(check.spans):
            raise self._bad(head)
        span = check.spans[check.done]
        check.done += 1
        if sha256:
            self.hands.hashed(check.job, Span(span.start, span.end, sha256))
        else:
            refuse(check.job, str(head.get("why")))
        if check.done == len(check.spans):
            self.hands.over(check.job)

    def _bad(self, head: Mapping[str, Any]) -> SshError:
        said = clean(str(dict(head)), 120)
        where = self.target.where
        return SshError(SshFault.BAD_ANSWER, f"{where}: the reader on it answered amiss: {said}")


def refuse(job: Job, why: str) -> None:
    """Ends a file that the Pod would not give, by what it said."""
    ended = next((end for words, end in _ENDS if words in why), Ended.UNREADABLE)
    job.end(ended, clean(why, 200))


def split(bundle: Bundle) -> list[Work]:
    """What of a bundle has not come."""
    left = [job for number, job in enumerate(bundle.jobs) if number not in bundle.seen]
    return [Bundle(tuple(left))] if left else []


def _request(work: Work) -> dict[str, Any]:
    match work:
        case Bundle():
            return {"op": "bundle", "items": [[job.remote.path, job.row] for job in work.jobs]}
        case Piece():
            item = [work.job.remote.path, work.start, work.end - work.start, work.job.row]
            return {"op": "read", "items": [item]}
        case Check():
            work.done = 0
            ranges = [[span.start, span.end - span.start] for span in work.spans]
            return {"op": "hash", "path": work.job.remote.path, "ranges": ranges}


def _fitting(rows: list[Any], bundle: Bundle) -> int:
    """The bytes that follow, -1 where a row is of no file that was asked for, or not of its size."""
    seen, jobs = set(bundle.seen), bundle.jobs
    count = 0
    for row in rows:
        if type(row) is not list or len(row) != 3:
            return -1
        number, size, sha256 = row
        if type(number) is not int or type(sha256) is not str or number in seen:
            return -1
        if not 0 <= number < len(jobs):
            return -1
        seen.add(number)
        if type(size) is int:
            if size != jobs[number].remote.size:
                return -1
            count += size
    return count
