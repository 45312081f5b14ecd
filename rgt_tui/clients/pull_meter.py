"""How far a pull is, how fast it goes, and how long it will take."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import field
from typing import Final

from rgt_tui.domain.pulling import PullProgress, Stage
from rgt_tui.domain.records import dataclass

EVERY_S: Final = 0.2
OVER_S: Final = 8.0
"""The rate is that of the last so many seconds."""


@dataclass(slots=True)
class Meter:
    """Counts, and tells at most five times a second."""

    tell: Callable[[PullProgress], None]
    stage: Stage = Stage.LISTING
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    moved: int = 0
    had: int = 0
    _told: float = 0.0
    _given: int = 0
    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def begin(self, stage: Stage, *, files: int, content: int) -> None:
        """A stage with so many files and bytes begins."""
        self.stage, self.files_total, self.bytes_total = stage, files, content
        self.files_done = self.bytes_done = self._given = self.had = 0
        self._seen.clear()
        self._say("")

    def add(self, count: int, *, files: int = 0) -> None:
        """So much more is done."""
        self.bytes_done += count
        self.files_done += files
        if time.monotonic() - self._told >= EVERY_S:
            self._say("")

    def note(self, count: int, *, files: int = 0, had: bool = True) -> None:
        """So much was done before, `had` says whether before this pull. No rate has it.

        From a thread, so it is told with what comes next.
        """
        self.bytes_done += count
        self._given += count
        self.had += count if had else 0
        self.files_done += files

    def came(self, count: int) -> None:
        """So many bytes came over the wire."""
        self.moved += count
        self.add(count)

    def said(self, text: str) -> None:
        """Something happened that people should know."""
        self._say(text)

    def end(self) -> None:
        """The stage is over."""
        self._say("")

    def _say(self, text: str) -> None:
        now = self._told = time.monotonic()
        now_done = self.bytes_done - self._given
        self._seen.append((now, now_done))
        while self._seen[0][0] < now - OVER_S and len(self._seen) > 1:
            self._seen.popleft()
        since, before = self._seen[0]
        rate = (now_done - before) / (now - since) if now - since > EVERY_S else None
        left = max(0, self.bytes_total - self.bytes_done)
        self.tell(
            PullProgress(
                stage=self.stage,
                files_done=self.files_done,
                files_total=self.files_total,
                bytes_done=self.bytes_done,
                bytes_total=self.bytes_total,
                rate=rate,
                seconds_left=left / rate if rate else None,
                said=text,
                had=self.had,
            )
        )
