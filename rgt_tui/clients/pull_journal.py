"""What a pull has done so far, on disk beside its parts, so that any later pull goes on from there.

JSON lines, appended as bytes arrive. Nothing in it is believed without a look: parts are compared by
hash with the Pod before they count, so that a line lost in a crash costs work and never truth.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rgt_tui.domain.checkpoint import FileStamp

NAME: Final = "journal.jsonl"
KEY_LENGTH: Final = 32
_MAX: Final = 512 << 20


def key_of(place: str, stamp: FileStamp, relative: str) -> str:
    """The name of a part: one for each state of a file of a Pod and each place it goes to."""
    row = [place.partition("@")[0], relative, *row_of(stamp)]
    return hashlib.sha256(json.dumps(row).encode("ascii")).hexdigest()[:KEY_LENGTH]


def row_of(stamp: FileStamp) -> list[Any]:
    """A stamp as JSON: path, size, mtime_ns, ctime_ns, inode."""
    return [stamp.path, stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode]


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
    """The record of one target folder.

    Attributes:
        begun: by part, the path below the target that it will have.
        got: by part, the SHA-256 there of each span (start, end).
        written: by part, the ends of spans by their start, not yet hashed there.
        placed: by part, what became of it.
    """

    descriptor: int
    begun: dict[str, str] = field(default_factory=dict)
    got: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    written: dict[str, dict[int, int]] = field(default_factory=dict)
    placed: dict[str, Placed] = field(default_factory=dict)

    def begin(self, *parts: tuple[str, str]) -> None:
        """Parts (key, path below the target) that are begun; those that are known stay."""
        fresh = [part for part in parts if part[0] not in self.begun]
        self.begun.update(fresh)
        self._add(*({"b": part} for part in fresh))

    def wrote(self, key: str, start: int, end: int) -> None:
        """Bytes from `start` to `end` are in the part."""
        self._add({"w": [key, start, end]})

    def hashed(self, *spans: tuple[str, int, int, str]) -> None:
        """The bytes there of a part (key) from start to end have this hash."""
        self._add(*({"g": span} for span in spans))

    def place(self, rows: list[tuple[str, Placed]]) -> None:
        """Parts that got their final names."""
        lines = [
            {"p": [key, one.relative, one.sha256, one.size, one.mtime_ns, one.inode]}
            for key, one in rows
        ]
        self._add(*lines)
        for key, one in rows:
            _placed(self, key, one)

    def forget(self, key: str) -> None:
        """A part is of no use any more."""
        self._add({"x": [key]})
        for table in (self.begun, self.got, self.written, self.placed):
            table.pop(key, None)

    def write_all(self) -> None:
        """Everything that still counts."""
        self._add(*({"b": part} for part in self.begun.items()))
        self._add(
            *(
                {"g": [k, *span, sha]}
                for k, spans in self.got.items()
                for span, sha in spans.items()
            )
        )
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
    elif "g" in row:
        key, start, end, sha256 = row["g"]
        journal.got.setdefault(str(key), {})[int(start), int(end)] = str(sha256)
    elif "p" in row:
        key, relative, sha256, size, mtime_ns, inode = row["p"]
        _placed(
            journal,
            str(key),
            Placed(str(relative), str(sha256), int(size), int(mtime_ns), int(inode)),
        )
    elif "x" in row:
        for table in (journal.begun, journal.got, journal.written, journal.placed):
            table.pop(str(row["x"][0]), None)


def _placed(journal: Journal, key: str, one: Placed) -> None:
    journal.placed[key] = one
    for table in (journal.begun, journal.got, journal.written):
        table.pop(key, None)
