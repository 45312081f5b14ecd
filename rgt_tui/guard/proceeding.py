"""One checklist on its way: the single reference that changes, and the one permit it can give.

The screen feeds what a person does, the engine feeds what was seen; both from their own thread.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from rgt_tui.domain.errors import GuardRefused
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Event, Fenced, Gathered, Joined, Sent, Ticked, Typed
from rgt_tui.guard.permit import Permit, issue
from rgt_tui.guard.step import step
from rgt_tui.guard.table import Phase


class Proceeding:
    """A checklist that changes by events.

    Args:
        checklist: as opened.
        clock: the guard's clock: seconds that never jump and go on while the machine sleeps.
        told: called with every new value, on the thread that fed the event.
    """

    def __init__(
        self,
        checklist: Checklist,
        clock: Callable[[], float],
        told: Callable[[Checklist], None] | None = None,
    ) -> None:
        self._checklist = checklist
        self._clock: Final = clock
        self._told: Final = told
        self._lock: Final = threading.RLock()
        self._permit: Permit | None = None

    @property
    def checklist(self) -> Checklist:
        """As it is now."""
        return self._checklist

    def feed(self, event: Event) -> Checklist:
        """The checklist after an event; a permit that was given before another evidence is void."""
        with self._lock:
            if isinstance(event, Gathered | Ticked | Typed | Joined | Fenced):
                # Two threads that look at the clock and then wait here would set it back.
                event = replace(event, now=self._clock())
            before, self._checklist = self._checklist, step(self._checklist, event)
            after = self._checklist
            if self._permit is not None and after.phase is not Phase.PERMITTED:
                self._permit.revoke(after.said or f"the checklist is {after.phase}")
        if self._told is not None and after != before:
            self._told(after)
        return after

    def permit(self) -> Permit:
        """The permit, once.

        Raises:
            GuardRefused: the checklist is not finished, or gave its permit already.
        """
        with self._lock:
            if self._permit is not None:
                raise GuardRefused(
                    f"Pod {self._checklist.pod}: this checklist gave its permit already"
                )
            self._permit = issue(self._checklist, self._clock(), self)
            return self._permit

    def why_not(self, digest: str) -> str | None:
        """Why a permit on evidence of that digest no longer holds; None when it does."""
        with self._lock:
            reason = self._checklist.why_not_permitted(self._clock())
            if reason is None and self._checklist.digest != digest:
                reason = "the evidence is another one"
            return reason

    def take(self, digest: str) -> str | None:
        """The same, and where it holds the request counts as sent: nothing can void it any more."""
        with self._lock:
            reason = self.why_not(digest)
            if reason is None:
                self._checklist = step(self._checklist, Sent())
        if reason is None and self._told is not None:
            self._told(self._checklist)
        return reason
