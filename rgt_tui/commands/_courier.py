"""Carries alerts to one receiver, on a thread of its own: what happens together goes together.

A receiver that fails is said once, and once more when it works again. It never ends the watch,
and it is tried again with growing pauses; what it did not take in ten minutes is given up.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from rgt_tui.clock import steady
from rgt_tui.commands._happening import Happening
from rgt_tui.domain.errors import NotDelivered
from rgt_tui.invocation import as_line

GATHER_S: Final = 1.0
"""How long an alert waits for what happens at the same time."""
TOGETHER: Final = 100
KEPT: Final = 1_000
LONGEST_S: Final = 60.0
GIVE_UP_S: Final = 600.0


class Receiver(Protocol):
    """Whom alerts are for."""

    @property
    def name(self) -> str:
        """What to call it; without secrets."""

    def send(self, document: bytes) -> None:
        """Hands an alert over.

        Raises:
            NotDelivered: it was not taken.
        """


class Courier:
    """Alerts to one receiver. Starts with its first alert."""

    def __init__(self, receiver: Receiver, say: Callable[[str], None]) -> None:
        self._receiver = receiver
        self._say = say
        self._waiting: deque[Happening] = deque()
        self._leaving: list[Happening] = []
        self._given_up = 0
        self._is_failing = False
        self._closes_at: float | None = None
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=receiver.name, daemon=True)
        self._thread.start()

    def put(self, happening: Happening) -> None:
        """Has it carried; returns at once."""
        with self._news:
            if len(self._waiting) >= KEPT:
                self._waiting.popleft()
                self._given_up += 1
            self._waiting.append(happening)
            self._news.notify()

    def close(self, within_s: float) -> None:
        """Carries what waits, for so long at most; says how much it could not."""
        with self._news:
            self._closes_at = steady() + within_s
            self._news.notify()
        self._thread.join(within_s)
        with self._news:
            left = len(self._leaving) + len(self._waiting) + self._given_up
        if left:
            self._say(f"{self._receiver.name}: {left} alerts were not delivered")

    def _run(self) -> None:
        while events := self._next():
            self._deliver(events)

    def _next(self) -> list[Happening]:
        """What happened together; nothing when it is over."""
        with self._news:
            while not (self._waiting or self._closes_at is not None):
                self._news.wait()
            if self._closes_at is None:
                self._news.wait_for(lambda: self._closes_at is not None, GATHER_S)
            many = min(TOGETHER, len(self._waiting))
            self._leaving = [self._waiting.popleft() for _ in range(many)]
            return self._leaving

    def _deliver(self, events: Sequence[Happening]) -> None:
        """Sends until it is taken or given up."""
        given_up = self._given_up
        document = _document(events, given_up)
        began, pause_s = steady(), 1.0
        while True:
            try:
                self._receiver.send(document)
            except NotDelivered as error:
                wait_s = None if error.again_s is None else max(pause_s, error.again_s)
                if not self._may_try_again(error, wait_s, began):
                    break
                pause_s = min(LONGEST_S, pause_s * 2)
            else:
                if self._is_failing:
                    self._say(f"{self._receiver.name}: works again")
                self._is_failing = False
                self._done(-given_up)
                return
        self._done(len(events))

    def _may_try_again(self, error: NotDelivered, wait_s: float | None, began: float) -> bool:
        """Says the first failure; waits, and tells whether another try is to be made."""
        if not self._is_failing:
            again = "" if wait_s is None else "; it is tried again"
            self._say(f"{error.message}{again}")
        self._is_failing = True
        if wait_s is None or steady() + wait_s - began > GIVE_UP_S:
            return False
        with self._news:
            self._news.wait_for(lambda: self._closes_at is not None, wait_s)
            return self._closes_at is None or steady() < self._closes_at

    def _done(self, more_given_up: int) -> None:
        with self._news:
            self._leaving = []
            self._given_up += more_given_up


def _document(events: Sequence[Happening], given_up: int) -> bytes:
    answer = {
        "text": "\n".join(event.text for event in events),
        "events": [event.as_json() for event in events],
        "given_up": given_up,
    }
    return as_line(answer).encode()
