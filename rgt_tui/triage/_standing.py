"""Keeps raised symptoms up until they have been gone for a while."""

from collections.abc import Sequence
from dataclasses import field, replace
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.finding import Finding, Findings, Said
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId, show_duration

CLEAR_AFTER_S: Final = 30.0
HELD_S: Final = 900.0


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made of one subject's findings."""

    found: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    open: tuple[Finding, ...]


@dataclass(slots=True)
class Standing:
    """Keeps raised symptoms up until they have been gone for a while.

    A figure that swings around its limit must not raise and clear the same symptom all the time,
    and evidence that is no longer read says nothing about what it showed. So a symptom is cleared
    when it was absent for half a minute; one that can no longer be told stays up for a quarter of
    an hour, and says that it is not confirmed.

    Attributes:
        open: what stands or cannot be told, after the newest findings.
    """

    open: Findings = field(default_factory=lambda: MappingProxyType({}))
    _up: dict[tuple[PodId | None, str], Finding] = field(default_factory=dict)
    _gone_since: dict[tuple[PodId | None, str], float] = field(default_factory=dict)
    _made: dict[PodId | None, _Made] = field(default_factory=dict)

    def after(self, found: Findings, now: float) -> Findings:
        """The findings with what still stands, each with the time since when it does.

        What has not changed is not looked at again, unless something waits to be cleared.
        """
        waiting = {pod for pod, _ in self._gone_since}
        made: dict[PodId | None, _Made] = {}
        for pod, each in found.items():
            before = self._made.get(pod)
            if before is None or before.found is not each or pod in waiting:
                standing = tuple(sorted(self._of(pod, each, now), key=_worst_first))
                present = tuple(f for f in standing if f.verdict != "absent")
                before = _Made(each, standing, present)
            made[pod] = before
        self._forget(found)
        self._made = made
        self.open = MappingProxyType({pod: each.open for pod, each in made.items()})
        return MappingProxyType({pod: each.standing for pod, each in made.items()})

    def _forget(self, found: Findings) -> None:
        """Drops what is kept of Pods that are no longer there."""
        for key in [key for key in self._up if key[0] not in found]:
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
