"""What a pull has to do: files there, names here, what is here already, what is left to fetch."""

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

from rgt_tui.clients.holds import hash_file
from rgt_tui.clients.pull_board import SMALL, Job, Work, bundles, pieces
from rgt_tui.clients.pull_folders import Occupied
from rgt_tui.clients.pull_journal import KEY_LENGTH, Placed, key_of
from rgt_tui.clients.pull_lane import FRAME_MAX
from rgt_tui.clients.pull_names import UnsafeName, below
from rgt_tui.clients.pull_part import Part, Span
from rgt_tui.clients.pull_store import Store
from rgt_tui.domain.checkpoint import FileStamp
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pulling import Ended, PullError, PullOrder, Skipped
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import LARGEST
from rgt_tui.verifiers._files import WITH_HASH

if TYPE_CHECKING:
    from rgt_tui.clients.ssh_talk import Talk

FILES_MAX: Final = 1_000_000
LISTING_MAX: Final = 512 << 20
"""Bytes of one listing: so many files with long names."""
TIME_MAX_NS: Final = 1 << 66
"""Farther from 1970 no call sets a time."""
_EXISTS: Final = "another file of that name is here; --replace takes its place"


@dataclass(slots=True)
class Listing:
    """What lies there: a job for each file, and what is left out.

    Jobs are made while the listing comes; those whose name cannot be used have ended already.
    `is_blind` says that the target's disk takes `A` for `a`: with --replace one would be lost.
    `seen` is what differs when the Pod is asked once more, None while it was not.
    """

    is_blind: bool = False
    seen: dict[str, list[int]] | None = None
    jobs: list[Job] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def add(self, stamp: FileStamp, relative: str, key: str) -> Job:
        """A file that will lie at `relative` below the target."""
        job = Job(stamp, relative, key)
        name = normalize("NFD", relative.casefold()) if self.is_blind else relative
        if name in self._names:
            job.end(Ended.EXISTS, "two files of the Pod would have this name")
        self._names.add(name)
        self.jobs.append(job)
        return job

    def refuse(self, stamp: FileStamp, why: str) -> Job:
        """A file whose name cannot be used."""
        job = Job(stamp, "", "")
        job.end(Ended.UNSAFE, why)
        self.jobs.append(job)
        return job

    def skip(self, answer: Mapping[str, Any]) -> None:
        """What is no regular file, or could not be looked at."""
        for word, before in (("skip", ""), ("gap", "not listed: ")):
            if word in answer:
                path, why = answer[word]
                self.skipped.append(Skipped(path=str(path), why=f"{before}{why}"))


async def list_remote(talk: "Talk", order: PullOrder, store: Store) -> Listing:
    """Every regular file below what was asked for.

    Where none of it can be here, small files come along and are staged at once: a listing alone
    would take as long again as they do. A Pod that has read all of them looks at all again by itself:
    what changed until then is in `seen`.

    Raises:
        SshError: the Pod could not be asked, or answered amiss.
        OSError: the target cannot be written.
    """
    found = Listing(is_blind=store.target.is_blind)
    landings = tuple(order.landings.items())
    await store.early_over()
    upto = 0
    if not (order.with_rsync or talk.is_shell):
        upto = await asyncio.to_thread(store.begin_early, order.landings.values())
    with _readable():
        async for answer in _listed(talk, order, upto=upto):
            if "again" in answer:
                found.seen = _noted(found.seen or {}, answer["again"], order)
                continue
            rows = answer.get("files", ())
            if any(len(row) > (WITH_HASH if "n" in answer else WITH_HASH - 1) for row in rows):
                raise ValueError("a row that is too long")
            jobs = [_taken(found, order.place, landings[row[0]], row) for row in rows]
            if "n" in answer:
                await _early(talk, (rows, jobs, answer["n"]), order, store)
            found.skip(answer)
            if len(found.jobs) > FILES_MAX:
                raise ValueError("too many files")
    await store.early_over()
    return found


