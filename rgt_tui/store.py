"""The one mutable cell: the newest account and findings, with a version that counts changes.

The engine's loop is its only writer; any thread may read, since what is read is one frozen
value behind one reference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.triage import Findings

if TYPE_CHECKING:  # the first frame can spare it
    from rgt_tui.domain.job import Job
    from rgt_tui.guard.batch import Batch
    from rgt_tui.guard.checklist import Checklist

NOTICES_KEPT = 200
Notice = tuple[float, str]
"""When something happened, in Unix seconds, and one cleaned sentence."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known at one moment.

    Attributes:
        version: counts every change since the start.
        account: everything read.
        findings: open findings about it.
        notices: what happened, newest first.
        jobs: long work, oldest first.
        checklists: of Pods that a person is about to terminate, also those that are over.
        batch: those of them that go together; None when none do.
    """

    version: int = 0
    account: Account = field(default_factory=Account)
    findings: Findings = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = ()
    jobs: "tuple[Job, ...]" = ()
    checklists: "Mapping[PodId, Checklist]" = field(default_factory=lambda: MappingProxyType({}))
    batch: "Batch | None" = None


class Store:
    """Holds the newest `State`."""

    def __init__(self, account: Account | None = None) -> None:
        self._state = State(account=account or Account())

    @property
    def state(self) -> State:
        """The newest state."""
        return self._state

    def apply(self, changes: Iterable[Change]) -> None:
        """Takes in what a source learnt."""
        account = self._state.account
        for change in changes:
            account = account.after(change)
        if account is not self._state.account:
            self._replace(account=account)

    def conclude(self, findings: Findings) -> None:
        """Takes in what the detectors say; equal findings change nothing."""
        if findings != self._state.findings:
            self._replace(findings=findings)

    def keep_jobs(self, jobs: "tuple[Job, ...]") -> None:
        """Takes in how far the jobs are."""
        if jobs != self._state.jobs:
            self._replace(jobs=jobs)

    def keep_checklist(self, checklist: "Checklist") -> None:
        """Takes in how far a checklist is."""
        if self._state.checklists.get(checklist.pod) != checklist:
            known = {**self._state.checklists, checklist.pod: checklist}
            self._replace(checklists=MappingProxyType(known))

    def keep_batch(self, batch: "Batch") -> None:
        """Takes in how far several checklists are that go together."""
        if batch != self._state.batch:
            self._replace(batch=batch)

    def say(self, at: float, text: str) -> None:
        """Notes that something happened."""
        self._replace(notices=((at, text), *self._state.notices)[:NOTICES_KEPT])

    def _replace(self, **changed: object) -> None:
        self._state = replace(self._state, version=self._state.version + 1, **changed)  # type: ignore[arg-type]  # its own fields
