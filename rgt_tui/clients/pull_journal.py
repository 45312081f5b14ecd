"""What a pull has done so far, on disk beside its parts, so that any later pull goes on from there.

JSON lines, appended as bytes arrive. Nothing in it is believed without a look: parts are compared by
hash with the Pod before they count, so that a line lost in a crash costs work and never truth.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import partial
from typing import Any, Final

from rgt_tui.clients.pull_names import JOURNAL
from rgt_tui.clients.pull_part import Span
from rgt_tui.domain.checkpoint import FileStamp
from rgt_tui.domain.records import dataclass

KEY_LENGTH: Final = 32
_MAX: Final = 512 << 20


def key_of(place: str, stamp: FileStamp, relative: str) -> str:
    """The name of a part: one for each state of a file of a Pod and each place it goes to."""
    row = (
        f"{place.partition('@')[0]}\0{relative}\0{stamp.path}\0"
        f"{stamp.size} {stamp.mtime_ns} {stamp.ctime_ns} {stamp.inode}"
    )
    return hashlib.sha256(row.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_LENGTH]


Staged = tuple[str, str, str, int, int]
"""The key of a small file, its path below the target, SHA-256 there, bytes and mtime in ns."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that got its final name: hash of the bytes there, and what it was here then.

    The inode is not noted of small files: they have it in common with their hold.
    """

    relative: str
    sha256: str
    size: int
    mtime_ns: int
    inode: int = 0


@dataclass(slots=True)
class Journal:
    """The record of one target folder. It knows of files what was noted when it was opened.

    Attributes:
        begun: by part, the path below the target that it will have.
        got: by part, spans whose SHA-256 there is known.
        written: by part, the ends of spans by their start, not yet hashed there.
        staged: small files that lie whole as parts, as they will be when they have their names.
        placed: by part, what became of it.
    """

    descriptor: int
    begun: dict[str, str] = field(default_factory=dict)
    got: dict[str, list[Span]] = field(default_factory=dict)
    written: dict[str, dict[int, int]] = field(default_factory=dict)
    staged: dict[str, Placed] = field(default_factory=dict)
    placed: dict[str, Placed] = field(default_factory=dict)

    def begin(self, key: str, relative: str) -> None:
        """A part is begun that will have this path below the target."""
        if key not in self.begun:
            self.begun[key] = relative
            self._add({"b": [key, relative]})

    def stage(self, rows: list[Staged]) -> None:
        """Small files that are whole."""
        self._add({"s": rows})

    def name(self, keys: list[str]) -> None:
        """Staged files that got their final names."""
        self._add({"n": keys})

    def wrote(self, key: str, start: int, end: int) -> None:
        """Bytes from `start` to `end` are in the part."""
        self._add({"w": [key, start, end]})

    def took(self, key: str, end: int) -> None:
        """Another program has filled a part up to this byte; this pull goes on from there, too."""
        self.written[key] = {0: end}
        self.wrote(key, 0, end)

    def hashed(self, key: str, span: Span) -> None:
        """The bytes there of a span of a part have this hash."""
        word = "h" if span.is_prefix else "g"
        self._add({word: [key, span.start, span.end, span.sha256]})

    def place(self, rows: list[tuple[str, Placed]]) -> None:
        """Parts that got their final names."""
        self._add({"p": [[*_row_of(key, one), one.inode] for key, one in rows]})

    def forget(self, key: str) -> None:
        """A part is of no use any more."""
        self._add({"x": [key]})
        _drop(self, key)

    def write_all(self) -> None:
        """Everything that still counts."""
        self._add(*({"b": [*part]} for part in self.begun.items()))
        for key, spans in self.got.items():
            for span in spans:
                self.hashed(key, span)
        self._add(
            *({"w": [k, *span]} for k, spans in self.written.items() for span in spans.items())
        )
        self.stage([_row_of(key, one) for key, one in self.staged.items()])
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
    fresh = f"{JOURNAL}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(fresh, flags, 0o600, dir_fd=staging)
    try:
        journal = replace(known, descriptor=descriptor)
        journal.write_all()
        os.fsync(descriptor)
        os.rename(fresh, JOURNAL, src_dir_fd=staging, dst_dir_fd=staging)
    except OSError:
        os.close(descriptor)
        raise
    return journal


def _known(staging: int) -> Journal:
    """What the journal that is there says."""
    journal = Journal(-1)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(JOURNAL, flags, dir_fd=staging)
    except FileNotFoundError:
        return journal
    with open(descriptor, "rb") as file:
        content = file.read(_MAX)
    for line in content.split(b"\n"):
        with contextlib.suppress(ValueError, KeyError, TypeError, IndexError, RecursionError):
            _read(journal, json.loads(line))
    return journal


def _read(journal: Journal, row: Any) -> None:
    for word, said in row.items() if isinstance(row, dict) else ():
        if word in _WORDS:
            _WORDS[word](journal, said)


def _begun(journal: Journal, said: list[Any]) -> None:
    key, relative = said
    journal.begun[str(key)] = str(relative)


def _written(journal: Journal, said: list[Any]) -> None:
    key, start, end = said
    spans = journal.written.setdefault(str(key), {})
    spans[int(start)] = max(int(end), spans.get(int(start), 0))


def _got(journal: Journal, said: list[Any], *, is_prefix: bool = False) -> None:
    key, start, end, sha256 = said
    span = Span(int(start), int(end), str(sha256), is_prefix)
    journal.got.setdefault(str(key), []).append(span)


def _staged(journal: Journal, said: list[Any]) -> None:
    for key, one in map(_one_of, said):
        journal.staged[key], journal.begun[key] = one, one.relative


def _named(journal: Journal, said: list[Any]) -> None:
    for key in said:
        one = journal.staged.get(key)
        if one is not None:
            _drop(journal, key)
            journal.placed[key] = one


def _placed(journal: Journal, said: list[Any]) -> None:
    for key, one in map(_one_of, said):
        _drop(journal, key)
        journal.placed[key] = one


def _forgotten(journal: Journal, said: list[Any]) -> None:
    _drop(journal, str(said[0]))


_WORDS: Final[Mapping[str, Callable[[Journal, list[Any]], None]]] = {
    "b": _begun,
    "w": _written,
    "g": _got,
    "h": partial(_got, is_prefix=True),
    "s": _staged,
    "n": _named,
    "p": _placed,
    "x": _forgotten,
}


def _row_of(key: str, one: Placed) -> Staged:
    return key, one.relative, one.sha256, one.size, one.mtime_ns


def _one_of(row: list[Any]) -> tuple[str, Placed]:
    key, relative, sha256, *numbers = row
    return str(key), Placed(str(relative), str(sha256), *map(int, numbers))


def _drop(journal: Journal, key: str) -> None:
    for table in (journal.begun, journal.got, journal.written, journal.staged, journal.placed):
        table.pop(key, None)