async def _early(
    talk: "Talk", came: tuple[Sequence[Any], Sequence[Job], Any], order: PullOrder, store: Store
) -> None:
    """The bytes of those files of a listing that have a hash in it."""
    rows, jobs, count = came
    with_bytes = [
        (job, row[6]) for job, row in zip(jobs, rows, strict=True) if len(row) == WITH_HASH
    ]
    sizes = [job.remote.size for job, _ in with_bytes]
    if max(sizes, default=0) > SMALL or sum(sizes) != count or count > FRAME_MAX:
        raise ValueError("its bytes are not those of its files")
    content = memoryview(await talk.content(count, order.silence_s))
    kept: list[memoryview] = []
    at = 0
    for job, _ in with_bytes:
        if job.ended is None:
            kept.append(content[at : at + job.remote.size])
        at += job.remote.size
    usable = [(job, str(sha256)) for job, sha256 in with_bytes if job.ended is None]
    if len(usable) < len(with_bytes):
        content = memoryview(b"".join(kept))
    await store.early([job for job, _ in usable], [sha256 for _, sha256 in usable], content)


async def stamps_now(talk: "Talk", order: PullOrder) -> dict[str, list[int]]:
    """By path, what `Job.row` would be now: of those files at least that are not as they were listed.

    The reader that listed them says no more than what differs; another one says all.

    Raises:
        SshError: the Pod could not be asked, or answered amiss.
    """
    found: dict[str, list[int]] = {}
    with _readable():
        async for answer in _listed(talk, order, again=True):
            _noted(found, answer.get("files", ()), order)
    return found


def _noted(
    found: dict[str, list[int]], rows: Sequence[Any], order: PullOrder
) -> dict[str, list[int]]:
    """The stamps of these rows too."""
    remotes = list(order.landings)
    for number, relative, *stamp in rows:
        found[path_of(remotes[number], relative)] = stamp
    if len(found) > FILES_MAX:
        raise ValueError("too many files")
    return found


def path_of(remote: str, relative: str) -> str:
    """The absolute path of what lies at `relative` below a path of the Pod."""
    if not relative:
        return remote
    return remote + relative if remote.endswith("/") else f"{remote}/{relative}"


