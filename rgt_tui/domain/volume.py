"""The kinds of storage a Pod can have, and what each survives.

Source: RunPod documentation, storage types and pricing, read 2026-08-20; mount rows from real
Pods are in the tests.
"""

from enum import StrEnum

from rgt_tui.domain.records import dataclass


class MountKind(StrEnum):
    """What lies under a mount point."""

    CONTAINER = "container"
    VOLUME = "volume"
    NETWORK = "network"
    GLOBAL = "global"
    SHM = "shm"
    OTHER = "other"

    @property
    def survives_stop(self) -> bool:
        """Whether its data are there after stop and start. Unknown kinds count as lost."""
        return self in (MountKind.VOLUME, MountKind.NETWORK, MountKind.GLOBAL)

    @property
    def survives_terminate(self) -> bool:
        """Whether its data are there after terminate. Unknown kinds count as lost."""
        return self in (MountKind.NETWORK, MountKind.GLOBAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkVolume:
    """A network volume of the account.

    Attributes:
        size_gb: the quota in GB; what is used is not known to the API.
        tier: `STANDARD` or `HIGH_PERFORMANCE`, as sent.
    """

    id: str
    name: str
    size_gb: int | None
    data_center: str | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class VolumeList:
    """The answer of `GET /v2/network-volumes`."""

    volumes: tuple[NetworkVolume, ...] = ()

    def by_id(self, volume_id: str) -> NetworkVolume | None:
        """The volume of that id; None when it is not in the list."""
        return next((volume for volume in self.volumes if volume.id == volume_id), None)
