"""Keeps raised symptoms up until they have been gone for a while."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.finding import Finding, Findings, Said
from rgt_tui.domain.units import PodId, show_duration

CLEAR_AFTER_S: Final = 30.0
HELD_S: Final = 900.0


@dataclass(slots=True)
class Standing:
    """Keeps raised symptoms up until they have been gone for a while.

    A figure that swings around its limit must not raise and clear the same symptom all the time,
    and evidence that is no longer read says nothing about what it showed. So a symptom is cleared
    when it was absent for half a minute; one that can no longer be told stays up for a quarter of
    an hour, and says that it is not confirmed.
    """

    _up: dict[tuple[PodId | None, str], Finding] = field(default_factory=dict)
    _gone_since: dict[tuple[PodId | None, str], float] = field(default_factory=dict)

    def after(self, found: Findings, now: float) -> Findings:
        """The findings with what still stands, each with the time since when it does."""
        return MappingProxyType(
            {
                pod: tuple(sorted(self._of(pod, each, now), key=_worst_first))
                for pod, each in found.items()
            }
        )

    def forget(self, is_known: Callable[[PodId | None], bool]) -> None:
        """Drops what is kept of Pods that are no longer there."""
        for key in [key for key in self._up if not is_known(key[0])]:
            del self._up[key]
            self._gone_since.pop(key, None)

    def _of(self, pod: PodId | None, found: Sequence[Finding], now: float) -> list[Finding]:
        return [self._one((pod, finding.code), finding, now) for finding in found]

    def _one(self, key: tuple[PodId | None, str], finding: Finding, now: float) -> Finding:
        before = self._up.get(key)
        if finding.is_present:
            self._gone_since.pop(key, None)
            since = before.since if before is not None else now
            if before is not None and replace(finding, since=since) == before:
                return before
            self._up[key] = replace(finding, since=since)
            return self._up[key]
        if before is None:
            return finding
        gone = self._gone_since.setdefault(key, now)
        limit = CLEAR_AFTER_S if finding.verdict == "absent" else HELD_S
        if now - gone >= limit:
            del self._up[key], self._gone_since[key]
            return finding
        if finding.verdict == "absent":
            return before
        note = f"not confirmed for {show_duration(now - gone)}: {'; '.join(finding.missing)}"
        return replace(before, evidence=(*before.evidence, Said("rule", note)))


def _worst_first(finding: Finding) -> tuple[bool, int]:
    return not finding.is_present, -finding.severity
