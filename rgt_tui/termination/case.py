"""One Pod's way through its checklist: look, tick, fence, end. One task, one lock, one proceeding."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from typing import Final

from rgt_tui.clients.pod_lock import pod_lock
from rgt_tui.clock import steady
from rgt_tui.domain.errors import ApiError, GuardRefused, RgtError
from rgt_tui.domain.units import PodId
from rgt_tui.dossier.stored import WAIVABLE
from rgt_tui.guard.checklist import Checklist, Policy
from rgt_tui.guard.events import (
    Cancelled,
    Event,
    Fenced,
    FenceFailed,
    Gathered,
    Looking,
    PodVanished,
    TerminalLost,
)
from rgt_tui.guard.items import PROVEN
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.step import open_checklist
from rgt_tui.guard.table import Phase
from rgt_tui.termination import AGAIN_S, FENCE_LOOK_S, LOOK_S, TICK_S, UNWATCHED_S, Eyes, Hands
from rgt_tui.termination.ending import Ending
from rgt_tui.termination.looking import Looker
from rgt_tui.termination.stored import StoredLooker

SEEDS: Final = 1 << 16


class Case:
    """One open checklist.

    Args:
        hands: what it works with.
        pod: id of the Pod or of the network volume; bound for good.
        told: called with every new value of the checklist, on any thread.
    """

    def __init__(self, hands: Hands, pod: PodId, told: Callable[[Checklist], None]) -> None:
        is_volume = any(it.id == pod for it in hands.store.state.account.volumes)
        policy = hands.policy
        if is_volume:
            policy = Policy(waivable=policy.waivable & WAIVABLE)
        self._hands = hands
        self._looker: Eyes = StoredLooker(hands, pod) if is_volume else Looker(hands, pod)
        self._is_looking = True
        self._watched_at = steady()
        facts = self._looker.dossier(is_looking=True)
        seed = secrets.randbelow(SEEDS)
        opened = open_checklist(facts, steady(), seed=seed, policy=policy)
        self.proceeding = Proceeding(opened, steady, told)

    def watch(self) -> None:
        """Says that a person sees the checklist just now."""
        self._watched_at = steady()

    def tell(self, event: Event) -> None:
        """Takes in what a person did; only that can come from the screen."""
        self.proceeding.feed(event)

    async def run(self) -> None:
        """Everything until the checklist is over. Cancelling it before the request sends nothing."""
        pod = self.proceeding.checklist.pod
        try:
            with pod_lock(self._hands.state / "locks", pod):
                await self._run()
        except GuardRefused as error:
            self.proceeding.feed(Cancelled(why=f"{error.message}; nothing was sent"))
        finally:
            if not self.proceeding.checklist.phase.is_over:
                self.proceeding.feed(TerminalLost())

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._look())
            try:
                while not self.proceeding.checklist.phase.is_over:
                    began = steady()
                    await asyncio.sleep(TICK_S)
                    if steady() - began > UNWATCHED_S:
                        self._was_stopped()
                    if await self._turn():
                        return
            finally:
                looking.cancel()

    def _was_stopped(self) -> None:
        """The process was stopped, or the machine slept: nobody could think again meanwhile."""
        if self.proceeding.checklist.phase.is_approved:
            self.proceeding.feed(TerminalLost())

    async def _turn(self) -> bool:
        """Tells the checklist the time and the facts, and does what its phase asks for.

        Returns:
            Whether it came to its end, be it an outcome that stays unknown.
        """
        with contextlib.suppress(
            GuardRefused
        ):  # not listed just now: the looks tell what that means
            facts = self._looker.dossier(is_looking=self._is_looking)
            self.proceeding.feed(Gathered(dossier=facts, now=steady()))
        checklist = self.proceeding.checklist
        if checklist.phase.is_approved and steady() - self._watched_at > UNWATCHED_S:
            self.proceeding.feed(TerminalLost())
        elif checklist.phase is Phase.FENCING:
            await self._fence()
        elif checklist.phase is Phase.PERMITTED:
            await Ending(self._hands, self._looker, self.proceeding).carry_out()
            return True
        return False

    async def _look(self) -> None:
        """Looks and looks again while the checklist is open, and proves what has no proof yet."""
        while True:
            self._is_looking = True
            for item in PROVEN:
                self.proceeding.feed(Looking(item=item))
            try:
                async with asyncio.timeout(LOOK_S):
                    if not await self._looker.read_api():
                        self.proceeding.feed(PodVanished())
                        return
                    await self._looker.read_volumes()
                    await self._looker.read_inside()
            except (ApiError, TimeoutError):
                pass  # the store holds the failure, and the exhibits say it
            with contextlib.suppress(RgtError):
                while await self._looker.prove():
                    pass
            self._is_looking = False
            await asyncio.sleep(AGAIN_S)

    async def _fence(self) -> None:
        """The last look: everything anew, and the service's word at the very end."""
        if self._hands.mode.why_not is not None:
            self.proceeding.feed(FenceFailed(why=self._hands.mode.why_not))
            return
        try:
            async with asyncio.timeout(FENCE_LOOK_S):
                is_there = await self._looker.read_api()
                if is_there:
                    await self._looker.read_inside()
                    is_there = await self._looker.read_api()
                if not is_there:
                    self.proceeding.feed(PodVanished())
                    return
        except ApiError as error:
            self.proceeding.feed(FenceFailed(why=f"the last look failed: {error.message}"))
            return
        except TimeoutError:
            why = f"the last look took more than {FENCE_LOOK_S:.0f} s"
            self.proceeding.feed(FenceFailed(why=why))
            return
        facts = self._looker.dossier(is_looking=False)
        self.proceeding.feed(Fenced(dossier=facts, now=steady()))
