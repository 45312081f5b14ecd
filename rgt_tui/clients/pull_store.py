"""Takes what lanes bring: staged, made durable, proven equal, then placed and held.

A file gets its final name only when all its bytes are on disk and have the hashes that the Pod gave.
"""

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from functools import partial
from typing import Any, Final, TypeVar

from rgt_tui.clients.pull_board import TRIES, Board, Bundle, Job, Piece, fresh
from rgt_tui.clients.pull_journal import Journal, Placed
from rgt_tui.clients.pull_lane import refuse
from rgt_tui.clients.pull_meter import Meter
from rgt_tui.clients.pull_part import Part, Span
from rgt_tui.clients.pull_parts import Parts
from rgt_tui.clients.pull_placing import Placing
from rgt_tui.clients.pull_target import Target
from rgt_tui.clients.pull_tree import cut, fell, hold_planted
from rgt_tui.domain.pulling import Ended
from rgt_tui.domain.records import dataclass

BATCH_FILES: Final = 4096
BATCH_BYTES: Final = 256 << 20
"""Small files that are made durable by one sync, then placed, while the next are staged."""
EARLY_BYTES: Final = 128 << 20
"""What comes with a listing at most."""
SYNCED_FILES: Final = 2048
"""Early files after which the disk begins with them: the sync before their names is short then."""
STAGED_AHEAD: Final = 2
"""Frames of early files that are being written while the next comes."""
QUEUED: Final = 8
WORKERS: Final = 6
Result = TypeVar("Result")

_Came = tuple[Bundle, list[Any], bytes]


