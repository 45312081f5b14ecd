"""Carries out orders in the session's task group, one at a time on each Pod.

A connection to a Pod carries four runs at most, which the probes and the background proofs need
too; so a second job on a Pod waits for the first. Progress reaches the store twice a second at
most: the screen repaints with each change.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import field, replace
from typing import Final

from rgt_tui.clock import Clock
from rgt_tui.domain.checkpoint import Verdict
from rgt_tui.domain.errors import RgtError, SshError, fault_of
from rgt_tui.domain.job import Job, JobEnd, Order
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.stopped import CUT, why_cut
from rgt_tui.domain.units import PodId
from rgt_tui.jobs import Bench, all_kinds
from rgt_tui.sources import Wires
from rgt_tui.store import Store

TELL_S: Final = 0.5
WINDOW_S: Final = 8.0
"""Seconds over which the rate is taken."""
KEPT: Final = 200
"""Jobs that are kept; beyond it the oldest that have ended go."""


@dataclass(slots=True)
class _Running:
    """What is only known while a job runs."""

    task: asyncio.Task[None] | None = None
    read: int = 0
    told: float = 0.0
    spoke: float = 0.0
    marks: deque[tuple[float, int]] = field(default_factory=deque)
    is_unwanted: bool = False
    is_news: bool = False
    """Whether more was read than is told."""


@dataclass(slots=True)
class Runner:
    """Begins, cancels and forgets jobs; each change is one new value in the store."""

    wires: Wires
    store: Store
    clock: Clock
    _running: dict[int, _Running] = field(default_factory=dict)
    _turns: dict[PodId, asyncio.Lock] = field(default_factory=dict)
    _orders: asyncio.Queue[Order] = field(default_factory=asyncio.Queue)

    def order(self, order: Order) -> None:
        """Has an order carried out while `serve` runs; how far it is stands in the store."""
        self._orders.put_nowait(order)

    async def serve(self, tasks: asyncio.TaskGroup) -> None:
        """Begins each order as it comes, for ever."""
        while True:
            job = self.begin(await self._orders.get(), tasks)
            self.store.say(self.clock(), f"i job {job.number}: {job.order.what}")

    def begin(self, order: Order, tasks: asyncio.TaskGroup) -> Job:
        """Begins an order, or puts it behind the job that its Pod is busy with."""
        known = self.store.state.jobs
        number = 1 + max((job.number for job in known), default=0)
        job = Job(number=number, order=order, asked=self.clock(), said="waiting for its turn")
        self._keep((*known, job))
        running = self._running[number] = _Running()
        running.task = tasks.create_task(self._carry_out(number, order))
        return job

    def cancel(self, number: int) -> None:
        """Ends a job that waits or runs."""
        running = self._running.get(number)
        if running is not None and running.task is not None:
            running.is_unwanted = True
            running.task.cancel()

    def dismiss(self, number: int) -> None:
        """Forgets a job that has ended."""
        self._keep(job for job in self.store.state.jobs if job.is_open or job.number != number)

    async def _carry_out(self, number: int, order: Order) -> None:
        end, said = JobEnd.CANCELLED, "the console ended"
        try:
            async with self._turns.setdefault(order.pod, asyncio.Lock()):
                self._change(number, began=self.clock(), said="begun")
                end, said = await self._worked(number, order)
        finally:
            running = self._running.pop(number)
            self._change(number, done=running.read)
            if end is JobEnd.CANCELLED and running.is_unwanted:
                said = "; ".join(
                    filter(None, ("cancelled by you", order.rest if running.read else ""))
                )
            self._end(number, end, said)

    async def _worked(self, number: int, order: Order) -> tuple[JobEnd, str]:
        """How the work ended; only a cancellation passes through."""
        kind = next((kind for kind in all_kinds() if kind.order is type(order)), None)
        if kind is None:
            return JobEnd.FAILED, "this version cannot do that"
        try:
            return JobEnd.DONE, await kind.run(self._bench(number), order)
        except SshError as error:
            return JobEnd.FAILED, await self._why(order, error)
        except RgtError as error:
            return JobEnd.FAILED, error.told
        except Exception as error:  # noqa: BLE001  # a fault of ours in a job must not end the reading
            return JobEnd.FAILED, f"internal error {fault_of(error)}"

    async def _why(self, order: Order, error: SshError) -> str:
        """Why a Pod does not answer any more: the API knows whether it still runs."""
        if error.kind not in CUT:
            return error.told
        try:
            listed = await self.wires.rest.pods()
        except RgtError:
            return error.told
        now = next((pod for pod in listed.pods if pod.id == order.pod), None)
        return why_cut(order.name, now, error)

    def _bench(self, number: int) -> Bench:
        return Bench(
            wires=self.wires,
            clock=self.clock,
            account=lambda: self.store.state.account,
            learn=lambda change: self.store.apply((change,)),
            progress=lambda count: self._progressed(number, count),
            reach=lambda done, rate: self._reached(number, done, rate),
            say=lambda text: self._said(number, text),
            judge=lambda verdict, level: self._change(number, verdict=verdict, level=level),
        )

    def _said(self, number: int, text: str) -> None:
        """A new sentence, not more often than progress is shown."""
        running = self._running[number]
        now = self.clock()
        if now - running.spoke >= TELL_S:
            running.spoke = now
            self._change(number, said=text)

    def _reached(self, number: int, done: int, rate: float | None) -> None:
        running = self._running[number]
        now = self.clock()
        is_news, running.read = running.is_news or done != running.read, done
        if is_news and now - running.told >= TELL_S:
            running.told, is_news = now, False
            self._change(number, heard=now, done=done, rate=rate)
        running.is_news = is_news

    def _progressed(self, number: int, count: int) -> None:
        running = self._running[number]
        now = self.clock()
        running.read += count
        running.marks.append((now, running.read))
        while len(running.marks) > 2 and now - running.marks[0][0] > WINDOW_S:
            running.marks.popleft()
        if count and now - running.told >= TELL_S:
            running.told = now
            self._change(number, heard=now, done=running.read, rate=_rate(running.marks))

    def _end(self, number: int, end: JobEnd, said: str) -> None:
        now = self.clock()
        jobs = self.store.state.jobs
        self._keep(job.finished(end, said, now) if job.number == number else job for job in jobs)
        job = next((job for job in self.store.state.jobs if job.number == number), None)
        if job is not None:
            is_well = end is not JobEnd.FAILED and job.verdict in (None, Verdict.OK)
            how = f"{end}, {job.judged}" if job.judged else f"{end}"
            mark = "i" if is_well else "!"
            told = (job.order.what, said)
            if end is JobEnd.FAILED:  # why comes first: a narrow screen cuts the rest
                told = (said, job.order.what)
            self.store.say(now, f"{mark} job {number} {how}: {told[0]}: {told[1]}")

    def _change(self, number: int, **changed: object) -> None:
        jobs = self.store.state.jobs
        self._keep(
            replace(job, **changed) if job.number == number else job  # type: ignore[arg-type]  # its own fields
            for job in jobs
        )

    def _keep(self, jobs: Iterable[Job]) -> None:
        kept = tuple(jobs)
        over = len(kept) - KEPT
        ended = [job for job in kept if not job.is_open][: max(0, over)]
        self.store.keep_jobs(tuple(job for job in kept if job not in ended))


def _rate(marks: deque[tuple[float, int]]) -> float | None:
    (first, begun), (last, read) = marks[0], marks[-1]
    return (read - begun) / (last - first) if last - first > 0.2 else None
