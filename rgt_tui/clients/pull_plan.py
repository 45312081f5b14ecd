"""What a pull has to do: files there, names here, what is here already, what is left to fetch."""

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final

from rgt_tui.clients.holds import hash_file
from rgt_tui.clients.pull_board import Job, Work, bundles, pieces
from rgt_tui.clients.pull_journal import KEY_LENGTH, key_of
from rgt_tui.clients.pull_names import UnsafeName, below
from rgt_tui.clients.pull_part import Part, Span
from rgt_tui.clients.pull_store import Store
from rgt_tui.clients.pull_target import Occupied
from rgt_tui.domain.checkpoint import FileStamp
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pulling import Ended, PullOrder, Skipped
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import LARGEST

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
    """

    jobs: list[Job] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def add(self, stamp: FileStamp, relative: str, key: str) -> None:
        """A file that will lie at `relative` below the target."""
        job = Job(stamp, relative, key)
        if relative in self._names:
            job.end(Ended.EXISTS, "two files of the Pod would have this name")
        self._names.add(relative)
        self.jobs.append(job)

    def refuse(self, stamp: FileStamp, why: str) -> None:
        """A file whose name cannot be used."""
        job = Job(stamp, "", "")
        job.end(Ended.UNSAFE, why)
        self.jobs.append(job)


async def list_remote(talk: "Talk", order: PullOrder) -> Listing:
    """Every regular file below what was asked for.

    Raises:
        SshError: the Pod could not be asked, or answered amiss.
    """
    found = Listing()
    remotes = list(order.landings)

    def take(row: Sequence[Any]) -> None:
        number, relative, *stamp = row
        _take(found, order, remotes[number], (relative, *stamp))

    def skip(answer: Mapping[str, Any]) -> None:
        for word, before in (("skip", ""), ("gap", "not listed: ")):
            if word in answer:
                path, why = answer[word]
                found.skipped.append(Skipped(path=str(path), why=f"{before}{why}"))

    await _each_row(talk, order, take, skip)
    return found


async def stamps_now(talk: "Talk", order: PullOrder) -> dict[str, list[int]]:
    """By path, what `Job.row` would be now: of those files at least that are not as they were listed.

    The reader that listed them says no more than what differs; another one says all.

    Raises:
        SshError: the Pod could not be asked, or answered amiss.
    """
    found: dict[str, list[int]] = {}
    remotes = list(order.landings)

    def take(row: Sequence[Any]) -> None:
        number, relative, *stamp = row
        found[path_of(remotes[number], relative)] = stamp

    await _each_row(talk, order, take, None, again=True)
    return found


def path_of(remote: str, relative: str) -> str:
    """The absolute path of what lies at `relative` below a path of the Pod."""
    if not relative:
        return remote
    return remote + relative if remote.endswith("/") else f"{remote}/{relative}"


async def _each_row(
    talk: "Talk",
    order: PullOrder,
    take: Callable[[Sequence[Any]], None],
    skip: Callable[[Mapping[str, Any]], None] | None,
    *,
    again: bool = False,
) -> None:
    count = 0
    request = {"op": "files", "paths": list(order.landings), "again": again}
    try:
        asking = talk.ask(request, silence_s=order.silence_s, bytes_max=LISTING_MAX)
        async for answer in asking:
            for row in answer.get("files", ()):
                take(row)
                count += 1
            if skip is not None:
                skip(answer)
            if count > FILES_MAX:
                raise ValueError("too many files")
    except (ValueError, TypeError, IndexError, KeyError, OverflowError) as error:
        raise SshError(SshFault.BAD_ANSWER, f"the listing cannot be read: {error}") from error


def _take(found: Listing, order: PullOrder, remote: str, row: Sequence[Any]) -> None:
    relative, *numbers = row
    if any(type(number) is not int for number in numbers):
        raise ValueError("a stamp that is not of whole numbers")
    size, mtime_ns, ctime_ns, inode = numbers
    if not 0 <= size <= LARGEST or abs(mtime_ns) > TIME_MAX_NS:
        raise ValueError("a size or a time that no file has")
    stamp = FileStamp(
        path=path_of(remote, relative), size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode
    )
    try:
        landed = below(order.landings[remote], str(relative))
    except UnsafeName as error:
        found.refuse(stamp, str(error))
    else:
        found.add(stamp, landed, key_of(order.place, stamp, landed))


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
        elif _is_staged(job, store):
            staged.append(job)
            store.meter.note(job.remote.size)
        else:
            small.append(job)
            need += job.remote.size
    store.target.require_room(need, count)
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
        job.end(Ended.EXISTS, _EXISTS if stat.S_ISREG(found.st_mode) else "no regular file is here")
        store.left -= 1
        return True
    if found.st_size != job.remote.size:
        return False
    now = (found.st_size, found.st_mtime_ns, found.st_ino)
    is_known = known is not None and (known.size, known.mtime_ns, known.inode) == now
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
    spans = store.journal.got.get(job.key, [])
    if not spans or (spans[-1].start, spans[-1].end) != (0, job.remote.size):
        return False
    sha256 = spans[-1].sha256
    hashed = hash_file(store.parts.path_of(job.key))
    if hashed is None or hashed[1] != sha256:
        return False
    job.sha256, job.inode = sha256, hashed[0].inode
    return True


def drop_stale(jobs: Sequence[Job], store: Store) -> None:
    """Removes parts of other states of the same files: they can never be of use. Blocks."""
    wanted = {job.relative: job.key for job in jobs}
    for key, relative in tuple(store.journal.begun.items()):
        if wanted.get(relative, key) != key:
            store.parts.drop(key)
            store.journal.forget(key)
    known = {*store.journal.begun, *store.journal.placed}
    held = {os.path.basename(path) for path in store.held}
    for name in store.parts.names():
        if len(name) == KEY_LENGTH and name not in known and name not in held:
            store.parts.drop(name)


EMPTY: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of nothing."""
