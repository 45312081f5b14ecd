"""Long work: what is asked for, and how far it has come, as frozen values.

A job runs in the engine, outlives every screen, and stays in the list after its end until a
person dismisses it.
"""

from dataclasses import replace
from enum import StrEnum
from typing import ClassVar, Final

from rgt_tui.domain.checkpoint import Checkpoint, Level, Verdict, shown_verdict
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId

STALL_S: Final = 10.0
"""Seconds without a byte after which no rate and no end is foretold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOrder:
    """Verify one checkpoint on its Pod.

    Attributes:
        pod, name: of the Pod.
        checkpoint: as it was listed.
        level: how far to go.
    """

    pod: PodId
    name: str
    checkpoint: Checkpoint
    level: Level = Level.FULL
    verb: ClassVar[str] = "verify"

    @property
    def what(self) -> str:
        """One phrase."""
        how = "" if self.level is Level.FULL else f" by {self.level}"
        return f"{self.verb}{how} {self.checkpoint.called}"

    @property
    def total(self) -> int | None:
        """Bytes that will be read; None when that is not known."""
        return self.checkpoint.size if self.level.reads_all else None

    @property
    def rest(self) -> str:
        """Files that were read to their ends are proven."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOrder:
    """Walk the disks of a Pod and add up what fills them."""

    pod: PodId
    name: str
    verb: ClassVar[str] = "measure"

    @property
    def what(self) -> str:
        """One phrase."""
        return f"{self.verb} what fills the disks"

    @property
    def total(self) -> int | None:
        """Nobody knows how long a walk is before it is done."""
        return None

    @property
    def rest(self) -> str:
        """Half a walk is worth nothing."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOrder:
    """Bring one checkpoint here, proven equal at both ends.

    Attributes:
        target: absolute path of a folder of this machine.
    """

    pod: PodId
    name: str
    checkpoint: Checkpoint
    target: str
    verb: ClassVar[str] = "pull"

    @property
    def what(self) -> str:
        """One phrase."""
        return f"{self.verb} {self.checkpoint.called} to {clean(self.target)}"

    @property
    def total(self) -> int | None:
        """Bytes that will be moved."""
        return self.checkpoint.size

    @property
    def rest(self) -> str:
        """What becomes of what came, where it ends before its end."""
        return "what came is kept: B in Jobs goes on from there"


Order = VerifyOrder | MeasureOrder | FetchOrder


class JobEnd(StrEnum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An order that is being carried out, or was.

    Attributes:
        number: counts the jobs of this session.
        order: what was asked.
        asked: when, in Unix seconds.
        began: when its turn came; None while it waits.
        heard: when the last byte was counted; None before the first.
        done: bytes so far.
        rate: bytes a second over the last seconds; None when not known.
        said: one sentence: what it does now, or what came out.
        end: how it ended; None while it runs or waits.
        ended: when it did.
        verdict, level: what a verification found, and how far it went; None for other work.
    """

    number: int
    order: Order
    asked: float
    began: float | None = None
    heard: float | None = None
    done: int = 0
    rate: float | None = None
    said: str = ""
    end: JobEnd | None = None
    ended: float | None = None
    verdict: Verdict | None = None
    level: Level | None = None

    @property
    def judged(self) -> str:
        """What a verification found, in two words; empty where nothing was judged."""
        return "" if self.verdict is None else shown_verdict(self.verdict, self.level)

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.end is None

    @property
    def percent(self) -> float | None:
        """How far it is; None when the whole is not known. 100 only once it has ended well."""
        if self.end is JobEnd.DONE:
            return 100.0
        total = self.order.total
        return min(99.0, 100 * self.done / total) if total else None

    def seconds_left(self, now: float) -> float | None:
        """How long it still takes at the present rate; None when nothing can be foretold."""
        total = self.order.total
        if not self.is_open or not total or not self.rate or self.heard is None:
            return None
        if now - self.heard > STALL_S:
            return None
        return max(0.0, (total - self.done) / self.rate)

    def stalled_s(self, now: float) -> float | None:
        """Seconds without a byte, where bytes are counted and none came for long."""
        since = self.heard if self.heard is not None else self.began
        if not self.is_open or since is None or not self.order.total:
            return None
        return now - since if now - since > STALL_S else None

    def finished(self, end: JobEnd, said: str, now: float) -> "Job":
        """This job at its end."""
        return replace(self, end=end, said=said, ended=now, rate=None)


def job_on(jobs: tuple[Job, ...], pod: PodId, path: str) -> Job | None:
    """The job that waits or runs on the checkpoint of that path; the one that began first."""
    for job in running(jobs):
        order = job.order
        if (
            order.pod == pod
            and not isinstance(order, MeasureOrder)
            and order.checkpoint.path == path
        ):
            return job
    return None


def verified_last(jobs: tuple[Job, ...], pod: PodId, path: str) -> Job | None:
    """The verification of the checkpoint of that path that ended last, unless a person ended it."""
    ended = [
        job
        for job in jobs
        if isinstance(job.order, VerifyOrder)
        and (job.order.pod, job.order.checkpoint.path) == (pod, path)
        and job.end in (JobEnd.DONE, JobEnd.FAILED)
    ]
    return max(ended, key=lambda job: job.ended or 0.0, default=None)


def running(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Those that wait or run."""
    return tuple(job for job in jobs if job.is_open)
