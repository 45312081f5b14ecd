"""What is held of one host: its connection, and what runs on it."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rgt_tui.clients.gateway import Gateway
    from rgt_tui.clients.ssh import SshTarget
    from rgt_tui.clients.ssh_loop import Loop
    from rgt_tui.clients.ssh_wire import Wire

RUNS_PER_CONNECTION: Final = 4
"""Below OpenSSH's MaxSessions of ten, so that a person's own sessions still fit."""
LEAKS_ALLOWED: Final = 0
"""A host that does not confirm within seconds that a channel is closed hears nothing any more."""


@dataclass(slots=True)
class Link:
    """The one connection to a host.

    Attributes:
        loop: what runs the probes on it.
        gate: holds back verifiers beyond `RUNS_PER_CONNECTION`.
        leaked: channels whose close the host never confirmed.
        gateway: the terminal of a Pod that is reached through the gateway.
    """

    target: "SshTarget"
    wire: "Wire | None" = None
    loop: "Loop | None" = None
    connecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RUNS_PER_CONNECTION))
    leaked: int = 0
    gateway: "Gateway | None" = None

    @property
    def is_usable(self) -> bool:
        """Whether the next question can go over its connection."""
        return self.wire is not None and not self.wire.is_closed and self.leaked <= LEAKS_ALLOWED