@dataclass(slots=True, kw_only=True)
class Store:
    """The local end of one pull.

    Attributes:
        parts: where files wait, and stay as holds.
        placing: who writes small files there, and names all.
        held: paths of the holds of earlier pulls.
        left: jobs that are not settled.
        small_left: small files that have not come.
        staged: files that are here, whole, and wait for their names.
        workers: threads of its own; they end before the target's descriptors are closed.
    """

    target: Target
    journal: Journal
    board: Board
    meter: Meter
    parts: Parts
    placing: Placing
    replace: bool
    held: frozenset[str] = frozenset()
    left: int = 0
    small_left: int = 0
    staged: int = 0
    workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WORKERS))
    _bundles: "asyncio.Queue[_Came]" = field(default_factory=lambda: asyncio.Queue(maxsize=QUEUED))
    _parts: "asyncio.Queue[Job | None]" = field(default_factory=asyncio.Queue)
    _batch: list[Job] = field(default_factory=list)
    _batch_bytes: int = 0
    _named: list[str] = field(default_factory=list)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _placing: "asyncio.Future[None] | None" = None
    _grown: list[Job] = field(default_factory=list)
    _staging: "deque[asyncio.Future[list[Job]]]" = field(default_factory=deque)
    _unsynced: int = 0
    _open: set[Job] = field(default_factory=set)

    @property
    def wants(self) -> bool:
        """Whether anything is still to come from the Pod."""
        return self.left > self.staged

    async def store(self, bundle: Bundle, rows: list[Any], content: bytes) -> None:
        """Takes a frame of small files."""
        self.meter.came(len(content))
        await self._bundles.put((bundle, rows, content))

    def write(self, piece: Piece, at: int, content: Sequence[memoryview]) -> "asyncio.Future[None]":
        """Takes bytes of a large file; when it is done they are written and remembered."""
        job = piece.job
        self.meter.came(sum(map(len, content)))
        if job.part is not None and job.ended is None:
            self._open.add(job)
            return self._thread(self._write, (piece, job.part), at, content)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def _write(self, of: tuple[Piece, Part], at: int, content: Sequence[memoryview]) -> None:
        piece, part = of
        part.write(at, content)
        piece.at = at + sum(map(len, content))
        self.journal.wrote(piece.job.key, piece.start, piece.at)

    def hashed(self, job: Job, span: Span) -> None:
        """Takes the hash there of a span that is here."""
        if not job.is_adopted:
            self.journal.hashed(job.key, span)
        if job.part is not None:
            job.part.add(span)

    def over(self, job: Job) -> None:
        """One piece or check of a large file is over: it may be all."""
        job.left -= 1
        self._parts.put_nowait(job)

    def adopt(self, jobs: Sequence[Job]) -> None:
        """Small files that are staged whole."""
        self._batch += jobs
        self._batch_bytes += sum(job.remote.size for job in jobs)
        with self._counting:
            self.staged += len(jobs)
            is_read = not self.wants
        if is_read:
            self.board.end()

    async def run(self) -> None:
        """Settles files until none is left.

        Raises:
            OSError: the target cannot be written.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._settle_small())
                tasks.create_task(self._settle_large())
        finally:
            self.board.end()

    def opener(self, job: Job) -> Callable[[], int]:
        """Opens the part of a file, the one of an earlier pull where it is there."""

        def open_part() -> int:
            old = self.parts.old(job.key)
            return self.parts.new(job.key) if old is None else old

        return open_part

    def existing(self, job: Job) -> Callable[[], int]:
        """Opens what lies here under a file's final name, for reading."""
        return lambda: self.target.open_placed(job.relative)

    def begin_early(self, landings: Iterable[str]) -> int:
        """Gets ready for small files that come with the listing. Blocks.

        Returns:
            How many bytes of them may come; none where any of them may be here already.
        """
        journal = self.journal
        if self._grown or journal.begun or journal.placed or not self.target.lacks(landings):
            self._part_early()
            return 0
        return max(0, min(EARLY_BYTES, self.target.room() // 2))

    def _part_early(self) -> None:
        """After a drop in the listing, what had come with it waits as parts."""
        grown, self._grown = self._grown, []
        rows = [(job.key, _as_placed(job)) for job in grown if job.is_grown]
        self.journal.staged.update(rows)
        cut(rows, self.parts)

    async def early(self, jobs: Sequence[Job], sums: Sequence[str], content: memoryview) -> None:
        """Stages small files that came with the listing, with their hashes there.

        They are named only when all that is asked for is known to fit. What comes next comes
        while they are written.

        Raises:
            OSError: the target cannot be written.
        """
        self.meter.came(len(content))
        await self.early_over(but=STAGED_AHEAD)
        self._grown += jobs
        grow = partial(self.placing.stage, grows=True)
        staging = self._thread(grow, jobs, sums, content)
        staging.add_done_callback(_heard)
        self._staging.append(staging)
        self._unsynced += len(jobs)
        if self._unsynced >= SYNCED_FILES:
            self._unsynced = 0
            self._thread(self.parts.sync).add_done_callback(_heard)

    async def early_over(self, *, but: int = 0) -> None:
        """Waits until what came with the listing is written, but for so many frames.

        Raises:
            OSError: it cannot be.
        """
        while len(self._staging) > but:
            await self._staging.popleft()

    def drop_early(self, jobs: Sequence[Job]) -> None:
        """Removes what came with a listing that is not carried out. Blocks."""
        for job in jobs:
            if job.is_grown:
                self.journal.forget(job.key)
        fell(self.parts)

    def hold_again(self, job: Job) -> str | None:
        """Keeps a file that an earlier pull has placed. Blocks."""
        kept = self.target.hold(self.parts, job.key, job.relative)
        return self.parts.path_of(job.key) if kept else None

    def _settled(self, count: int = 1, *, staged: int = 0) -> None:
        """So many jobs less, `staged` of them were whole; threads count too."""
        with self._counting:
            self.left -= count
            self.staged -= staged

    def _thread(self, work: Callable[..., Result], *given: Any) -> "asyncio.Future[Result]":
        return asyncio.get_running_loop().run_in_executor(self.workers, work, *given)

    def close(self) -> None:
        """Places what is staged as far as it goes, closes parts and journal. Blocks."""
        with contextlib.suppress(OSError):
            self._place_batch(self._batch)
        for job in self._open:
            if job.part is not None:
                job.part.close()
        self.placing.close()
        self.journal.close()

    async def _settle_small(self) -> None:
        await self._flush_if_due(is_last=self.small_left <= 0)
        while self.small_left > 0:
            came = await self._bundles.get()
            self.small_left -= len(came[1])
            self.adopt(await self._thread(self._stage, *came))
            await self._flush_if_due(is_last=self.small_left <= 0)

    async def _flush_if_due(self, *, is_last: bool = False) -> None:
        """Has a full batch placed by a thread of its own; waits for the one before, and the last."""
        is_full = len(self._batch) >= BATCH_FILES or self._batch_bytes >= BATCH_BYTES
        if not (is_last or is_full):
            return
        await self._placed()
        batch, self._batch, self._batch_bytes = self._batch, [], 0
        self._placing = self._thread(partial(self._place_batch, batch, is_last=is_last))
        self._placing.add_done_callback(_heard)
        if is_last:
            await self._placed()
            self._finish_if_done()

    async def _placed(self) -> None:
        """Waits until the batch that is being placed has its names."""
        placing, self._placing = self._placing, None
        if placing is not None:
            await placing

    async def _settle_large(self) -> None:
        self._finish_if_done()
        while (job := await self._parts.get()) is not None:
            if job.ended is None and job.part is not None and not job.is_placed:
                self._open.add(job)
                for span in await self._thread(job.part.prove):
                    self._differs(job, span)
                if job.part.is_proven:
                    await self._thread(self._finish_large, job)
            if job.ended is not None and job.part is not None:
                self._drop(job)
            self._finish_if_done()

    def _finish_if_done(self) -> None:
        """Ends the queues when every job is settled."""
        if self.left <= 0:
            self._parts.put_nowait(None)
            self.board.end()

    def _differs(self, job: Job, span: Span) -> None:
        """Has a span fetched again that is not what the Pod has; not for ever."""
        job.differed += 1
        if job.is_adopted and self.replace:
            if job.part is not None:
                job.part.close()
            job.differed = 0
            self.journal.begin(job.key, job.relative)
            self.board.give(fresh(job, self.opener(job)))
            return
        if job.is_adopted:
            job.end(Ended.EXISTS, "another file of that name is here; --replace takes its place")
            return
        if job.differed > TRIES:
            job.end(
                Ended.DIFFERS, f"bytes {span.start} to {span.end} never arrived as they are there"
            )
            return
        self.meter.add(-(span.end - span.start))
        job.left += 1
        self.board.give([Piece(job, span.start, span.end)])

    def _drop(self, job: Job) -> None:
        """Gives a file up that did not come: its part is of no use."""
        if job.part is not None:
            job.part.close()
            job.part = None
        if not job.is_adopted:
            self.parts.drop(job.key)
            self.journal.forget(job.key)
        self._settled()

    def _stage(self, bundle: Bundle, rows: list[Any], content: bytes) -> list[Job]:
        """Writes the small files of a frame as parts, gives those that are whole. Blocks."""
        jobs, sums = list[Job](), list[str]()
        for number, size, sha256 in rows:
            job = bundle.jobs[number]
            if isinstance(size, int):
                jobs.append(job)
                sums.append(sha256)
            else:
                refuse(job, str(size))
        whole = self.placing.stage(jobs, sums, memoryview(content))
        for job in jobs:
            if not job.is_staged:
                job.end(Ended.DIFFERS, "the bytes that arrived are not those that were read there")
        self._settled(len(rows) - len(whole))
        return whole

    def _place_batch(self, batch: Sequence[Job], *, is_last: bool = True) -> None:
        """Makes staged files durable, and the names of the batch before, then names these. Blocks."""
        if batch:
            self.parts.sync()
            self._note_named()
            self._named += [job.key for job in self.placing.place(batch, replace=self.replace)]
            self._settled(len(batch), staged=len(batch))
            if self.wants:  # it may take hours; else the proof, which comes now, does it
                hold_planted(batch, self.parts, self.target)
            self.meter.note(0, files=len(self._named))
        if is_last and self._named:
            self.target.sync_folders(self.parts)
            self._note_named()

    def _note_named(self) -> None:
        """Notes that files have names that last."""
        named, self._named = self._named, []
        if named:
            self.journal.name(named)

    def _finish_large(self, job: Job) -> None:
        """A large file whose bytes are all equal. Blocks."""
        part = job.part
        assert part is not None  # noqa: S101  # it has just been proven
        job.sha256 = part.sha256
        if job.is_adopted:
            job.is_placed = True
            job.hold = self.hold_again(job)
        else:
            os.utime(part.descriptor, ns=(job.remote.mtime_ns, job.remote.mtime_ns))
            os.fsync(part.descriptor)
            inode = os.fstat(part.descriptor).st_ino
            if self.placing.place([job], replace=self.replace):
                self.target.sync_folders(self.parts)
                self.journal.place([(job.key, _as_placed(job, inode))])
        part.close()
        job.part = None
        self._open.discard(job)
        self._settled()
        self.meter.note(0, files=1)


def _as_placed(job: Job, inode: int = 0) -> Placed:
    stamp = job.remote
    return Placed(job.relative, job.sha256, stamp.size, stamp.mtime_ns, inode)


def _heard(ended: "asyncio.Future[Any]") -> None:
    """Whoever waits for it hears its error; where nobody does, another one has ended the pull."""
    if not ended.cancelled():
        ended.exception()
