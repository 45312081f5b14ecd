"""Asks the detectors about an account, and asks again only where the answer can be another one.

What a detector says of a Pod depends on the Pod, on what was read about it, on a few things of
the account, and on time: evidence grows too old, and some verdicts wait for a moment to come. So
the findings of a Pod are kept until one of those changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Any, Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.evidence import Evidence, Reading
from rgt_tui.domain.finding import Detector, Finding, Findings, Scope, Subject
from rgt_tui.domain.objects import StoredUses
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import VolumeList
from rgt_tui.triage._panel import Panel
from rgt_tui.triage._verdicts import Missing

AGAIN_S: Final = 30.0
"""Verdicts that wait for a moment to come are asked for again after so many seconds."""
_SHARED: Final = (VolumeList, DataCenterList, StoredUses)
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
        """Whether they were drawn from these very things; that they were read again is no news."""
        return (
            self.pod is pod
            and all(a is b for a, b in zip(self.shared, shared, strict=True))
            and (self.evidence is evidence or _says_the_same(self.evidence, evidence))
        )


def _says_the_same(before: Evidence, after: Evidence) -> bool:
    """Whether the same was read, or failed in the same way: an equal value stays the same object."""
    if before.readings.keys() != after.readings.keys():
        return False
    return all(
        _value(reading) is _value(old) and _fault(reading) == _fault(old)
        for reading, old in zip(after.readings.values(), before.readings.values(), strict=True)
    )


def _value(reading: Reading[object]) -> object:
    return None if reading.good is None else reading.good.value


def _fault(reading: Reading[object]) -> tuple[str, str] | None:
    failure = reading.failure
    return None if failure is None else (failure.code, failure.error)


@dataclass(slots=True)
class Examiner:
    """Keeps what it found, for the next time.

    Attributes:
        detectors: who are asked.
        is_brief: whether what is absent is told without the figures that say so: a fleet has
            thousands of them, and they are told when somebody asks about one Pod.
        asked: how many subjects were examined anew so far.
    """

    detectors: Sequence[Detector]
    is_brief: bool = True
    asked: int = 0
    _kept: dict[PodId | None, _Kept] = field(default_factory=dict)
    _of_scope: dict[Scope, Panel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sorts the detectors by what they look at."""
        for scope in Scope:
            wanted = [detector for detector in self.detectors if detector.scope is scope]
            self._of_scope[scope] = Panel(wanted, is_brief=self.is_brief)

    def examine(self, account: Account, now: float) -> Findings:
        """What all detectors say of an account and its Pods, absent verdicts included.

        Args:
            account: everything known.
            now: Unix seconds of the session's clock.
        """
        shared = tuple(account.evidence.value(kind) for kind in _SHARED)
        kept: dict[PodId | None, _Kept] = {}
        anew: list[Subject] = []
        of_account: dict[Callable[[Account], Any], Any] = {}
        for pod in account.pods:
            before, evidence = self._kept.get(pod.id), account.about(pod.id)
            if before is None or now >= before.until or not before.holds(pod, evidence, shared):
                anew.append(
                    Subject(
                        account=account, pod=pod, evidence=evidence, now=now, of_account=of_account
                    )
                )
            else:
                kept[pod.id] = before
        for subject, found in zip(anew, self._anew(Scope.POD, anew, shared), strict=True):
            kept[subject.this.id] = found
        kept[None] = self._of_account(account, now, is_new=bool(anew))
        self._kept = kept
        order = (*(pod.id for pod in account.pods), None)
        return MappingProxyType({key: kept[key].findings for key in order})

    def _of_account(self, account: Account, now: float, *, is_new: bool) -> _Kept:
        """The account's own; anew where a Pod was examined anew, has come or has gone."""
        whole, everything = self._kept.get(None), account.evidence
        gone = account.gone if whole is None or whole.shared[0] != account.gone else whole.shared[0]
        is_due = whole is None or is_new or now >= whole.until
        if whole is not None and not is_due and whole.holds(None, everything, (gone,)):
            return whole
        subject = Subject(account=account, pod=None, evidence=everything, now=now)
        return self._anew(Scope.ACCOUNT, [subject], (gone,))[0]

    def _anew(
        self, scope: Scope, subjects: Sequence[Subject], shared: tuple[object, ...]
    ) -> list[_Kept]:
        self.asked += len(subjects)
        whom = [Missing(subject) for subject in subjects]
        told = self._of_scope[scope].findings_of(whom)
        return [
            _Kept(
                missing.subject.pod,
                missing.subject.evidence,
                shared,
                min(missing.until, missing.subject.now + AGAIN_S),
                found,
            )
            for missing, found in zip(whom, told, strict=True)
        ]
