"""A host to examine: where it is, as whom, by which road, and what its host key is bound to."""

from dataclasses import field
from pathlib import Path
from typing import Final

from rgt_tui.clients.hostkeys import Place
from rgt_tui.domain.pod import SshRoad
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import is_pod_id

NEEDS_PORT: Final = (
    "Direct SSH needs 22/tcp among the Pod's ports; adding it restarts the container"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SshTarget:
    """A host to examine.

    Attributes:
        name: what to call it in messages.
        pin_id, start: what its host key is bound to; see `hostkeys`.
        road: straight to its sshd, or through RunPod's gateway, where `username` names the Pod.
        printed: fingerprints of host keys in the Pod's boot log; empty when none are known.
        to_go_straight: what brings a direct way, where `road` is the gateway's.
        owner: whose connection it is, where `pin_id` is another's: the Pod behind a gateway.
    """

    host: str
    port: int
    username: str
    name: str
    pin_id: str
    start: str
    road: SshRoad = SshRoad.DIRECT
    printed: frozenset[str] = field(default=frozenset(), compare=False)
    owner: str = ""
    to_go_straight: str = field(default=NEEDS_PORT, compare=False)

    @property
    def where(self) -> str:
        """Name and address for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        address = clean(f"{host}:{self.port}", 300)
        return self.name if address in self.name else f"{self.name} ({address})"

    @property
    def key(self) -> str:
        """Whose connection it is: the Pods behind the gateway share its address and host key."""
        return self.owner or self.pin_id

    @property
    def alias(self) -> str:
        """What it is called in `~/.ssh/config`: `rgt-<pod id>`; another host by its own name."""
        return f"rgt-{self.owner}" if is_pod_id(self.owner) else self.host

    @property
    def place(self) -> Place:
        """Whom its host key belongs to."""
        return Place(
            pin_id=self.pin_id,
            start=self.start,
            host=self.host,
            port=self.port,
            printed=self.printed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """The way to a host for a program of its own, such as `ssh`.

    Attributes:
        host_key: the accepted key of the host, as OpenSSH writes it.
        identities: private key files, beside the agent's.
        proxy, agent, identities_only: as in `ssh_route.Host`.
        hops: the ways to the jump hosts before it, the first one first.
    """

    host: str
    port: int
    username: str
    host_key: str
    identities: tuple[Path, ...]
    proxy: str = ""
    agent: str | None = None
    identities_only: bool = False
    hops: "tuple[Road, ...]" = ()
