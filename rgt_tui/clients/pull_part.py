"""One large file on its way: which spans are here, which are proven equal, what is missing.

Every span is hashed there as it is read. Here the SHA-256 of the whole file grows as bytes pass that
follow on those before; what came out of order is read again and hashed, span by span. So a part can
be filled in any order, left at any byte and gone on with.
"""

import contextlib
import ctypes
import hashlib
import os
import threading
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from typing import Final

from rgt_tui.domain.records import dataclass

PIECE: Final = 8 << 20
CHUNK: Final = 256 << 10
"""Bytes of one write: larger ones ask the kernel for memory in blocks that it has to go and get."""
_START_WRITING: Final = 2
"""SYNC_FILE_RANGE_WRITE: begins to write a range back and waits for nothing."""


@dataclass(slots=True, order=True)
class Span:
    """Bytes that were written.

    Attributes:
        sha256: of the bytes there, empty while not known.
        is_prefix: whether that is of everything up to `end`, not from `start`.
    """

    start: int
    end: int
    sha256: str = ""
    is_prefix: bool = False


@dataclass(slots=True)
class Part:
    """A file in the staging folder, opened when it is first touched.

    Attributes:
        opener: opens it for reading and writing.
        size: of the whole file, in bytes.
        spans: what is here, in order, without overlaps.
        proven: up to here every span is equal there and here.
    """

    opener: Callable[[], int]
    size: int
    spans: list[Span] = field(default_factory=list)
    proven: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _passing: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _passed: int = 0
    _marks: dict[int, "hashlib._Hash"] = field(default_factory=dict)
    _descriptor: int | None = None
    _is_closed: bool = False
    _using: threading.RLock = field(default_factory=threading.RLock)

    @property
    def descriptor(self) -> int:
        """Of the opened file.

        Raises:
            OSError: it cannot be opened.
        """
        with self._using:
            if self._descriptor is None:
                self._descriptor = self.opener()
            return self._descriptor

    def close(self) -> None:
        """Closes the file, if it was opened; what is written later is nothing."""
        with self._using:
            self._is_closed = True
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    @property
    def is_proven(self) -> bool:
        """Whether the whole file is here and equal."""
        return self.proven == self.size

    @property
    def sha256(self) -> str:
        """Of the whole file, once it is proven."""
        return self._digest.hexdigest() if self.is_proven else ""

    @property
    def present(self) -> int:
        """Bytes that are here."""
        return sum(span.end - span.start for span in self.spans)

    def missing(self) -> list[tuple[int, int]]:
        """What is not here, in pieces, in order."""
        found: list[tuple[int, int]] = []
        at = 0
        for span in [*self.spans, Span(self.size, self.size)]:
            while at < span.start:
                end = min(span.start, at - at % PIECE + PIECE)
                found.append((at, end))
                at = end
            at = max(at, span.end)
        return found

    def unhashed(self) -> list[Span]:
        """Spans whose hash there is not known, none longer than a piece."""
        found = []
        for span in [span for span in self.spans if not span.sha256]:
            self.spans.remove(span)
            for start in range(span.start, span.end, PIECE):
                piece = Span(start, min(span.end, start + PIECE))
                insort(self.spans, piece)
                found.append(piece)
        return found

    def add(self, span: Span) -> None:
        """Takes in a span that was written, or the hash of one; what overlaps others is left out."""
        if not 0 <= span.start < span.end <= self.size:
            return
        for other in self.spans:
            if (span.start, span.end) == (other.start, other.end):
                if not other.sha256:
                    other.sha256, other.is_prefix = span.sha256, span.is_prefix
                return
            if span.start < other.end and other.start < span.end:
                return
        insort(self.spans, span)

    def write(self, at: int, content: Sequence[memoryview]) -> None:
        """Writes bytes, and hashes them where they follow on those before. Blocks.

        Raises:
            OSError: they cannot be written.
        """
        with self._using:  # the number of a closed descriptor may be another file's by now
            for view in _gathered(content):
                self._pass(at, view)
                while view and not self._is_closed:
                    count = os.pwrite(self.descriptor, view, at)
                    view, at = view[count:], at + count

    def _pass(self, at: int, content: memoryview) -> None:
        """Hashes bytes that follow on those before; the hash up to each end of a piece is kept."""
        while content and at == self._passed:
            here = content[: PIECE - at % PIECE]
            self._passing.update(here)
            content, at = content[len(here) :], at + len(here)
            self._passed = at
            if at % PIECE == 0 or at == self.size:
                self._marks[at] = self._passing.copy()

    def prove(self) -> list[Span]:
        """Hashes what follows on what is proven, as far as there is no gap. Blocks.

        Returns:
            The span whose bytes differ from those there, if any; it is missing again.
        """
        while span := self._next():
            whole = self._whole_to(span)
            if whole is None:
                self.spans.remove(span)
                self._passed, self._marks = -1, {}  # other bytes will come: read again from here on
                return [span]
            self._digest = whole
            self.proven = span.end
            _begin_writing(self.descriptor, span)
        return []

    def _next(self) -> Span | None:
        for span in self.spans:
            if span.start == self.proven and span.sha256:
                return span
            if span.start > self.proven:
                break
        return None

    def _whole_to(self, span: Span) -> "hashlib._Hash | None":
        """The hash of all up to the end of a span, None where its bytes are not those there."""
        is_prefix = span.is_prefix or not span.start
        with self._using:
            whole = self._marks.pop(span.end, None)
        if whole is not None and is_prefix:
            return whole if whole.hexdigest() == span.sha256 else None
        whole = self._digest.copy()
        alone = whole if is_prefix else hashlib.sha256()
        is_whole = self._hash(span, whole, alone)
        return whole if is_whole and alone.hexdigest() == span.sha256 else None

    def _hash(self, span: Span, whole: "hashlib._Hash", alone: "hashlib._Hash") -> bool:
        at, buffer = span.start, memoryview(bytearray(CHUNK))
        while at < span.end:
            count = os.preadv(self.descriptor, [buffer[: span.end - at]], at)
            if not count:
                return False
            whole.update(buffer[:count])
            if alone is not whole:
                alone.update(buffer[:count])
            at += count
        return True


def _gathered(content: Sequence[memoryview]) -> Iterator[memoryview]:
    """The same bytes in few pieces: each call that lets other threads run waits for them after."""
    buffer, held = memoryview(bytearray(CHUNK)), 0
    for view in content:
        while view:
            here = view[: CHUNK - held]
            buffer[held : held + len(here)] = here
            view, held = view[len(here) :], held + len(here)
            if held == CHUNK:
                yield buffer
                held = 0
    if held:
        yield buffer[:held]


def _begin_writing(descriptor: int, span: Span) -> None:
    """Has the disk begin, so that the fsync at the end waits for little (sync_file_range(2))."""
    with contextlib.suppress(AttributeError):
        _libc.sync_file_range(
            descriptor,
            ctypes.c_int64(span.start),
            ctypes.c_int64(span.end - span.start),
            _START_WRITING,
        )


_libc: Final = ctypes.CDLL(None)
