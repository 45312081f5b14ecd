"""Lines for standard output, on a thread of their own: a reader that stands still holds up nobody."""

import select
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from rgt_tui.invocation import as_line
from rgt_tui.places import write_whole

KEPT: Final = 10_000
"""Lines that wait for a reader; older ones are given up, and their number is told."""
LEAVES_S: Final = 2.0
"""How long the last lines may take at the end."""


class Printer:
    """Prints JSON objects, one a line.

    Attributes:
        failed: why nothing can be printed any more.
    """

    def __init__(self, descriptor: int) -> None:
        """Prints to a descriptor, past Python's buffers: one of those would hold up the end."""
        self.failed: OSError | None = None
        self._descriptor = descriptor
        self._lines: deque[Mapping[str, Any]] = deque()
        self._lost = 0
        self._is_closing = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)
        self._poll = select.poll()
        self._poll.register(descriptor, 0)
        self._thread.start()

    def put(self, line: Mapping[str, Any]) -> None:
        """Has it printed; returns at once."""
        with self._news:
            if len(self._lines) >= KEPT:
                self._lines.popleft()
                self._lost += 1
            self._lines.append(line)
            self._news.notify()

    def wait(self, seconds: float) -> None:
        """Waits so long, or until the reader is gone; raises what keeps it from printing.

        Raises:
            OSError: standard output takes nothing any more; BrokenPipeError when the reader left.
        """
        if self.failed is None and self._poll.poll(seconds * 1000):
            raise BrokenPipeError("the reader is gone")
        if self.failed is not None:
            raise self.failed

    def close(self, within_s: float = LEAVES_S) -> None:
        """Prints what waits, as far as the reader takes it soon."""
        with self._news:
            self._is_closing = True
            self._news.notify()
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            while (line := self._next()) is not None:
                write_whole(self._descriptor, as_line(line).encode())
        except OSError as error:
            self.failed = error

    def _next(self) -> Mapping[str, Any] | None:
        with self._news:
            while not (self._lines or self._is_closing):
                self._news.wait()
            if self._lost:
                lost, self._lost = self._lost, 0
                return {"event": "skipped", "lines": lost, "text": f"{lost} lines were not read"}
            return self._lines.popleft() if self._lines else None
