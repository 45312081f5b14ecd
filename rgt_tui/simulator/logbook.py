"""A Pod's two log streams, `system` and `container`, as a function of world time."""

from bisect import insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Literal

from rgt_tui.simulator.clock import stamp

Source = Literal["container", "system"]

TAIL_MAX: Final = 5000
"""Most lines a reader may ask for (REST v2 specification, `tail`)."""

_WRITER_STRIDE: Final = 1_000_000_000
"""Keeps the ordinals of each writer apart from the others' and from single lines."""


@dataclass(frozen=True, slots=True, order=True)
class LogLine:
    """One line; its cursor is unique and sorts as the lines do."""

    at: float
    ordinal: int
    source: Source = field(compare=False)
    text: str = field(compare=False)

    @property
    def cursor(self) -> str:
        """The event id, e.g. `2026-06-01T12:02:03Z/000000000001`."""
        return f"{stamp(self.at)}/{self.ordinal:012d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWriter:
    """A program that writes one line every `period` seconds from `since` on."""

    since: float
    period: float
    source: Source
    text: Callable[[int], str]
    until: float = float("inf")

    def lines(self, after: float, before: float) -> Iterator[tuple[int, float, str]]:
        """Number, instant and text of what it wrote in [after, before], the newest `TAIL_MAX`."""
        last = int((min(before, self.until) - self.since) // self.period)
        first = 0 if after <= self.since else ceil((after - self.since) / self.period)
        for number in range(max(first, last - TAIL_MAX + 1), last + 1):
            yield number, self.since + number * self.period, self.text(number)


@dataclass(slots=True)
class LogBook:
    """All that was and will be written, as long as nobody stops the Pod."""

    _written: list[LogLine] = field(default_factory=list)
    _writers: list[LogWriter] = field(default_factory=list)
    _numbered: int = 0
    _attached: int = 0

    def write(self, at: float, source: Source, *texts: str) -> None:
        """Adds lines at one instant, which may lie in the future."""
        for text in texts:
            self._numbered += 1
            insort(self._written, LogLine(at, self._numbered, source, text))

    def attach(self, writer: LogWriter) -> None:
        """Adds a program that keeps writing."""
        self._writers.append(writer)

    def cut(self, now: float) -> None:
        """The container ended: what lay in the future is never written."""
        self._written = [line for line in self.read(now) if line.at <= now]
        self._attached += len(self._writers)
        self._writers = []

    def read(
        self, now: float, source: Source | None = None, *, after: float = float("-inf")
    ) -> list[LogLine]:
        """What was written in [after, now], oldest first; of a program the newest `TAIL_MAX`."""
        lines = [line for line in self._written if after <= line.at <= now]
        for index, writer in enumerate(self._writers, start=self._attached + 1):
            first = index * _WRITER_STRIDE
            lines += [
                LogLine(at, first + number, writer.source, text)
                for number, at, text in writer.lines(after, now)
            ]
        return sorted(line for line in lines if source in (None, line.source))
