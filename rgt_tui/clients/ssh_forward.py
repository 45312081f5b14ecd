"""Ports of a Pod on this machine, over the one SSH connection to it.

A listener outlives a connection: each client that comes is given a channel of the connection there is
by then. OpenSSH dials the port in the Pod only when a client comes, so that a port where nothing
listens is told per client. Source: RFC 4254, 7.2; asyncssh 2.24 `open_connection`.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from rgt_tui import places
from rgt_tui.domain.errors import RgtError, SshError
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection

    from rgt_tui.clients.ssh import SshPool
    from rgt_tui.clients.ssh_target import SshTarget

INSIDE: Final = ("127.0.0.1", "::1")
"""Where a port is looked for in the Pod."""
LANE: Final = 1
_CHUNK: Final = 65_536
_LEAVE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class PortPair:
    """Which port here leads to which there; 0 here picks a free one."""

    local: int
    remote: int


@dataclass(frozen=True, slots=True)
class Forward:
    """One listener."""

    address: str
    local: int
    remote: int


class CannotListen(RgtError):
    """A port of this machine is not to be had."""

    code = "cannot_listen"


class _Reader(Protocol):
    async def read(self, n: int, /) -> bytes: ...


class _Writer(Protocol):
    def write(self, data: bytes, /) -> None: ...
    async def drain(self) -> None: ...
    def write_eof(self) -> None: ...


class Forwards:
    """Listeners of this machine that lead into a Pod.

    Attributes:
        target: the Pod, as it is reached now; may be set anew when that changes.
    """

    def __init__(self, pool: "SshPool", target: "SshTarget", say: Callable[[str], None]) -> None:
        """Opens nothing yet; `say` takes a sentence on each client that was not served."""
        self.target = target
        self._pool: Final = pool
        self._say: Final = say
        self._servers: list[asyncio.Server] = []
        self._clients: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.close()
        for client in list(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def connected(self) -> "SSHClientConnection":
        """The connection to the Pod, made anew where there is none.

        Raises:
            SshError: why not.
        """
        async with self._pool.connection(self.target, LANE) as connection:
            return connection

    async def listen(self, addresses: Sequence[str], pair: PortPair) -> list[Forward]:
        """Opens one port on each address; a free one is the same on all.

        Raises:
            CannotListen: it is taken, or not to be had.
        """
        found: list[Forward] = []
        local = pair.local
        for address in addresses:
            try:
                server = await asyncio.start_server(self._handler(pair.remote), address, local)
            except (OSError, ValueError) as error:
                why = places.why(error) if isinstance(error, OSError) else "no such address"
                raise CannotListen(
                    f"cannot listen on {clean(address, 64)}:{local}: {why}",
                    hint=f"Another local port: LOCAL:{pair.remote}, or :{pair.remote} for a free one.",
                ) from error
            self._servers.append(server)
            local = int(server.sockets[0].getsockname()[1])
            found.append(Forward(address, local, pair.remote))
        return found

    def _handler(self, port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(self._serve(port, reader, writer))
            self._clients.add(task)
            task.add_done_callback(self._clients.discard)

        return came

    async def _serve(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Joins one client to the port in the Pod until either leaves."""
        import asyncssh  # loaded with the connection

        try:
            connection = await self.connected()
            far_reader, far_writer = await _dialled(connection, port)
            try:
                await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
            finally:
                far_writer.close()
        except asyncssh.ChannelOpenError as error:
            self._say(f"port {port}: {_refusal(error, port)}")
        except SshError as error:
            self._say(f"port {port}: {error.message}")
        except (OSError, asyncssh.Error):
            pass  # one of the two has hung up, as clients do
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_LEAVE_S):
                    await writer.wait_closed()


async def _dialled(connection: "SSHClientConnection", port: int) -> "tuple[_Reader, _SshWriter]":
    """A channel to a port inside the Pod, by IPv4 or else by IPv6."""
    import asyncssh  # loaded with the connection

    from rgt_tui.clients.ssh_wire import acknowledge_soon

    acknowledge_soon(connection)
    first: asyncssh.ChannelOpenError | None = None
    for host in INSIDE:
        try:
            return await connection.open_connection(host, port, encoding=None)
        except asyncssh.ChannelOpenError as error:
            first = first or error
            if error.code != asyncssh.OPEN_CONNECT_FAILED:
                break
    assert first is not None  # noqa: S101  # there are hosts to try
    raise first


class _SshWriter(_Writer, Protocol):
    def close(self) -> None: ...


async def _copy(reader: _Reader, writer: _Writer) -> None:
    while part := await reader.read(_CHUNK):
        writer.write(part)
        await writer.drain()
    writer.write_eof()


def _refusal(error: "Exception", port: int) -> str:
    """Why the Pod's sshd gave no channel."""
    import asyncssh  # loaded with the connection

    code = getattr(error, "code", None)
    said = clean(str(error), 100)
    if code == asyncssh.OPEN_CONNECT_FAILED:
        return (
            f"connection refused in the Pod ({said}): nothing listens on {port} there, "
            "or not on 127.0.0.1 or 0.0.0.0"
        )
    if code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return f"the Pod's sshd forbids forwards ({said}): AllowTcpForwarding in its sshd_config"
    return f"no channel to the Pod ({said})"
