"""What is going to happen in a world: each thing at its instant of world time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    at: float
    number: int
    happens: Callable[[], None] = field(compare=False)


@dataclass(slots=True)
class Agenda:
    """Things to come, the next one first."""

    _entries: list[_Entry] = field(default_factory=list)
    _numbered: int = 0

    def add(self, at: float, happens: Callable[[], None]) -> None:
        """Has something happen at an instant, UTC Unix seconds."""
        self._numbered += 1
        heapq.heappush(self._entries, _Entry(at, self._numbered, happens))

    def catch_up(self, now: float) -> None:
        """Lets happen what is due, in the order of the instants."""
        while self._entries and self._entries[0].at <= now:
            heapq.heappop(self._entries).happens()
