"""Looking at a network volume for its checklist: by the API, and by S3 without a Pod."""

import asyncio
from dataclasses import replace
from typing import Final

from rgt_tui.clients import holds
from rgt_tui.clock import steady
from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import GuardRefused, NotFound, RgtError
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.holding import HoldSeen
from rgt_tui.domain.objects import StoredCopy, StoredObject
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.dossier.stored import Contents, Stored, compose_stored, contents_of
from rgt_tui.guard.checklist import Dossier
from rgt_tui.sources import all_sources
from rgt_tui.termination import Hands
from rgt_tui.volume_facts import pods_of

AT_ONCE: Final = 16
"""Files that are compared with held copies before the checklist is told."""
WITNESS_S: Final = 900.0
"""How long a comparison counts; it is made anew then."""
MOST_FILES: Final = 20_000
"""With more of them it cannot be deleted from here: nobody would know what is lost."""


class StoredLooker:
    """The eyes of the case of one network volume."""

    def __init__(self, hands: Hands, volume: PodId) -> None:
        self.hands = hands
        self.pod = volume
        self._contents: Observed[Contents] | Failed | None = None
        self._holds: tuple[HoldSeen, ...] = ()
        self._copies: dict[str, StoredCopy] = {}
        self._tried: set[tuple[StoredObject, str]] = set()

    async def read_api(self) -> bool:
        """Reads the lists of Pods and of volumes; whether the volume is there, or may be.

        Raises:
            ApiError: one of them could not be read.
        """
        hands = self.hands
        pods, volumes = await hands.wires.rest.pods(), await hands.wires.rest.network_volumes()
        if volumes.by_id(self.pod) is None and await self.is_gone():
            return False
        at = hands.clock()
        seen = (Change(PodList, Observed(pods, at)), Change(VolumeList, Observed(volumes, at)))
        hands.store.apply(seen)
        return True

    async def is_gone(self) -> bool:
        """Whether it is neither found by its id nor in the list: both, read just now.

        Raises:
            ApiError: it could not be read.
        """
        try:
            await self.hands.wires.rest.network_volume(self.pod)
        except NotFound:
            return (await self.hands.wires.rest.network_volumes()).by_id(self.pod) is None
        return False

    async def read_volumes(self) -> None:
        """They were read with the Pods."""

    async def read_inside(self) -> None:
        """Lists every file of it; where S3 does not, asks the Pods that mount it for checkpoints."""
        from rgt_tui.clients.s3_open import s3_of  # loads httpx

        volume = self._known()
        if volume is None:
            return
        self._holds = holds.renew(await asyncio.to_thread(holds.look))
        self._forget()
        try:
            async with s3_of(volume) as s3:
                found = await s3.list(volume.id, deep=True, limit=MOST_FILES)
        except RgtError as error:
            self._contents = Failed(error.message, self.hands.clock(), error.code, error.hint)
            await self._ask_pods(volume)
        else:
            self._contents = Observed(contents_of(found, self._copies), self.hands.clock(), "s3")

    def _forget(self) -> None:
        """Lets go of copies that are not held any more, or were compared too long ago."""
        kept = {it.hold.proof.stamp.path for it in self._holds if it.is_kept}
        oldest = self.hands.clock() - WITNESS_S
        before = dict(self._copies)
        self._copies = {k: it for k, it in before.items() if it.hold in kept and it.at >= oldest}
        gone = {(it.of, it.hold) for key, it in before.items() if key not in self._copies}
        self._tried -= gone

    async def _ask_pods(self, volume: NetworkVolume) -> None:
        source = next(it for it in all_sources() if it.name == "checkpoints")
        for pod in pods_of(volume, self.hands.store.state.account):
            if pod.is_running and pod.ssh_direct is not None:
                await self.hands.read(source, pod)

    async def prove(self) -> bool:
        """Compares the next files with held copies of them; whether there were any."""
        from rgt_tui.clients.s3_copies import candidates, compared
        from rgt_tui.clients.s3_open import s3_of  # loads httpx

        volume, contents = self._known(), self._contents
        if volume is None or not isinstance(contents, Observed):
            return False
        listing = contents.value.listing
        pairs = [it for it in candidates(listing.objects, self._holds) if self._is_new(it)][
            :AT_ONCE
        ]
        if not pairs:
            return False
        self._tried |= {(one, seen.hold.proof.stamp.path) for one, seen in pairs}
        async with s3_of(volume) as s3:
            found = await compared(s3, volume.id, pairs, self.hands.clock())
        self._copies = {**self._copies, **found}
        now = self._contents  # another look may have listed it anew meanwhile
        if isinstance(now, Observed):
            self._contents = replace(now, value=contents_of(now.value.listing, self._copies))
        return True

    def _is_new(self, pair: tuple[StoredObject, HoldSeen]) -> bool:
        return (pair[0], pair[1].hold.proof.stamp.path) not in self._tried

    def _known(self) -> NetworkVolume | None:
        volumes = self.hands.store.state.account.volumes
        return next((it for it in volumes if it.id == self.pod), None)

    def dossier(self, *, is_looking: bool) -> Dossier:
        """Everything that is known at this moment.

        Raises:
            GuardRefused: the volume is not known.
        """
        volume = self._known()
        if volume is None:
            raise GuardRefused(f"network volume {self.pod} is not in the list")
        return compose_stored(
            Stored(
                account=self.hands.store.state.account,
                volume=volume,
                tag=self.hands.tag,
                now=self.hands.clock(),
                steady=steady(),
                contents=self._contents,
                is_looking=is_looking,
            )
        )
