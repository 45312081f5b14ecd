"""The terminal as a file that never blocks for ever and knows how far behind it is.

Textual's writer thread writes to it. The device is opened a second time, non-blocking, so that
the mode does not leak into the shell that shares our standard streams; a terminal nobody reads
then stops only this thread, for as long as `discard_after` allows.
"""

import contextlib
import os
import select
import sys
from collections.abc import Callable
from time import monotonic
from typing import IO, Final

STALLED_AFTER_S: Final = 2.0
"""Without one byte accepted for so long, the terminal counts as stalled."""
STALE_FOR_S: Final = 0.5
"""After a stall, keys for so long were typed before the new picture could be seen."""
_POLL_MS: Final = 100
_CHUNK: Final = 4096


class TerminalOutput:
    """A write-only text file over the terminal, for one writing thread."""

    def __init__(self, stream: IO[str], clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._fd = _own_descriptor(stream)
        self._deadline: float | None = None
        self._waiting_since: float | None = None
        self._stale_until = 0.0
        self.is_lost = False
        self.written = 0

    def write(self, text: str) -> int:
        """Write all of `text`, waiting as long as the terminal takes and the deadline allows."""
        rest = memoryview(text.encode(self._encoding, errors="replace"))
        while rest and not self._must_drop():
            sent = self._send(rest[:_CHUNK])
            rest = rest[sent:]
        self._progress()
        return len(text)

    def flush(self) -> None:
        """Nothing is held back here."""

    def isatty(self) -> bool:
        """Is this a terminal?"""
        return os.isatty(self._fd)

    def fileno(self) -> int:
        """The descriptor of the stream that this file stands for."""
        return self._stream.fileno()

    @property
    def is_waiting(self) -> bool:
        """Is a write under way that the terminal has not taken?"""
        return self._waiting_since is not None

    @property
    def is_stalled(self) -> bool:
        """Has the terminal taken nothing for two seconds while something was to be written?"""
        since = self._waiting_since
        return since is not None and self._clock() - since > STALLED_AFTER_S

    @property
    def is_stale(self) -> bool:
        """Stalled, or so lately that what is typed cannot be meant for what is shown."""
        return self.is_stalled or self._clock() < self._stale_until

    def discard_after(self, seconds: float | None) -> None:
        """Give up on unwritten text `seconds` from now; None waits for ever."""
        self._deadline = None if seconds is None else self._clock() + seconds

    def write_at_once(self, text: str) -> None:
        """Best effort from any thread, for the moment before the process ends."""
        with contextlib.suppress(OSError):
            os.write(self._fd, text.encode("ascii"))

    def _must_drop(self) -> bool:
        return self.is_lost or (self._deadline is not None and self._clock() > self._deadline)

    def _send(self, chunk: memoryview) -> int:
        if self._waiting_since is None:
            self._waiting_since = self._clock()
        try:
            sent = os.write(self._fd, chunk)
        except BlockingIOError:
            select.select([], [self._fd], [], _POLL_MS / 1000)
            return 0
        except OSError:
            self.is_lost = True
            return 0
        self.written += sent
        self._progress()
        return sent

    def _progress(self) -> None:
        if self.is_stalled:
            self._stale_until = self._clock() + STALE_FOR_S
        self._waiting_since = None


def _own_descriptor(stream: IO[str]) -> int:
    flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    for path in _device_paths(stream):
        with contextlib.suppress(OSError):
            return os.open(path, flags)
    return stream.fileno()


def _device_paths(stream: IO[str]) -> list[str]:
    paths = []
    for candidate in (stream, sys.__stdout__):
        with contextlib.suppress(OSError, AttributeError):
            paths.append(os.ttyname(candidate.fileno()))  # type: ignore[union-attr]
    return [*paths, "/dev/tty"] if os.isatty(0) else paths
