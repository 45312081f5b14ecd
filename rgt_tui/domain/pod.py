"""A Pod as REST v2 describes it.

Field names follow `GET /v2/pods` (RunPod REST v2 document of 2026-08-18). A field the service
left out, or sent in a shape we cannot read, is None: unknown, not zero.
"""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId

SSH_PORT: Final = "22/tcp"


class PodStatus(StrEnum):
    """The statuses the API documents. `Pod.status` is a plain word: others are shown as sent."""

    PROVISIONING = "PROVISIONING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    EXITED = "EXITED"
    ERROR = "ERROR"
    TERMINATED = "TERMINATED"


class SshRoad(StrEnum):
    """The best way to reach a Pod's shell."""

    DIRECT = "direct"
    PROXY = "proxy"
    NONE = "none"


class StorageKind(StrEnum):
    """Where a Pod's data can outlive its container."""

    NETWORK = "network"
    VOLUME = "volume"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True, kw_only=True)
class SshEndpoint:
    """Where an SSH server listens; host, user and port are checked at decoding."""

    host: str
    port: int
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDisk:
    """`mounts.persistent`: a disk of the Pod's own, deleted with it.

    Attributes:
        size_gb: in GB as billed.
        path: where it is mounted.
    """

    size_gb: int | None
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkMount:
    """One of `mounts.network`: a network volume mounted into the Pod."""

    volume_id: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMap:
    """One row of `runtime.ports`."""

    private: int
    public: int | None
    type: str
    ip: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuUse:
    """Utilisation the API reports for one GPU, in percent."""

    util: float | None
    memory_util: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """`runtime`: present once a container lives.

    Attributes:
        uptime_s: seconds since the container started; None when the service did not say.
    """

    uptime_s: float | None
    gpus: tuple[GpuUse, ...] = ()
    cpu_util: float | None = None
    memory_util: float | None = None
    ports: tuple[PortMap, ...] = ()


_RUNNING: Final = PodStatus.RUNNING.value
_EXITED: Final = PodStatus.EXITED.value
_COMING: Final = (PodStatus.PROVISIONING.value, PodStatus.STARTING.value)
_OVER: Final = (_EXITED, PodStatus.ERROR.value, PodStatus.TERMINATED.value)
"""Their names, since a look at an enum's member costs as much as ten comparisons of strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """One Pod.

    Attributes:
        status: as sent; compare with `PodStatus`.
        actions: the transitions the service allows now.
        disk_gb: container disk size in GB.
        env_names: names of its environment variables; values are dropped at decoding.
        unknown_mounts: kinds under `mounts` that this version does not know: never durable.
        gpu_id: GPU type; None on CPU Pods.
        gpu_count: None when the service did not say.
        cpu_id: CPU flavour; None on GPU Pods.
        cost_per_hour: USD now; the service says 0 for a stopped Pod, which leaves out its disk.
        cuda_version: what the host's driver supports; None is unknown or not applicable.
        created_at, started_at: Unix seconds.
    """

    id: PodId
    name: str
    status: str
    actions: tuple[str, ...] = ()
    image: str = ""
    args: str = ""
    disk_gb: int | None = None
    ports: tuple[str, ...] | None = None
    env_names: tuple[str, ...] = ()
    volume_disk: VolumeDisk | None = None
    network_mounts: tuple[NetworkMount, ...] = ()
    unknown_mounts: tuple[str, ...] = ()
    gpu_id: str | None = None
    gpu_count: int | None = None
    cpu_id: str | None = None
    vcpu_count: int | None = None
    memory_gb: float | None = None
    cloud: str | None = None
    data_center: str | None = None
    cuda_version: str | None = None
    ssh_direct: SshEndpoint | None = None
    ssh_proxy: SshEndpoint | None = None
    template: str | None = None
    cluster: str | None = None
    cost_per_hour: Decimal | None = None
    locked: bool | None = None
    runtime: Runtime | None = None
    created_at: float | None = None
    started_at: float | None = None

    @property
    def label(self) -> str:
        """What to call it on the screen: its name, or words where it has none."""
        return self.name.strip() or "(no name)"

    @property
    def is_running(self) -> bool:
        """Whether the service intends it to run, which is not yet being alive."""
        return self.status == _RUNNING

    @property
    def is_stopped(self) -> bool:
        """Whether it is stopped: its container disk is gone, its volume disk bills on."""
        return self.status == _EXITED

    @property
    def is_over(self) -> bool:
        """Whether nothing runs in it and nothing will by itself."""
        return self.status in _OVER

    @property
    def is_coming(self) -> bool:
        """Whether the service is bringing it up: nobody need start it."""
        return self.status in _COMING

    @property
    def is_alive(self) -> bool:
        """Whether the API shows a living container: a runtime that counts its uptime."""
        return self.runtime is not None and bool(self.runtime.uptime_s)

    @property
    def start(self) -> str:
        """What names this start of the Pod: host keys, ports and evidence are bound to it."""
        return f"{self.started_at or self.created_at or 0:.0f}"

    @property
    def ssh_road(self) -> SshRoad:
        """The best way to its shell; a Pod that is stopped or gone has none."""
        if self.status in (PodStatus.EXITED, PodStatus.TERMINATED):
            return SshRoad.NONE
        if self.ssh_direct is not None:
            return SshRoad.DIRECT
        return SshRoad.NONE if self.ssh_proxy is None else SshRoad.PROXY

    @property
    def storage(self) -> StorageKind:
        """The most durable storage it has."""
        if self.network_mounts:
            return StorageKind.NETWORK
        return StorageKind.CONTAINER if self.volume_disk is None else StorageKind.VOLUME


@dataclass(frozen=True, slots=True)
class PodList:
    """The answer of `GET /v2/pods`: every Pod of the account, newest first as served."""

    called: ClassVar[str] = "the Pod list"
    pods: tuple[Pod, ...] = ()
