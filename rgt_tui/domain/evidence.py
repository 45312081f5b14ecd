"""What was seen, when, and what could not be seen.

A reading is `Observed` or `Failed`. Evidence keeps, by report type, the last value that was
seen and the failure after it, if any: a failed read ages what is known, it never erases it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypeVar

Report = TypeVar("Report")


@dataclass(frozen=True, slots=True)
class Observed(Generic[Report]):
    """A value that was read.

    Attributes:
        value: what was read.
        at: when, in Unix seconds of the session's clock.
        source: where from: `api`, `ssh`, `log`, `billing` or `cache`.
    """

    value: Report
    at: float
    source: str = "api"


@dataclass(frozen=True, slots=True)
class Failed:
    """A read that brought nothing.

    Attributes:
        error: one sentence for the screen; cleaned, without secrets.
        at: when, in Unix seconds of the session's clock.
        code: a stable word, as in `RgtError.code` or `SshFault`.
        hint: what to do about it; may be empty.
    """

    error: str
    at: float
    code: str = "error"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Reading(Generic[Report]):
    """The last value seen and the failure that came after it.

    Attributes:
        good: the newest value, None when there never was one.
        failure: why the newest attempt failed; None when it succeeded.
    """

    good: Observed[Report] | None = None
    failure: Failed | None = None

    def after(self, event: "Observed[Report] | Failed") -> "Reading[Report]":
        """This reading after one more attempt; an equal value keeps the old object."""
        if isinstance(event, Failed):
            return Reading(good=self.good, failure=event)
        if self.good is not None and self.good.value == event.value:
            event = Observed(self.good.value, event.at, event.source)
        return Reading(good=event)

    def age(self, now: float) -> float | None:
        """Seconds since the value was seen; None when there is none."""
        return None if self.good is None else max(0.0, now - self.good.at)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All readings about one thing, keyed by the type of their value."""

    readings: Mapping[type, Reading[Any]] = field(default_factory=lambda: MappingProxyType({}))

    def reading(self, kind: type[Report]) -> Reading[Report]:
        """The reading of a report type; an empty one when it was never attempted."""
        return self.readings.get(kind) or Reading()

    def latest(self, kind: type[Report]) -> Observed[Report] | None:
        """The newest value of a report type, however old; None when there is none."""
        return self.reading(kind).good

    def value(self, kind: type[Report]) -> Report | None:
        """The newest value itself, however old; None when there is none."""
        seen = self.latest(kind)
        return None if seen is None else seen.value

    def after(self, kind: type[Report], event: Observed[Report] | Failed) -> "Evidence":
        """This evidence after one more attempt to read `kind`."""
        changed = {**self.readings, kind: self.reading(kind).after(event)}
        return Evidence(MappingProxyType(changed))

    def __iter__(self) -> Iterator[type]:
        return iter(self.readings)