def _listed(
    talk: "Talk", order: PullOrder, *, again: bool = False, upto: int = 0
) -> AsyncIterator[dict[str, Any]]:
    request = {
        "op": "files", "paths": list(order.landings), "again": again, "small": SMALL, "upto": upto,
    }  # fmt: skip
    return talk.ask(request, silence_s=order.silence_s, bytes_max=LISTING_MAX)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Of a listing that cannot be read, the error that says so."""
    try:
        yield
    except (ValueError, TypeError, IndexError, KeyError, OverflowError) as error:
        raise SshError(SshFault.BAD_ANSWER, f"the listing cannot be read: {error}") from error


def _taken(found: Listing, place: str, landing: tuple[str, str], row: Sequence[Any]) -> Job:
    remote, lands = landing
    _, relative, size, mtime_ns, ctime_ns, inode = row[:6]
    if not type(size) is type(mtime_ns) is type(ctime_ns) is type(inode) is int:
        raise ValueError("a stamp that is not of whole numbers")
    if not 0 <= size <= LARGEST or abs(mtime_ns) > TIME_MAX_NS:
        raise ValueError("a size or a time that no file has")
    stamp = FileStamp(
        path=path_of(remote, relative), size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode
    )
    try:
        landed = below(lands, str(relative))
    except UnsafeName as error:
        return found.refuse(stamp, str(error))
    return found.add(stamp, landed, key_of(place, stamp, landed))


def prepare(jobs: Sequence[Job], store: Store, order: PullOrder) -> list[Work]:
    """Looks what is here already and gives the work that is left. Blocks.

    Raises:
        PullError: there is no room for it.
        OSError: the target cannot be read.
    """
    work: list[Work] = []
    small: list[Job] = []
    large: list[Job] = []
    staged: list[Job] = []
    need = count = 0
    for job in jobs:
        if job.ended is not None:
            continue
        store.left += 1
        if _is_here(job, store, order, work) or job.ended is not None:
            continue
        count += 1
        if not job.is_small or job.key in store.journal.written:
            _resume(job, store)
            store.journal.begin(job.key, job.relative)
            large.append(job)
            assert job.part is not None  # noqa: S101  # `_resume` has given it
            need += job.remote.size - job.part.present
            store.meter.note(job.part.present)
        elif job.is_staged or _is_staged(job, store):
            staged.append(job)
            store.meter.note(job.remote.size, had=job.key in store.journal.staged)
        else:
            small.append(job)
            need += job.remote.size
    try:
        store.target.require_room(need, count)
    except PullError:
        store.drop_early(staged)
        raise
    store.small_left = len(small)
    store.adopt(staged)
    for job in large:
        work += pieces(job)
    return [*bundles(small), *work]


def _is_here(job: Job, store: Store, order: PullOrder, work: list[Work]) -> bool:
    """Whether the file is placed, ended, or has to be compared with what lies here."""
    try:
        found = store.target.status(job.relative)
    except Occupied as error:
        job.end(Ended.EXISTS, str(error))
        store.left -= 1
        return True
    if found is None:
        return False
    known = store.journal.placed.get(job.key)
    if not stat.S_ISREG(found.st_mode) or (found.st_size != job.remote.size and not order.replace):
        job.end(
            Ended.EXISTS,
            _EXISTS if stat.S_ISREG(found.st_mode) else "what lies there is no regular file",
        )
        store.left -= 1
        return True
    if found.st_size != job.remote.size:
        return False
    is_known = known is not None and _is_same(known, found, job, store)
    if is_known or not job.remote.size:
        job.sha256 = known.sha256 if known is not None else EMPTY
        job.is_placed = True
        job.hold = store.hold_again(job)
        store.left -= 1
        store.meter.note(job.remote.size, files=1)
        return True
    job.is_adopted = True
    job.part = Part(store.existing(job), job.remote.size, [Span(0, job.remote.size)])
    work += pieces(job)
    store.meter.note(job.remote.size)
    return True


def _is_same(known: Placed, found: os.stat_result, job: Job, store: Store) -> bool:
    """Whether what lies here is what an earlier pull has placed, untouched."""
    if (known.size, known.mtime_ns) != (found.st_size, found.st_mtime_ns):
        return False
    if known.inode:
        return known.inode == found.st_ino
    kept = store.parts.stamp(job.key)
    return kept is not None and kept.inode == found.st_ino


def _resume(job: Job, store: Store) -> None:
    """The part that an earlier pull left, or a new one."""
    job.part = Part(store.opener(job), job.remote.size)
    old = store.parts.old(job.key)
    if old is None:
        return
    size = os.fstat(old).st_size
    os.close(old)
    written = store.journal.written.get(job.key, {})
    spans = [*store.journal.got.get(job.key, ()), *starmap(Span, written.items())]
    for span in sorted(spans, key=lambda span: (not span.sha256, span.start)):
        if span.end <= size:
            job.part.add(span)


def _is_staged(job: Job, store: Store) -> bool:
    """Whether an earlier pull has left a small file whole, by its hash."""
    staged = store.journal.staged.get(job.key)
    if staged is None:
        return False
    hashed = hash_file(store.parts.path_of(job.key))
    if hashed is None or hashed[1] != staged.sha256:
        return False
    job.sha256, job.is_staged = staged.sha256, True
    return True


def drop_stale(jobs: Sequence[Job], store: Store) -> None:
    """Removes parts of other states of the same files: they can never be of use. Blocks."""
    wanted = {job.relative: job.key for job in jobs}
    for key, relative in tuple(store.journal.begun.items()):
        if wanted.get(relative, key) != key:
            store.parts.drop(key)
            store.journal.forget(key)
    journal = store.journal
    known = {*journal.begun, *journal.staged, *journal.placed}
    known.update(job.key for job in jobs if job.is_staged)
    held = {os.path.basename(path) for path in store.held}
    for name in store.parts.names():
        if len(name) == KEY_LENGTH and name not in known and name not in held:
            store.parts.drop(name)


EMPTY: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of nothing."""
