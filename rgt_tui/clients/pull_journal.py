"""What a pull has done so far, on disk beside its parts, so that any later pull goes on from there.

JSON lines, appended as bytes arrive. Nothing in it is believed without a look: parts are compared by
hash with the Pod before they count, so that a line lost in a crash costs work and never truth.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final

from rgt_tui.clients.pull_part import Span
from rgt_tui.domain.checkpoint import FileStamp
from rgt_tui.domain.records import dataclass

NAME: Final = "journal.jsonl"
KEY_LENGTH: Final = 32
_MAX: Final = 512 << 20


def key_of(place: str, stamp: FileStamp, relative: str) -> str:
    """The name of a part: one for each state of a file of a Pod and each place it goes to."""
    numbers = f"{stamp.size} {stamp.mtime_ns} {stamp.ctime_ns} {stamp.inode}"
    row = "\0".join((place.partition("@")[0], relative, stamp.path, numbers))
    return hashlib.sha256(row.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_LENGTH]


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that got its final name: hash of the bytes there, and what it was here then."""

    relative: str
    sha256: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(slots=True)
class Journal:
    """The record of one target folder. It knows of files what was noted when it was opened.

    Attributes:
        begun: by part, the path below the target that it will have.
        got: by part, spans whose SHA-256 there is known.
        written: by part, the ends of spans by their start, not yet hashed there.
        placed: by part, what became of it.
    """

    descriptor: int
    begun: dict[str, str] = field(default_factory=dict)
    got: dict[str, list[Span]] = field(default_factory=dict)
    written: dict[str, dict[int, int]] = field(default_factory=dict)
    placed: dict[str, Placed] = field(default_factory=dict)

    def begin(self, key: str, relative: str) -> None:
        """A part is begun that will have this path below the target."""
        if key not in self.begun:
            self.begun[key] = relative
            self._add({"b": [key, relative]})

    def stage(self, rows: list[tuple[str, str, int, str]]) -> None:
        """Small files that are whole: key, path below the target, size and hash there."""
        self._add({"s": rows})

    def wrote(self, key: str, start: int, end: int) -> None:
        """Bytes from `start` to `end` are in the part."""
        self._add({"w": [key, start, end]})

    def hashed(self, key: str, span: Span) -> None:
        """The bytes there of a span of a part have this hash."""
        word = "h" if span.is_prefix else "g"
        self._add({word: [key, span.start, span.end, span.sha256]})

    def place(self, rows: list[tuple[str, Placed]]) -> None:
        """Parts that got their final names."""
        self._add({"p": [[key, *_row_of(one)] for key, one in rows]})

    def forget(self, key: str) -> None:
        """A part is of no use any more."""
        self._add({"x": [key]})
        for table in (self.begun, self.got, self.written, self.placed):
            table.pop(key, None)

    def write_all(self) -> None:
        """Everything that still counts."""
        self._add(*({"b": [*part]} for part in self.begun.items()))
        for key, spans in self.got.items():
            for span in spans:
                self.hashed(key, span)
        self._add(
            *({"w": [k, *span]} for k, spans in self.written.items() for span in spans.items())
        )
        self.place(list(self.placed.items()))

    def close(self) -> None:
        """Closes the file."""
        with contextlib.suppress(OSError):
            os.close(self.descriptor)

    def _add(self, *lines: Mapping[str, Any]) -> None:
        data = b"".join(json.dumps(line).encode("ascii") + b"\n" for line in lines)
        while data:
            data = data[os.write(self.descriptor, data) :]


def open_journal(staging: int) -> Journal:
    """Reads the journal of a staging folder, and begins a new one with what still counts.

    Raises:
        OSError: it cannot be read or written.
    """
    known = _known(staging)
    fresh = f"{NAME}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(fresh, flags, 0o600, dir_fd=staging)
    try:
        journal = replace(known, descriptor=descriptor)
        journal.write_all()
        os.fsync(descriptor)
        os.rename(fresh, NAME, src_dir_fd=staging, dst_dir_fd=staging)
    except OSError:
        os.close(descriptor)
        raise
    return journal


def _known(staging: int) -> Journal:
    """What the journal that is there says."""
    journal = Journal(-1)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(NAME, flags, dir_fd=staging)
    except FileNotFoundError:
        return journal
    with open(descriptor, "rb") as file:
        content = file.read(_MAX)
    for line in content.split(b"\n"):
        with contextlib.suppress(ValueError, KeyError, TypeError, IndexError, RecursionError):
            _read(journal, json.loads(line))
    return journal


def _read(journal: Journal, row: dict[str, Any]) -> None:
    if "b" in row:
        key, relative = row["b"]
        journal.begun[str(key)] = str(relative)
    elif "w" in row:
        key, start, end = row["w"]
        spans = journal.written.setdefault(str(key), {})
        spans[int(start)] = max(int(end), spans.get(int(start), 0))
    elif "g" in row or "h" in row:
        key, start, end, sha256 = row.get("g") or row["h"]
        span = Span(int(start), int(end), str(sha256), "h" in row)
        journal.got.setdefault(str(key), []).append(span)
    elif "p" in row:
        for key, relative, sha256, size, mtime_ns, inode in row["p"]:
            one = Placed(str(relative), str(sha256), int(size), int(mtime_ns), int(inode))
            _placed(journal, str(key), one)
    elif "s" in row:
        for key, relative, size, sha256 in row["s"]:
            _staged(journal, str(key), str(relative), int(size), str(sha256))
    elif "x" in row:
        for table in (journal.begun, journal.got, journal.written, journal.placed):
            table.pop(str(row["x"][0]), None)


def _row_of(one: Placed) -> list[Any]:
    return [one.relative, one.sha256, one.size, one.mtime_ns, one.inode]


def _placed(journal: Journal, key: str, one: Placed) -> None:
    journal.placed[key] = one
    for table in (journal.begun, journal.got, journal.written):
        table.pop(key, None)


def _staged(journal: Journal, key: str, relative: str, size: int, sha256: str) -> None:
    journal.begun[key] = relative
    journal.got[key] = [Span(0, size, sha256)]
