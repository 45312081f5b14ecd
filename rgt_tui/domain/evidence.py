"""What was seen, when, and what could not be seen.

A reading is `Observed` or `Failed`. Evidence keeps, by report type, the last value that was
seen and the failure after it, if any: a failed read ages what is known, it never erases it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.sentences import sentences

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

    @property
    def told(self) -> str:
        """What failed and what to do about it, on one line."""
        return sentences(self.error, self.hint)


@dataclass(frozen=True, slots=True)
class Sample:
    """The figures of one reading that are kept for their course over time.

    Attributes:
        at: when, in Unix seconds of the session's clock.
        values: name and figure; what was unknown is left out.
    """

    at: float
    values: tuple[tuple[str, float], ...]

    def get(self, name: str) -> float | None:
        """The figure of that name, None when it was unknown."""
        return next((value for key, value in self.values if key == name), None)


SPACING_S: Final = ((300.0, 0.0), (3600.0, 60.0), (86_400.0, 600.0))
"""How close samples are kept: all of the last five minutes, then one a minute, then one in ten."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[Report]):
    """The last value seen and the failure that came after it.

    Attributes:
        good: the newest value, None when there never was one.
        failure: why the newest attempt failed; None when it succeeded.
        history: samples of a day, oldest first, of reports that have a method `sample`.
    """

    good: Observed[Report] | None = None
    failure: Failed | None = None
    history: tuple[Sample, ...] = ()

    def after(self, event: "Observed[Report] | Failed") -> "Reading[Report]":
        """This reading after one more attempt; an equal value keeps the old object."""
        if isinstance(event, Failed):
            return Reading(good=self.good, failure=event, history=self.history)
        if self.good is not None and self.good.value == event.value:
            event = Observed(self.good.value, event.at, event.source)
        return Reading(good=event, history=_sampled(self.history, event))

    def age(self, now: float) -> float | None:
        """Seconds since the value was seen; None when there is none."""
        return None if self.good is None else max(0.0, now - self.good.at)


_NEVER: Final[Reading[Any]] = Reading()
"""Of what was never attempted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All readings about one thing, keyed by the type of their value."""

    readings: Mapping[type, Reading[Any]] = field(default_factory=lambda: MappingProxyType({}))

    def reading(self, kind: type[Report]) -> Reading[Report]:
        """The reading of a report type; an empty one when it was never attempted."""
        return self.readings.get(kind, _NEVER)

    def latest(self, kind: type[Report]) -> Observed[Report] | None:
        """The newest value of a report type, however old; None when there is none."""
        reading = self.readings.get(kind)
        return None if reading is None else reading.good

    def value(self, kind: type[Report]) -> Report | None:
        """The newest value itself, however old; None when there is none."""
        reading = self.readings.get(kind)
        return None if reading is None or reading.good is None else reading.good.value

    def after(self, kind: type[Report], event: Observed[Report] | Failed) -> "Evidence":
        """This evidence after one more attempt to read `kind`."""
        changed = {**self.readings, kind: self.reading(kind).after(event)}
        return Evidence(MappingProxyType(changed))

    def __iter__(self) -> Iterator[type]:
        return iter(self.readings)


def _sampled(history: tuple[Sample, ...], event: Observed[Any]) -> tuple[Sample, ...]:
    """The history after one more reading, thinned the more the older it is."""
    take = getattr(event.value, "sample", None)
    if take is None or (history and event.at <= history[-1].at):
        return history
    return thinned((*history, Sample(event.at, take())), event.at)


def thinned(history: tuple[Sample, ...], now: float) -> tuple[Sample, ...]:
    """Samples at the spacing of their age; one that is left out leaves its peaks to the one before."""
    kept: list[Sample] = []
    for sample in history:
        spacing = next((gap for age, gap in SPACING_S if now - sample.at <= age), None)
        if spacing is None:
            continue
        if kept and sample.at - kept[-1].at < spacing:
            kept[-1] = _peaks(kept[-1], sample)
        else:
            kept.append(sample)
    return tuple(kept)


def _peaks(first: Sample, second: Sample) -> Sample:
    if first.values == second.values:
        return first
    highest = dict(first.values)
    for name, value in second.values:
        highest[name] = max(value, highest.get(name, value))
    return Sample(first.at, tuple(highest.items()))
