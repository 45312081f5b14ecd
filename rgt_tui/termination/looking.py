"""Looking at a Pod for its checklist: everything at first, everything again at the fence."""

import asyncio
from typing import Final

from rgt_tui.clients import holds
from rgt_tui.clock import steady
from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import ApiError, GuardRefused, NotFound
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.holding import HoldSeen
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import VolumeList
from rgt_tui.domain.written_behind import WrittenBehind
from rgt_tui.dossier import View, compose
from rgt_tui.guard.checklist import Dossier
from rgt_tui.sources import all_sources
from rgt_tui.sources.proofs import next_unproven
from rgt_tui.termination import Hands
from rgt_tui.termination.frozen import read_frozen

PROOFS_MAX: Final = 200
"""Checkpoints that are verified one after the other for one checklist."""


class Looker:
    """The eyes of one case."""

    def __init__(self, hands: Hands, pod: PodId) -> None:
        self.hands = hands
        self.pod = pod
        self._holds: tuple[HoldSeen, ...] = ()
        self._frozen: Dossier | None = None

    async def read_api(self) -> bool:
        """Reads the Pod list; whether the Pod is in it, or may be.

        Raises:
            ApiError: the list could not be read.
        """
        hands = self.hands
        try:
            listed = await hands.wires.rest.pods()
        except ApiError as error:
            failed = Failed(error.message, hands.clock(), error.code, error.hint)
            hands.store.apply([Change(PodList, failed)])
            raise
        if hands.store.state.account.pod(self.pod) is None or any(
            it.id == self.pod for it in listed.pods
        ):
            hands.store.apply([Change(PodList, Observed(listed, hands.clock()))])
            return True
        return not await self.is_gone()

    async def is_gone(self) -> bool:
        """Whether it is neither found by its id nor in the list: both, read just now.

        Raises:
            ApiError: it could not be read.
        """
        try:
            pod = await self.hands.wires.rest.pod(self.pod)
        except NotFound:
            listed = await self.hands.wires.rest.pods()
            return all(it.id != self.pod for it in listed.pods)
        return pod.status == "TERMINATED"

    async def read_volumes(self) -> None:
        """Reads the network volumes, without which nothing on one counts as kept."""
        hands = self.hands
        try:
            volumes = await hands.wires.rest.network_volumes()
        except ApiError as error:
            failed = Failed(error.message, hands.clock(), error.code, error.hint)
            hands.store.apply([Change(VolumeList, failed)])
        else:
            hands.store.apply([Change(VolumeList, Observed(volumes, hands.clock()))])

    async def read_inside(self) -> None:
        """Asks the Pod everything at once: disks, GPUs, processes, files, who writes."""
        pod = self.known()
        await self._read_copies()
        if pod is None or not pod.is_running or pod.ssh_direct is None:
            return
        wanted = [it for it in all_sources() if it.name in ("shell", "unsaved", "checkpoints")]
        async with asyncio.TaskGroup() as tasks:
            for source in wanted:
                tasks.create_task(self.hands.read(source, pod))

    async def _read_copies(self) -> None:
        """Looks at the held copies here, and at what was proven before a stop."""
        self._holds = holds.renew(await asyncio.to_thread(holds.look))
        pod = self.known()
        self._frozen = await asyncio.to_thread(read_frozen, self.hands.state, pod) if pod else None

    async def prove(self) -> bool:
        """Verifies the next checkpoint that has no proof; whether there was one and it came out."""
        pod = self.known()
        if pod is None or not pod.is_running or pod.ssh_direct is None:
            return False
        evidence = self.hands.store.state.account.about(pod.id)
        wanted = next_unproven(evidence)
        if wanted is None:
            return await self._witness(pod)
        source = next(it for it in all_sources() if it.name == "proofs")
        succeeded = await self.hands.read(source, pod)
        after = self.hands.store.state.account.about(pod.id)
        return succeeded and next_unproven(after) != wanted

    async def _witness(self, pod: Pod) -> bool:
        """Takes the next step for files on a global volume; whether there was one and it came out."""
        source = next(it for it in all_sources() if it.name == "written_behind")
        before = self.hands.store.state.account
        if source.pods is None or pod not in source.pods(before, self.hands.clock()):
            return False
        succeeded = await self.hands.read(source, pod)
        about = self.hands.store.state.account.about(pod.id)
        return succeeded and about.value(WrittenBehind) != before.about(pod.id).value(WrittenBehind)

    async def look_once(self) -> None:
        """Everything there is to see, to the end; for a plan.

        Raises:
            ApiError: the service did not answer.
        """
        await self.read_api()
        await self.read_volumes()
        await self.read_inside()
        for _ in range(PROOFS_MAX):
            if not await self.prove():
                return

    def known(self) -> Pod | None:
        """The Pod as it was read last; None when it is not listed."""
        pods = self.hands.store.state.account.pods
        return next((it for it in pods if it.id == self.pod), None)

    def dossier(self, *, is_looking: bool) -> Dossier:
        """Everything that is known at this moment.

        Raises:
            GuardRefused: the Pod is not known.
        """
        pod = self.known()
        if pod is None:
            raise GuardRefused(f"Pod {self.pod} is not in the list")
        return compose(
            View(
                account=self.hands.store.state.account,
                pod=pod,
                tag=self.hands.tag,
                now=self.hands.clock(),
                steady=steady(),
                holds=self._holds,
                frozen=self._frozen,
                is_looking=is_looking,
            )
        )
