"""What a person can ask RunPod to change, as plain values. Deleting a Pod is not among them.

A request names the Pod and the start of it that was on the screen, so that what was decided about
one start is never carried out on another.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.objects import StoredObject
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId

Scalar = str | int | bool
Body = Mapping[str, object]
"""A JSON object."""


class Verb(StrEnum):
    """What may be asked of a Pod and can be undone. Terminate is not among them."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A transition of one Pod.

    Attributes:
        verb: which.
        pod, name: of the Pod.
        start: the start of the Pod that was seen, as `Pod.start` gives it.
    """

    verb: Verb
    pod: PodId
    name: str
    start: str

    @property
    def what(self) -> str:
        """One phrase: `stop sweep-07`."""
        return f"{self.verb} {self.name}"


PLAIN_CHANGES: Final = frozenset({"name", "locked"})
"""Fields of a Pod that change without touching its container (REST v2, `UpdatePodRequest`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Other settings for one Pod.

    Attributes:
        doing: one phrase: `rename sweep-07 to sweep-08`.
        pod, name, start: as in `Act`.
        changes: fields of `UpdatePodRequest` with their new values.
        env: variables that are set, or taken away where None. The service replaces all of them
            at once, so that the others are read at the moment of sending; no record has a value.
    """

    doing: str
    pod: PodId
    name: str
    start: str
    changes: Body = field(default_factory=lambda: MappingProxyType({}))
    env: Mapping[str, str | None] | None = field(default=None, repr=False)

    @property
    def what(self) -> str:
        """One phrase on what is asked."""
        return self.doing

    @property
    def wipes(self) -> bool:
        """Whether a running Pod loses its container disk by it: any other field starts it anew."""
        return self.env is not None or not set(self.changes) <= PLAIN_CHANGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A script that mends something inside one Pod, over its direct SSH.

    Attributes:
        doing: one phrase: `move caches of sweep-07 to /workspace`.
        pod, name, start: as in `Act`.
        script: POSIX sh, shown to the person before it runs; made by `rgt_tui.fixes` alone.
        limit_s: seconds it may take.
    """

    doing: str
    pod: PodId
    name: str
    start: str
    script: str
    limit_s: float

    @property
    def what(self) -> str:
        """One phrase on what is asked."""
        return self.doing


PodRequest = Act | Patch
"""What is asked of one Pod over the API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyTrash:
    """Deleting for good what lies in the trash folders of a network volume.

    Attributes:
        volume, name: of the network volume.
        objects: what was seen there; nothing else is deleted, and nothing that changed since.
    """

    volume: str
    name: str
    objects: tuple[StoredObject, ...]

    @property
    def pod(self) -> None:
        """It concerns no Pod."""
        return None

    @property
    def what(self) -> str:
        """One phrase on what is asked."""
        return f"empty the trash of {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A new Pod with the specification of one that is there; that one stays as it is.

    Image, arguments, registry and environment are read from that Pod at the moment of sending, so
    that no secret lies in a request.

    Attributes:
        pod, name, start: of the Pod whose specification it is.
        body: fields of `CreatePodRequest`, without what is read at the moment of sending.
        env: variables that are added; no secrets.
    """

    pod: PodId
    name: str
    start: str
    body: Body
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def what(self) -> str:
        """One phrase on what is asked."""
        return f"launch {self.body.get('name')} like {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVolume:
    """A new network volume.

    Attributes:
        name, size_gb, data_center, tier: as `CreateNetworkVolumeRequest` wants them.
    """

    name: str
    size_gb: int
    data_center: str
    tier: str = "STANDARD"

    @property
    def pod(self) -> None:
        """It concerns no Pod."""
        return None

    @property
    def what(self) -> str:
        """One phrase on what is asked."""
        return f"create network volume {self.name}"

    @property
    def body(self) -> Body:
        """The fields of the request."""
        return {
            "name": self.name,
            "size": self.size_gb,
            "dataCenter": self.data_center,
            "type": self.tier,
        }


Create = Launch | CreateVolume
"""What makes something new, and so has no id yet by which it could be looked for."""
Request = PodRequest | Run | EmptyTrash | Create


class Ending(StrEnum):
    """How a request ended."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"
