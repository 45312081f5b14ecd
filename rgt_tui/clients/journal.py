"""The audit log on disk: append-only JSON lines in a hash chain. No record, no action.

Each line names the SHA-256 of the line before it, and a small head file names the last line, so
that an edited, deleted, swapped or cut-off line is seen. It is evidence against accidents and
other users; whoever is this user can rewrite all of it.

An append holds a lock over all consoles of this user, is one write, and is on the disk (file and,
when it is new, folder) before anything is sent. A line cut off by a crash stays where it is; the
next append ends it and says so in a line of its own. What does not fit on the disk is taken back
and refused. No secret is written: bodies appear as digests, environment values never.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from rgt_tui import __version__, places
from rgt_tui.clients import journal_read
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.journal import INTENT, JournalReport
from rgt_tui.domain.text import clean
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.record import _ISSUER, Recorded, digest_of

VERSION: Final = 1
LONGEST_LINE: Final = 256 * 1024
"""Bytes of one line; evidence that is longer lies in a file of its own, named by its digest."""
_TAIL: Final = 2 * LONGEST_LINE
_PIECE: Final = 1 << 20


class NotRecorded(GuardRefused):
    """The journal could not be written, so nothing is sent."""

    code = "not_recorded"


class Journal:
    """One journal file.

    Args:
        path: of the file; its folder is made when it is needed.
        account: tells accounts apart without betraying the key.
        clock: Unix seconds.
    """

    def __init__(self, path: Path, *, account: str, clock: Callable[[], float]) -> None:
        self.path: Final = path
        self._account = account
        self._clock = clock
        self._head = path.with_name(f"{path.name}.head")

    def intend(
        self, op: str, what: str, request: tuple[str, str, bytes], **fields: object
    ) -> Recorded:
        """Writes that a request is about to be sent, and gives the proof the gate asks for.

        Args:
            op: the operation.
            what: one phrase.
            request: method, path and body.
            fields: whatever else is worth keeping: the Pod, the evidence, how it was approved.

        Raises:
            NotRecorded: it is not on the disk; nothing may be sent.
        """
        method, path, body = request
        http = {"method": method, "path": path, "body": digest_of(body)}
        seq = self.note(INTENT, op, what, http=http, **fields)
        return Recorded(_ISSUER, (method, path, http["body"]), op=op, seq=seq)

    def intend_delete(self, op: str, what: str, permit: Permit, **fields: object) -> Recorded:
        """Writes that something is about to be deleted, and uses the permit's number up for good.

        Args:
            op: the operation.
            what: one phrase.
            permit: the permit; its number is written down before the request and only once.
            fields: whatever else is worth keeping.

        Raises:
            NotRecorded: it is not on the disk; nothing may be sent.
            GuardRefused: the number was written down before.
        """
        method, path, empty = "DELETE", permit.path, digest_of(b"")
        grounds = {
            "nonce": permit.nonce,
            "start": permit.grounds.incarnation,
            "manifest": permit.grounds.manifest,
            "digest": permit.grounds.digest,
        }
        about = {"http": {"method": method, "path": path, "body": empty}, "permit": grounds}
        line = {"op": op, "event": INTENT, "what": what, **about, **fields}
        seq = self._put(line, never_before=permit.nonce)
        return Recorded(_ISSUER, (method, path, empty), op=op, seq=seq, permit=permit.nonce)

    def note(self, event: str, op: str, what: str, **fields: object) -> int:
        """Appends one line and gives its number.

        Raises:
            NotRecorded: it is not on the disk.
        """
        return self._put({"op": op, "event": event, "what": what, **fields})

    def _put(self, line: Mapping[str, object], *, never_before: str = "") -> int:
        """Appends one line and gives its number.

        Args:
            line: its fields.
            never_before: a word no earlier line may hold; empty for none.
        """
        try:
            with self._locked() as file:
                if never_before and _holds(file, never_before.encode("ascii")):
                    raise GuardRefused("the permit was used already, as the journal shows")
                return self._append(file, line)
        except OSError as error:
            raise NotRecorded(
                f"the journal {self.path} cannot be written: {places.why(error)}. "
                "Nothing is sent without a record.",
                hint="Make room, or make the folder your own (chmod 700); rgt-tui doctor looks.",
            ) from error

    def read(self) -> JournalReport:
        """Everything in it, with what is wrong with the chain; an absent journal is an empty one.

        Raises:
            OSError: it is there and cannot be read.
        """
        try:
            content, _ = places.read_regular(self.path, journal_read.LARGEST)
        except FileNotFoundError:
            content = b""
        return journal_read.read(content, self._read_head())

    def size(self) -> tuple[int, int]:
        """What changes when a line is added: size and time of change of the file."""
        try:
            found = self.path.stat()
        except OSError:
            return (0, 0)
        return (found.st_size, found.st_mtime_ns)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        """The open file, held by us alone."""
        places.ensure_private(self.path.parent)
        is_new = not os.path.lexists(self.path)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        file = os.open(self.path, flags, 0o600)
        try:
            _require_private(file)
            fcntl.flock(file, fcntl.LOCK_EX)
            if is_new:
                _sync_folder(self.path.parent)
            yield file
        finally:
            os.close(file)

    def _append(self, file: int, fields: Mapping[str, object]) -> int:
        size = os.fstat(file).st_size
        tail = os.pread(file, _TAIL, max(0, size - _TAIL))
        whole, torn = journal_read.split_torn(tail)
        last = journal_read.last_of(whole, is_start=size <= _TAIL)
        head = self._read_head()
        lines: list[bytes] = []
        before: list[Mapping[str, object]] = []
        if torn:
            before.append(journal_read.torn_fields(torn))
        if head is not None and head.seq >= last.seq and head != last:
            before.append(journal_read.gap_fields(head))
        for more in (*before, fields):
            lines.append(self._line(last, more))
            last = journal_read.Last(last.seq + 1, journal_read.digest(lines[-1]))
        content = b"".join(line + b"\n" for line in lines)
        _write_or_take_back(file, (b"\n" if torn else b"") + content, size)
        self._write_head(last)
        return last.seq

    def _line(self, last: "journal_read.Last", fields: Mapping[str, object]) -> bytes:
        line = {
            "v": VERSION,
            "seq": last.seq + 1,
            "prev": last.sha256,
            "ts": round(self._clock(), 3),
            "host": socket.gethostname(),
            "user": _user(),
            "from": _ssh_client(),
            "pid": os.getpid(),
            "tool": f"rgt-tui {__version__}",
            "account": self._account,
            **fields,
        }
        content = json.dumps(line, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        if len(content) > LONGEST_LINE:
            raise OSError(f"a line of {len(content)} bytes is longer than a line may be")
        return content.encode("ascii")

    def _read_head(self) -> "journal_read.Last | None":
        try:
            content, _ = places.read_regular(self._head, 4096)
        except OSError:
            return None
        return journal_read.head_of(content)

    def _write_head(self, last: "journal_read.Last") -> None:
        """Names the last line. A head that lags behind is understood, so a failure is no failure."""
        with contextlib.suppress(OSError):
            places.write_private(self._head, json.dumps(last._asdict()).encode())


def _write_or_take_back(file: int, content: bytes, size: int) -> None:
    """Appends all of it and waits for the disk; where that fails the file is as it was."""
    try:
        if os.write(file, content) != len(content):
            raise OSError("the disk is full")
        os.fsync(file)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(file, size)
        raise


def _holds(file: int, word: bytes) -> bool:
    """Whether the file holds a word anywhere."""
    place, before = 0, b""
    while piece := os.pread(file, _PIECE, place):
        if word in before + piece:
            return True
        place, before = place + len(piece), piece[-len(word) :]
    return False


def _require_private(file: int) -> None:
    found = os.fstat(file)
    if found.st_uid != os.geteuid():
        raise places.NotPrivate(f"the journal belongs to another user (uid {found.st_uid})")
    if found.st_mode & 0o170000 != 0o100000:
        raise places.NotPrivate("the journal is not a regular file")
    if found.st_mode & 0o077:
        os.fchmod(file, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _user() -> str:
    import pwd  # a lookup per line is cheap; the name may change under a long session

    with contextlib.suppress(KeyError):
        return clean(pwd.getpwuid(os.geteuid()).pw_name, 64)
    return f"uid {os.geteuid()}"


def _ssh_client() -> str:
    """The address a person came from over SSH (`SSH_CONNECTION`, sshd); empty when locally."""
    return clean(os.environ.get("SSH_CONNECTION", "").partition(" ")[0], 64)


def new_op() -> str:
    """A fresh name for an operation."""
    return hashlib.sha256(os.urandom(32)).hexdigest()[:16]
