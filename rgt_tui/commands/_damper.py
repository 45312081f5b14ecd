"""Keeps quiet about what changes to and fro.

A thing that was told more than `MOST` times within `WINDOW_S` flaps. The telling that finds it out
says so; after that nothing is told of it until it has kept still for `STILL_S`.
"""

from collections.abc import Hashable
from dataclasses import field
from typing import Final

from rgt_tui.domain.records import dataclass

MOST: Final = 6
WINDOW_S: Final = 600.0
STILL_S: Final = 300.0
_AS_TOLD: Final = object()


@dataclass(slots=True)
class _Thing:
    """When it was told, and since when it has been what it is while it flaps."""

    told: list[float] = field(default_factory=list)
    flaps: bool = False
    value: object = None
    since: float = 0.0


@dataclass(slots=True)
class Damper:
    """Knows what flaps. Things that were never told cost nothing."""

    _things: dict[Hashable, _Thing] = field(default_factory=dict)

    def lets_pass(self, key: Hashable, value: object, now: float) -> bool:
        """Whether it may be told that `key` is `value`, which differs from what was told last."""
        thing = self._things.setdefault(key, _Thing())
        if thing.flaps and not self._is_still(thing, value, now):
            return False
        if thing.flaps:
            thing.flaps, thing.told = False, []
        thing.told = [at for at in thing.told if now - at < WINDOW_S] + [now]
        thing.flaps = len(thing.told) > MOST
        thing.value, thing.since = value, now
        return True

    def is_as_told(self, key: Hashable, now: float) -> None:
        """Notes that `key` is what was told of it last."""
        thing = self._things.get(key)
        if thing is not None and thing.flaps and self._is_still(thing, _AS_TOLD, now):
            del self._things[key]

    def forget(self, now: float) -> None:
        """Drops what has been quiet, also of what is there no more."""
        for key, thing in list(self._things.items()):
            if now - max(thing.told[-1], thing.since) >= WINDOW_S:
                del self._things[key]

    def flaps(self, key: Hashable) -> bool:
        """Whether nothing is told of it for now."""
        thing = self._things.get(key)
        return thing is not None and thing.flaps

    def _is_still(self, thing: _Thing, value: object, now: float) -> bool:
        if thing.value != value:
            thing.value, thing.since = value, now
        return now - thing.since >= STILL_S
