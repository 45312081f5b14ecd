"""Symptoms: what a detector says of a Pod or of the account, and on what grounds."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rgt_tui.domain.account import Account
from rgt_tui.domain.evidence import Evidence, Observed, Reading, Report
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId, is_pod_id

if TYPE_CHECKING:  # the rules for text are compiled where text is read
    from rgt_tui.domain.telling import Rule


Made = TypeVar("Made")

A_START_S: Final = 366 * 86400.0
"""Greatest age of what is read once a start of a Pod and cannot change within it."""


class Severity(IntEnum):
    """How bad it is, so that severities compare."""

    INFO = 0
    WARNING = 1
    CRITICAL = 2

    @property
    def word(self) -> str:
        """The name used in JSON and on the command line."""
        return self.name.lower()


class Scope(StrEnum):
    """What a detector looks at."""

    POD = "pod"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Said:
    """One line of evidence.

    Attributes:
        source: `api`, `ssh`, `log`, `text` or `billing`.
        said: what was seen, quoted; cleaned.
        at: when it was seen, Unix seconds; None when the source carries no time.
    """

    source: str
    said: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """The symptom is there.

    Attributes:
        evidence: what was seen, strongest first; never empty.
        severity: overrides the detector's when set.
        fix: overrides the detector's steps when set, with this Pod's own names and numbers.
    """

    evidence: tuple[Said, ...]
    severity: Severity | None = None
    fix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """The symptom is not there, and the evidence that says so is fresh.

    Attributes:
        why: the figures that say so; where telling them takes long, what tells them of a subject
            when somebody asks.
    """

    why: "str | Callable[[Subject], str]" = ""

    def told(self, subject: "Subject") -> str:
        """Why it is not there, in words."""
        return self.why if isinstance(self.why, str) else self.why(subject)


@dataclass(frozen=True, slots=True)
class Unknown:
    """It cannot be told.

    Attributes:
        missing: what would have to be seen, one phrase each; never empty.
    """

    missing: tuple[str, ...]


Verdict = Present | Absent | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a detector is shown.

    Attributes:
        account: everything known, for account-wide symptoms.
        pod: the Pod in question; None for an account-wide symptom.
        evidence: what was read about that Pod, or about the account.
        now: Unix seconds of the session's clock.
        of_account: what was made of the account, for all subjects that are looked at together.
    """

    account: Account
    pod: Pod | None
    evidence: Evidence
    now: float
    of_account: dict[Callable[[Account], Any], Any] = field(
        default_factory=dict, compare=False, repr=False
    )
    _made: dict[Callable[["Subject"], Any], Any] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    @property
    def this(self) -> Pod:
        """The Pod, for a detector of Scope.POD: it is never shown anything else."""
        if self.pod is None:
            raise LookupError("asked about a Pod, shown the account")
        return self.pod

    def once(self, work: Callable[["Subject"], Made]) -> Made:
        """What `work` makes of this subject: worked out for the first detector that asks."""
        made: Made | None = self._made.get(work)
        if made is None:
            made = self._made[work] = work(self)
        return made

    def for_all(self, work: Callable[[Account], Made]) -> Made:
        """What `work` makes of the account: worked out for the first subject that asks."""
        if work not in self.of_account:
            self.of_account[work] = work(self.account)
        made: Made = self.of_account[work]
        return made

    def seen(self, kind: type[Report]) -> Observed[Report]:
        """The newest value of what the detector `needs`: it is not asked without one."""
        reading: Reading[Report] | None = self.evidence.readings.get(kind)
        if reading is None:
            reading = self.account.evidence.reading(kind)
        if reading.good is None:
            raise LookupError(f"{kind.__name__} is not among what the detector needs")
        return reading.good


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One symptom: what it is, why it happens, how to mend it, how it is seen.

    Attributes:
        code: `RP11`; the file's stem begins with it.
        title: a noun phrase for a column.
        severity: of a present finding unless the verdict says otherwise.
        cause: why it happens, one or two sentences.
        fix: ordered steps.
        source: the documentation behind cause and fix, with the date it was read.
        needs: report types that must be there and fresh, else the verdict is Unknown.
        max_age_s: the greatest age of that evidence.
        applies: whether the symptom can exist for this subject at all; it looks at no more of its
            Pod than `whom.shape` tells, for it is asked once for all Pods of one shape.
        only_if: a further condition, on what was read of it or on other fields of the Pod.
        detect: the verdict; called only when `applies` and all `needs` are met. None for a symptom
            that shows in logs alone: its verdict is what was read there.
        log_stands: whether what a log shows counts even where the figures show nothing of it: they
            tell of now, or of a part only. Else figures that deny it win.
        adds_to_logs: whether its symptom shows in logs alone and `detect` adds what is to be seen
            beside them: it is asked only where they show it.
        strings: what programs literally print, each with its version or date; the first one is
            what people search for.
        outdated: advice in circulation that no longer holds, and what holds now, with since when.
        text: how it shows in text.
        gives_way_to: codes that, where a text shows them too, explain what it shows of this one.
    """

    code: str
    title: str
    severity: Severity
    cause: str
    fix: tuple[str, ...]
    source: str
    scope: Scope = Scope.POD
    needs: tuple[type, ...] = ()
    max_age_s: float = 180.0
    applies: Callable[[Subject], bool] = lambda subject: True
    only_if: Callable[[Subject], bool] | None = None
    detect: Callable[[Subject], Verdict] | None = None
    log_stands: bool = False
    adds_to_logs: bool = False
    strings: tuple[tuple[str, str], ...] = ()
    outdated: tuple[tuple[str, str], ...] = ()
    text: "tuple[Rule, ...]" = ()
    gives_way_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict about one subject, ready to be shown.

    Attributes:
        code, title, cause, fix, source: from the detector (fix possibly made specific).
        verdict: `present`, `absent` or `unknown`.
        severity: of a present finding; INFO otherwise.
        evidence: what was seen.
        missing: what was not seen, when the verdict is unknown.
        since: when it was first seen present, Unix seconds; None when nobody has kept count.
    """

    code: str
    title: str
    verdict: str
    severity: Severity
    cause: str
    fix: tuple[str, ...]
    source: str
    evidence: tuple[Said, ...] = ()
    missing: tuple[str, ...] = field(default=())
    since: float | None = None

    @property
    def is_present(self) -> bool:
        """Whether the symptom is there."""
        return self.verdict == "present"

    @property
    def is_fault(self) -> bool:
        """Whether it is there and more than a note on what could be lost one day."""
        return self.is_present and self.severity > Severity.INFO


Findings = Mapping[PodId | None, tuple[Finding, ...]]
"""Findings of each Pod, and those of the account under None; worst first."""


_OF_A_POD: Final = re.compile(r"(\brgt-tui [a-z]+ )POD\b")


def steps_for(finding: Finding, pod: PodId | None) -> tuple[str, ...]:
    """The steps, with the id of the Pod where a command of ours wants one, so that it can be copied."""
    if pod is None or not is_pod_id(pod):
        return finding.fix
    return tuple(_OF_A_POD.sub(rf"\g<1>{pod}", step) for step in finding.fix)
