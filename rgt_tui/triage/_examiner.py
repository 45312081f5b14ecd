"""Asks the detectors about an account, and asks again only where the answer can be another one.

What a detector says of a Pod depends on the Pod, on what was read about it, on a few things of
the account, and on time: evidence grows too old, and some verdicts wait for a moment to come. So
the findings of a Pod are kept until one of those changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.evidence import Evidence
from rgt_tui.domain.finding import Detector, Finding, Findings, Scope, Subject
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import VolumeList
from rgt_tui.triage._verdicts import Asked, Missing, asked_of, findings_of

AGAIN_S: Final = 30.0
"""Verdicts that wait for a moment to come are asked for again after so many seconds."""
_SHARED: Final = (VolumeList, DataCenterList)
"""What of the account the verdicts about Pods look at, besides the Pod list."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The findings of one subject, and what they hold for."""

    pod: Pod | None
    evidence: Evidence
    shared: tuple[object, ...]
    until: float
    findings: tuple[Finding, ...]

    def holds(self, pod: Pod | None, evidence: Evidence, shared: tuple[object, ...]) -> bool:
        """Whether they were drawn from these very things."""
        same = self.pod is pod and self.evidence is evidence
        return same and all(a is b for a, b in zip(self.shared, shared, strict=True))


@dataclass(slots=True)
class Examiner:
    """Keeps what it found, for the next time.

    Attributes:
        detectors: who are asked.
        asked: how many subjects were examined anew so far.
    """

    detectors: Sequence[Detector]
    asked: int = 0
    _kept: dict[PodId | None, _Kept] = field(default_factory=dict)
    _of_scope: dict[Scope, tuple[Asked, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sorts the detectors by what they look at."""
        for scope in Scope:
            self._of_scope[scope] = asked_of(d for d in self.detectors if d.scope is scope)

    def examine(self, account: Account, now: float) -> Findings:
        """What all detectors say of an account and its Pods, absent verdicts included.

        Args:
            account: everything known.
            now: Unix seconds of the session's clock.
        """
        shared = tuple(account.evidence.value(kind) for kind in _SHARED)
        kept: dict[PodId | None, _Kept] = {}
        for pod in account.pods:
            before, evidence = self._kept.get(pod.id), account.about(pod.id)
            if before is None or now >= before.until or not before.holds(pod, evidence, shared):
                subject = Subject(account=account, pod=pod, evidence=evidence, now=now)
                before = self._anew(Scope.POD, subject, shared)
            kept[pod.id] = before
        whole = self._kept.get(None)
        everything = account.evidence
        if whole is None or now >= whole.until or not whole.holds(None, everything, (account,)):
            subject = Subject(account=account, pod=None, evidence=everything, now=now)
            whole = self._anew(Scope.ACCOUNT, subject, (account,))
        kept[None] = whole
        self._kept = kept
        return MappingProxyType({key: value.findings for key, value in kept.items()})

    def _anew(self, scope: Scope, subject: Subject, shared: tuple[object, ...]) -> _Kept:
        self.asked += 1
        missing = Missing(subject)
        found = findings_of(self._of_scope[scope], subject, missing)
        until = min(missing.until, subject.now + AGAIN_S)
        return _Kept(subject.pod, subject.evidence, shared, until, found)
