"""One batch on its way: tells each checklist when its turn comes, and watches what becomes of it."""

import asyncio
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from rgt_tui.clock import steady
from rgt_tui.domain.units import PodId
from rgt_tui.guard.batch import Batch, after, begin_turn
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Event, TerminalLost, Ticked, Typed
from rgt_tui.termination import TICK_S, TOLD_S, UNWATCHED_S
from rgt_tui.termination.case import SEEDS, Case


class Round:
    """One batch and the cases of its Pods.

    Args:
        cases: of its Pods, in the order in which they were marked.
        told: called with every new value of the batch, on any thread.
    """

    def __init__(self, cases: Mapping[PodId, Case], told: Callable[[Batch], None]) -> None:
        self._cases: Final = dict(cases)
        self._told: Final = told
        self._lock: Final = threading.RLock()
        self._watched_at = now = steady()
        seed = secrets.randbelow(SEEDS)
        self.batch = self._last = Batch(pods=tuple(cases), seed=seed, opened_at=now, now=now)

    def watch(self) -> None:
        """Says that a person sees the batch just now."""
        self._watched_at = steady()

    def tell(self, event: Event) -> None:
        """Takes in what happened; then tells the checklists what follows from it. Thread safe."""
        with self._lock:
            if isinstance(event, Ticked | Typed):
                event = replace(event, now=steady())
            self.batch = after(self.batch, event, self._checklists())
            due = self.batch.due(self._checklists())
            self.batch = begin_turn(self.batch)
            for pod, follows in due:
                self._cases[pod].tell(follows)
            batch, last = self.batch, self._last
            is_news = replace(batch, now=last.now) != last or batch.now - last.now >= TOLD_S
            self._last = batch if is_news else last
        if is_news:
            self._told(batch)

    async def run(self) -> None:
        """Everything until it is over. Whatever ends this before keeps what was not sent."""
        try:
            while not self.batch.stage.is_over:
                began = steady()
                await asyncio.sleep(TICK_S)
                is_waited_for = self.batch.typed is not None
                if is_waited_for and steady() - min(began, self._watched_at) > UNWATCHED_S:
                    self.tell(TerminalLost())
                else:
                    self.tell(Ticked(now=steady()))
        finally:
            self.tell(TerminalLost())

    def _checklists(self) -> dict[PodId, Checklist]:
        return {pod: case.proceeding.checklist for pod, case in self._cases.items()}
