"""Pulls files from a Pod over its SSH connection: list, fetch, place, read again, compare, hold.

::

    pulled = await pull(pool, target, order, tell=show)

A pull that is cancelled, cut off or killed at any byte leaves its parts and a journal in the
target's `.rgt-pull`; the same order goes on from there.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import field
from typing import TYPE_CHECKING, Final, TypeVar

from rgt_tui.clients import pull_proof
from rgt_tui.clients.holds import held_in
from rgt_tui.clients.pull_board import Board, Job
from rgt_tui.clients.pull_journal import open_journal
from rgt_tui.clients.pull_lane import GATHERED, Hands, Lane, Patience
from rgt_tui.clients.pull_meter import Meter
from rgt_tui.clients.pull_own import refuse_own
from rgt_tui.clients.pull_parts import Parts, open_parts
from rgt_tui.clients.pull_placing import Placing
from rgt_tui.clients.pull_plan import (
    Listing,
    drop_stale,
    list_remote,
    prepare,
    stamps_now,
)
from rgt_tui.clients.pull_rsync import Carrier, carry
from rgt_tui.clients.pull_store import Store
from rgt_tui.clients.pull_target import Target, cannot_write, open_target
from rgt_tui.clients.pull_tree import cut
from rgt_tui.clients.rsync_version import find_rsync
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.clock import Clock, session_clock
from rgt_tui.domain.errors import RgtError, SshError, SshFault
from rgt_tui.domain.pulling import (
    Ended,
    Pulled,
    PullError,
    PullFault,
    PullOrder,
    PullProgress,
    Stage,
)
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import show_bytes

if TYPE_CHECKING:
    from rgt_tui.clients.ssh_talk import Talk

LANES: Final = 4
"""Connections for large files on a long road: 4 gave 2.8 times one, 8 no more (80 ms)."""
LONG_S: Final = 0.01
"""Round trip from which on one connection is bound by its window and not by the disk."""
FAR_S: Final = 0.04
"""Round trip that is believed at once."""
LARGE: Final = 64 << 20
OWN: Final = "own"
Answer = TypeVar("Answer")


async def pull(
    pool: SshPool,
    target: SshTarget,
    order: PullOrder,
    tell: Callable[[PullProgress], None],
    clock: Clock | None = None,
) -> Pulled:
    """Carries out an order.

    Args:
        pool: the connections.
        target: the Pod.
        order: what to bring and where to.
        tell: is told how far it is, at most five times a second.
        clock: Unix seconds, for the manifest.

    Raises:
        PullError: it ended before its end; what had come is kept.
        SshError: the Pod cannot be spoken to.
    """
    began = time.monotonic()
    try:
        await asyncio.to_thread(refuse_own, order.to, order.landings.values(), order.holds)
        folder = await asyncio.to_thread(open_target, order.to)
        try:
            parts = await asyncio.to_thread(
                open_parts, folder.path, folder.root, order.holds, order.place
            )
            one = _Pull(
                pool=pool,
                target=target,
                order=order,
                folder=folder,
                parts=parts,
                meter=Meter(tell),
                clock=clock or session_clock(),
            )
            try:
                async with one.talks:
                    return await one.carry_out(began)
            finally:
                parts.close()
                if one.leaves_nothing:
                    await asyncio.to_thread(folder.unmake)
                await pool.close_lanes(target)
        finally:
            folder.close()
    except OSError as error:
        raise cannot_write(order.to, error) from error


@dataclass(slots=True, kw_only=True)
class _Pull:
    pool: SshPool
    target: SshTarget
    order: PullOrder
    folder: Target
    parts: Parts
    meter: Meter
    clock: Clock
    talks: AsyncExitStack = field(default_factory=AsyncExitStack)
    talk: "Talk | None" = None
    tool: str = OWN
    has_rsync: bool = False
    is_shell: bool = False
    seen: dict[str, list[int]] | None = None
    has_begun: bool = False
    is_refused: bool = False

    @property
    def leaves_nothing(self) -> bool:
        """Whether a later pull has nothing to go on with: none of it may come, or none of it came."""
        return self.is_refused or not (self.has_begun or self.meter.moved)

    async def carry_out(self, began: float) -> Pulled:
        self.meter.begin(Stage.LISTING, files=0, content=0)
        store = await asyncio.to_thread(self._store)
        try:
            with _collecting_nothing():
                listing, round_trip_s = await self._listed(store)
            if listing.jobs:
                self.has_begun, self.seen = True, listing.seen
                try:
                    await self._copy(listing.jobs, store, round_trip_s)
                except PullError as error:
                    self.is_refused = error.kind is PullFault.NO_ROOM
                    raise
        finally:
            await asyncio.shield(asyncio.to_thread(_leave, store))
        jobs = listing.jobs
        if not jobs and not listing.skipped:
            raise PullError(PullFault.NOTHING, f"{self.target.where}: there is nothing to pull")
        if not jobs:
            nothing = pull_proof.Proofs({}, ())
            return await asyncio.to_thread(self._written, (jobs, listing, nothing), began)
        await self._look_again(jobs)
        proofs = await pull_proof.prove(jobs, self.order, (self.folder, self.parts), self.meter)
        return await asyncio.to_thread(self._written, (jobs, listing, proofs), began)

    def _patience(self) -> Patience:
        return Patience(waits_s=self.order.waits_s, told=self.meter.said)

    def _store(self) -> Store:
        """The local end. Blocks."""
        journal = open_journal(self.folder.staging)
        cut(journal.staged.items(), self.parts)  # of a pull that was killed
        return Store(
            target=self.folder,
            journal=journal,
            placing=Placing(self.folder, self.parts, journal),
            board=Board(),
            meter=self.meter,
            parts=self.parts,
            replace=self.order.replace,
            held=frozenset(held_in(self.parts.index)),
        )

    async def _listed(self, store: Store) -> tuple[Listing, float]:
        """What lies there, and how long a round trip takes, in seconds."""

        async def ask(talk: "Talk") -> tuple[Listing, float]:
            listing = await list_remote(talk, self.order, store)
            if listing.seen is not None:
                return listing, 0.0  # all came along: there is nothing left to fetch
            round_trip_s = await self._round_trip(talk)
            if LONG_S <= round_trip_s < FAR_S:  # a busy machine answers late, too
                round_trip_s = min(round_trip_s, await self._round_trip(talk))
            return listing, round_trip_s

        return await self._asked(ask)

    async def _round_trip(self, talk: "Talk") -> float:
        asked = time.monotonic()
        async for said in talk.ask({"op": "hello"}, silence_s=self.order.silence_s):
            self.has_rsync = bool(said.get("rsync"))
        return time.monotonic() - asked

    async def _stamps_now(self) -> dict[str, list[int]]:
        return await self._asked(lambda talk: stamps_now(talk, self.order))

    async def _asked(self, ask: Callable[["Talk"], Awaitable[Answer]]) -> Answer:
        """An answer over the first connection, whatever drops meanwhile."""
        patience = self._patience()
        while True:
            try:
                if self.talk is None:
                    opening = self.pool.talk(self.target, lane=1, is_shell=self.is_shell)
                    self.talk = await self.talks.enter_async_context(opening)
                return await ask(self.talk)
            except SshError as error:
                self.talk = None
                await self.talks.aclose()
                if error.kind is SshFault.NO_PYTHON and not self.is_shell:
                    self.is_shell = True
                    self.meter.said(f"{error.message}; its shell does it, slower")
                    continue
                await patience.after(error, came=False)

    async def _copy(self, jobs: Sequence[Job], store: Store, round_trip_s: float) -> None:
        """Fetches and places what is not here."""
        total = sum(job.remote.size for job in jobs if job.ended is None)
        self.meter.begin(Stage.COPYING, files=len(jobs), content=total)
        try:
            await asyncio.to_thread(drop_stale, jobs, store)
            if self.order.with_rsync:
                await self._carry(jobs, store)
            store.board.give(await asyncio.to_thread(prepare, jobs, store, self.order))
            missing = self.meter.bytes_total - self.meter.bytes_done
            if self.meter.had and self.tool == OWN:
                had = f"{show_bytes(self.meter.had)} of {show_bytes(self.meter.bytes_total)}"
                then = "going on from there" if missing else "nothing is left to copy"
                self.meter.said(f"{had} are here already: {then}")
            count = self.order.lanes or (
                LANES if round_trip_s >= LONG_S and missing >= LARGE else 1
            )
            await self._fetch(store, count)
            self.meter.end()
        except ExceptionGroup as group:
            raise _first(group) from group

    async def _carry(self, jobs: Sequence[Job], store: Store) -> None:
        """Has rsync bring what it can; says why where it brings nothing or not all."""
        found = await asyncio.to_thread(find_rsync)
        why = "there is none here" if found is None else found.said
        if not self.has_rsync:
            why = "there is none on the Pod"
        elif found is not None and found.is_usable:
            carrier = Carrier(rsync=found, road=await self.pool.road(self.target))
            why = await carry(carrier, jobs, store)
            self.tool = f"rsync {found.version}"
            self.meter.begin(Stage.COPYING, files=len(jobs), content=self.meter.bytes_total)
        if why:
            self.meter.said(f"rsync: {why}; our own transfer brings the rest")

    async def _fetch(self, store: Store, count: int) -> None:
        talk, self.talk = self.talk, None
        first: Lane | None = None
        hands = Hands(
            store=store.store,
            write=store.write,
            hashed=store.hashed,
            over=store.over,
        )
        lanes: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(store.run())
            for number in range(1, count + 1) if store.wants else ():
                lane = Lane(
                    pool=self.pool,
                    target=self.target,
                    board=store.board,
                    hands=hands,
                    patience=self._patience(),
                    silence_s=self.order.silence_s,
                    gathers=GATHERED // count,
                    number=number,
                    talk=talk if number == 1 else None,
                    is_shell=self.is_shell,
                )
                first = first or lane
                lanes.append(tasks.create_task(lane.run()))
            await asyncio.gather(*lanes)
            self.talk = first.talk if first is not None else talk
            if first is not None:
                self.seen = await self._stamps_now()  # while the last files get their names

    async def _look_again(self, jobs: Sequence[Job]) -> None:
        """Whether the files there are still those that were read; one that is gone was equal."""
        now = self.seen if self.seen is not None else await self._stamps_now()
        for job in jobs:
            seen = now.get(job.remote.path)
            if job.ended is None and seen is not None and seen != job.row:
                job.end(Ended.CHANGED, "it was changed there after it was copied: pull it again")

    def _written(
        self,
        found: tuple[Sequence[Job], Listing, pull_proof.Proofs],
        began: float,
    ) -> Pulled:
        jobs, listing, proofs = found
        files = tuple(
            pull_proof.conclude(job, self.order, self.folder, proofs)
            for job in sorted(jobs, key=lambda job: job.remote.path)
        )
        at = self.clock()
        here = pull_proof.here_of(files, at)
        there = pull_proof.there_of(files, self.order, at)
        pull_proof.write_holds(files, self.order, self.parts, at)
        manifest = ""
        if files:
            manifest = pull_proof.write_manifest(self.folder, (here, there), files, listing.skipped)
        return Pulled(
            files=files,
            groups=proofs.groups,
            skipped=tuple(listing.skipped),
            here=here,
            there=there,
            manifest=manifest,
            moved=self.meter.moved,
            seconds=time.monotonic() - began,
            tool=self.tool,
        )


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """While a listing comes: all of it stays, and looking through it took a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _leave(store: Store) -> None:
    """Waits for the threads, places what is staged, closes the journal. Blocks."""
    store.workers.shutdown(wait=True)
    store.close()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a pull: ours before the system's, whatever else broke with it."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [group]
    while waiting:
        error = waiting.pop()
        if isinstance(error, BaseExceptionGroup):
            waiting += error.exceptions
        else:
            found.append(error)
    return min(found, key=lambda error: (not isinstance(error, PullError | RgtError), 0))
