"""The API being away: said once when it begins, once when it is over, never an end of the watch."""

from collections.abc import Iterator
from typing import Final

from rgt_tui.commands._happening import Happening
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import Severity
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import rfc3339, show_duration
from rgt_tui.panes import Scene

LEAST_S: Final = 30.0
"""A single read that fails is no outage: the list must have aged by so much."""
READS: Final = 2.5
"""Or by so many reads, where they are further apart."""


class Outage:
    """Whether the API is away.

    Attributes:
        is_on: whether that was said, and its return was not.
    """

    def __init__(self, interval_s: float) -> None:
        self.is_on = False
        self._limit_s = max(LEAST_S, READS * interval_s)
        self._since = 0.0

    def after(self, scene: Scene) -> Iterator[Happening]:
        """Its beginning or its end, if it is that."""
        listed = scene.account.evidence.reading(PodList)
        age = listed.age(scene.now)
        failure = listed.failure or _of_ours(scene)
        if failure is None:
            if self.is_on and age is not None:
                self.is_on = False
                yield self._back(scene)
            return
        if not self.is_on and (age is None or age >= self._limit_s):
            self.is_on = True
            self._since = scene.now if listed.good is None else listed.good.at
            yield self._lost(scene, failure, age)

    def _lost(self, scene: Scene, failure: Failed, age: float | None) -> Happening:
        seen = "nothing was read yet" if age is None else f"last read {show_duration(age)} ago"
        return Happening(
            at=scene.now,
            event="api_lost",
            severity=Severity.CRITICAL,
            text=f"the API is away ({seen}): {failure.error}",
            facts={
                "code": failure.code,
                "error": failure.error,
                "hint": failure.hint,
                "last_read": None if age is None else rfc3339(self._since),
                "age_seconds": None if age is None else round(age, 1),
            },
        )

    def _back(self, scene: Scene) -> Happening:
        away = scene.now - self._since
        return Happening(
            at=scene.now,
            event="api_back",
            severity=Severity.CRITICAL,
            text=f"the API answers again after {show_duration(away)}",
            facts={"away_seconds": round(away, 1)},
        )


def _of_ours(scene: Scene) -> Failed | None:
    """A fault of ours keeps the engine from reading."""
    if not scene.trouble:
        return None
    return Failed(" ".join(scene.trouble.splitlines()), scene.now, "internal")
