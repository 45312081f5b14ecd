"""Looking at a network volume for its checklist: by the API, and by S3 without a Pod."""

from typing import Final

from rgt_tui.clock import steady
from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import GuardRefused, NotFound, RgtError
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.dossier.stored import Contents, Stored, compose_stored, contents_of
from rgt_tui.guard.checklist import Dossier
from rgt_tui.termination import Hands

MOST_FILES: Final = 20_000
"""With more of them it cannot be deleted from here: nobody would know what is lost."""


class StoredLooker:
    """The eyes of the case of one network volume."""

    def __init__(self, hands: Hands, volume: PodId) -> None:
        self.hands = hands
        self.pod = volume
        self._contents: Observed[Contents] | Failed | None = None

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
        """Lists every file of it."""
        from rgt_tui.clients.s3_open import s3_of  # loads httpx

        volume = self._known()
        if volume is None:
            return
        try:
            async with s3_of(volume) as s3:
                found = await s3.list(volume.id, deep=True, limit=MOST_FILES)
        except RgtError as error:
            self._contents = Failed(error.message, self.hands.clock(), error.code, error.hint)
        else:
            self._contents = Observed(contents_of(found), self.hands.clock(), "s3")

    async def prove(self) -> bool:
        """Nothing on it is verified from here."""
        return False

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
