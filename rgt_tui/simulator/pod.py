"""One Pod: its specification, and its life as a function of world time.

RUNNING is an intent. A Pod passes PROVISIONING and STARTING while a machine is found, is then
RUNNING, and only later, when the image is pulled, has a container: until that moment `runtime`
is null. A Pod whose container never comes up stays RUNNING, and is paid for, for ever.
"""

from dataclasses import dataclass, field
from typing import Final

from rgt_tui.simulator.hostkeys import HostKey, derive
from rgt_tui.simulator.logbook import LogBook
from rgt_tui.simulator.machine import Machine

ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "PROVISIONING": ("stop", "terminate"),
    "STARTING": ("stop", "terminate"),
    "RUNNING": ("stop", "restart", "terminate"),
    "EXITED": ("start", "terminate"),
    "ERROR": ("start", "terminate"),
}
"""REST v2 specification, `POST /v2/pods/{id}/action`."""

NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What the owner ordered; every change makes a new value."""

    name: str
    image: str
    args: str = ""
    disk: int = 20
    ports: tuple[str, ...] = ("8888/http", "22/tcp")
    env: dict[str, str] = field(default_factory=dict)
    registry: str | None = None
    persistent: tuple[int, str] | None = None
    """Size in GB and mount path of the volume disk."""
    network: tuple[str, str] | None = None
    """Id and mount path of the network volume."""
    gpu: tuple[str, int] | None = None
    cpu: tuple[str, int, int] | None = None
    """Flavour, vCPUs and memory in GB of a CPU Pod."""
    cloud: str = "SECURE"
    template: str | None = None
    locked: bool = False
    global_networking: bool = False
    starts_ssh: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The instants of one start: world times, UTC Unix seconds."""

    assigned_at: float
    running_at: float
    container_at: float
    """When the container comes up; `NEVER` if it does not."""
    boot: int
    """Counts starts on a fresh container: host keys and the SSH port belong to one boot."""
    looping_s: float | None = None
    """A crash loop: the container starts anew every so many seconds."""


@dataclass(slots=True, kw_only=True)
class Pod:
    """One Pod of the account."""

    id: str
    seed: int
    host_token: str
    spec: Spec
    machine: Machine
    created_at: float
    data_center: str
    cuda_version: str | None
    hourly: float
    """USD per hour while RUNNING."""
    run: Run | None = None
    """The present start, or None while EXITED."""
    started_at: float | None = None
    boots: int = 0
    logs: LogBook = field(default_factory=LogBook)
    public_ip: str = "127.0.0.1"
    ssh_port: int | None = None
    """The mapped port of `22/tcp`; set by whoever listens there."""
    has_failed: bool = False
    start_refusal: str | None = None
    """Why the host refuses to start it again, in the platform's words."""
    boot_delays: tuple[float, float, float] = (3.0, 4.0, 20.0)
    """Seconds to find a machine, to schedule, and to pull and start the container."""
    key_salt: int = 0
    refuses_keys: bool = False
    """Its SSH server knows none of the account's keys."""
    is_deaf: bool = False
    """An SSH address is published, and nothing listens there."""

    def status(self, now: float) -> str:
        """The status the API reports at `now`."""
        if self.run is None:
            return "ERROR" if self.has_failed else "EXITED"
        if now < self.run.assigned_at:
            return "PROVISIONING"
        return "STARTING" if now < self.run.running_at else "RUNNING"

    def actions(self, now: float) -> tuple[str, ...]:
        """What may be asked of it at `now`."""
        allowed = ACTIONS[self.status(now)]
        if self.spec.locked:
            return tuple(action for action in allowed if action not in {"stop", "restart"})
        return allowed

    def has_container(self, now: float) -> bool:
        """Whether a container is up at `now`."""
        return self.run is not None and self.run.container_at <= now

    def has_machine(self, now: float) -> bool:
        """Whether a host was assigned; a stopped Pod keeps its own."""
        return self.run is None or now >= self.run.assigned_at

    def uptime(self, now: float) -> int | None:
        """Seconds since the container started; None without one."""
        if self.run is None or not self.has_container(now):
            return None
        alive = now - self.run.container_at
        return int(alive % self.run.looping_s if self.run.looping_s else alive)

    def started(self, now: float) -> float | None:
        """When it last became RUNNING, or None if it never did."""
        if self.run is not None and now >= self.run.running_at:
            return self.run.running_at
        return self.started_at

    def cost(self, now: float) -> float:
        """USD per hour at `now`: 0.0 while stopped, as the specification says."""
        del now
        return self.hourly if self.run is not None else 0.0

    def offers_ssh(self, now: float) -> bool:
        """Whether sshd answers on a published port at `now`."""
        return (
            self.has_container(now)
            and self.spec.starts_ssh
            and "22/tcp" in self.spec.ports
            and (self.run is None or self.run.looping_s is None)
        )

    def host_keys(self) -> tuple[HostKey, ...]:
        """The host keys of the present boot."""
        return derive(f"{self.seed}/{self.id}/{self.boots}/{self.key_salt}")

    @property
    def hostname(self) -> str:
        """`<podId>-<hostToken>`, which is also the user name at the SSH gateway."""
        return f"{self.id}-{self.host_token}"
