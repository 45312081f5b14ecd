"""What is held of one host: its connection, and what runs on it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.records import dataclass

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
    _coming: "asyncio.Task[Wire | Exception] | None" = None

    @property
    def is_usable(self) -> bool:
        """Whether the next question can go over its connection."""
        return self.wire is not None and not self.wire.is_closed and self.leaked <= LEAKS_ALLOWED

    async def come(
        self, runs: asyncio.TaskGroup, connect: "Callable[[], Coroutine[Any, Any, Wire]]"
    ) -> "Wire":
        """The connection that `connect` makes; raises as it does.

        Whoever waited for it may be cancelled: it comes about all the same, for the next question.
        sshd refuses logins while many others were begun and left (MaxStartups, ten).
        """
        coming = self._coming or runs.create_task(_outcome(connect))
        self._coming = coming
        await asyncio.wait([coming])  # unlike `await coming`, it lives on when this is cancelled
        self._coming = None
        if coming.cancelled():
            said = f"{self.target.where}: the connection was given up before it came about"
            raise SshError(SshFault.LOST, said)
        outcome = coming.result()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def close(self) -> None:
        """Ends the connection, also one that is only coming about."""
        coming, self._coming = self._coming, None
        wires = [] if self.wire is None else [self.wire]
        if coming is not None:
            coming.cancel()
            await asyncio.wait([coming])
            outcome = None if coming.cancelled() else coming.result()
            if outcome is not None and not isinstance(outcome, Exception):
                wires.append(outcome)
        await asyncio.gather(*(wire.close() for wire in wires))


async def _outcome(connect: "Callable[[], Coroutine[Any, Any, Wire]]") -> "Wire | Exception":
    """What came of it; a failure would end the task group that all connections live in."""
    try:
        return await connect()
    except Exception as error:  # noqa: BLE001  # given to whoever waits for it
        return error
