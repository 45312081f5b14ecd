"""One SSH connection over asyncssh: host key, login, goodbye. Import it late: asyncssh is heavy.

`config=None` always: asyncssh's reader of `~/.ssh/config` raises on lines that OpenSSH accepts.
Known hosts are always given as keys: an empty value would fall back to `~/.ssh/known_hosts`.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncssh

from rgt_tui.clients import ssh_faults, ssh_keys
from rgt_tui.clients.handed_down import SECRETS
from rgt_tui.clients.hostkeys import HostKeyBook, HostKeySeen, Place, Trusted, fingerprint
from rgt_tui.clients.ssh_packets import open_quickly
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.records import dataclass

KEEPALIVE_S: Final = 15
KEEPALIVES: Final = 3
_LEAVE_S: Final = 1.0

_KEY_TYPES: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
_CERTIFICATE_TYPES: Final = tuple(f"{name}-cert-v01@openssh.com" for name in _KEY_TYPES)
_CIPHERS: Final = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)
"""The first is the fastest: 1.3 to 1.7 times the throughput of chacha20, asyncssh's own choice."""

# At its usual level asyncssh writes every command it runs to the log; without any handler Python
# writes warnings to stderr, where the console has its screen.
logging.getLogger("asyncssh").setLevel(logging.WARNING)
logging.getLogger("asyncssh").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a connection needs.

    Attributes:
        where: names the host in messages.
        identities: private keys named by the person; empty for the usual ones.
        timeout_s: for TCP, handshake and login together.
        is_gateway: whether it is RunPod's gateway, which is not known to answer keep-alives: an
            unanswered one would cut a good connection, and each use of it has a deadline.
        tunnel: the connection to the jump host before it; None goes straight.
        proxy: command line whose input and output are the way; a shell runs it. Empty for none.
        agent: socket of the agent; empty for none at all, None for the usual one.
        identities_only: whether the agent may offer only the keys of files.
    """

    where: str
    place: Place
    username: str
    identities: Sequence[Path]
    book: HostKeyBook
    timeout_s: float
    is_gateway: bool = False
    tunnel: asyncssh.SSHClientConnection | None = None
    proxy: str = ""
    agent: str | None = None
    identities_only: bool = False


@dataclass(slots=True)
class Wire:
    """A connection that is logged in.

    Attributes:
        is_by_jump: whether other hosts are on the way.
    """

    connection: asyncssh.SSHClientConnection
    host_key: HostKeySeen
    key: str = ""
    is_by_jump: bool = False

    async def confirm(self, login: Login) -> None:
        """Compares the key the host has shown with what its boot log has told since.

        Raises:
            SshError: it is another one: what was heard from this host is not to be believed.
        """
        if self.host_key.fingerprint not in login.place.printed:
            trusted = await asyncio.to_thread(login.book.trusted, login.place)
            raise _wrong_key(login, trusted, self.key)
        self.host_key = await asyncio.to_thread(login.book.accept, login.place, self.key)

    @property
    def is_closed(self) -> bool:
        """Whether it is of no use any more."""
        return self.connection.is_closed()

    async def close(self) -> None:
        """Says goodbye; a host that does not listen is left after a second."""
        self.connection.close()
        for leave in (self.connection.abort, None):
            with contextlib.suppress(TimeoutError, OSError, asyncssh.Error):
                async with asyncio.timeout(_LEAVE_S):
                    await self.connection.wait_closed()
                    return
            if leave is not None:
                leave()


class _Client(asyncssh.SSHClient):
    """Decides on the host key, and brings the agent's keys after those of files."""

    def __init__(self, trusted: Trusted, ring: ssh_keys.KeyRing) -> None:
        self.offered: str | None = None
        self._trusted = trusted
        # Lists: asyncssh takes a tuple for a pair of a key and its certificate.
        self._groups = [list(ring.pairs)] if ring.pairs else []
        self.offers = list(map(str, ring.files))
        self._agent_path = ring.agent
        self._allowed = ring.allowed
        self._agent: asyncssh.SSHAgentClient | None = None

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Called for each key that is not trusted, a changed one as well as a new one."""
        self.offered = key.export_public_key().decode().strip()
        is_listed = not self._trusted.only or fingerprint(self.offered) in self._trusted.only
        return self._trusted.takes_new and is_listed

    async def public_key_auth_requested(self) -> list[asyncssh.SSHKeyPair] | None:
        if self._groups:
            return self._groups.pop(0)
        if self._agent_path is None:
            return None
        path, self._agent_path = self._agent_path, None
        with contextlib.suppress(OSError, ValueError, asyncssh.Error):
            self._agent = await asyncssh.connect_agent(path)
            found = list(await self._agent.get_keys(self._allowed))
            self.offers += [f"{len(found)} of the agent"] if found else []
            return found or None
        return None

    def release_agent(self) -> None:
        """Closes the connection to the agent, needed only to log in."""
        if self._agent is not None:
            self._agent.close()


async def connect(login: Login) -> Wire:
    """Connects, checks the host key, logs in.

    Raises:
        SshError: one sentence why not.
    """
    try:
        async with asyncio.timeout(login.timeout_s):
            return await _connect(login)
    except TimeoutError as error:
        raise ssh_faults.connect_timeout(login.where, login.timeout_s) from error


async def _connect(login: Login) -> Wire:
    ring = await asyncio.to_thread(
        ssh_keys.read_keys, login.identities, login.agent, only_named=login.identities_only
    )
    trusted = await asyncio.to_thread(login.book.trusted, login.place)
    client = _Client(trusted, ring)
    try:
        connection, _ = await asyncssh.create_connection(
            lambda: client,
            login.place.host,
            login.place.port,
            tunnel=login.tunnel or (),
            proxy_command=_proxy(login.proxy),
            options=_options(login, trusted),
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise _wrong_key(login, trusted, client.offered) from error
    except asyncssh.PermissionDenied as error:
        raise ssh_faults.denied(login.where, ring.locked, client.offers) from error
    except (OSError, asyncssh.Error, ValueError) as error:
        raise ssh_faults.connect_fault(error, login.where) from error
    finally:
        client.release_agent()
    open_quickly(connection)
    shown = connection.get_server_host_key()
    key = shown.export_public_key().decode().strip() if shown is not None else ""
    try:
        seen = await asyncio.to_thread(login.book.accept, login.place, key)
    except BaseException:  # also when cancelled: nobody else knows this connection
        connection.abort()
        raise
    return Wire(connection, seen, key, is_by_jump=bool(login.tunnel or login.proxy))


def acknowledge_soon(connection: asyncssh.SSHClientConnection) -> None:
    """Called before a channel is asked for: what comes after that is acknowledged at once.

    After a login sshd sends its host keys first, and by Nagle's rule its answer waits until those are
    acknowledged: 40 ms, where this end has nothing to say meanwhile (tcp(7), TCP_QUICKACK).
    """
    asyncio.get_running_loop().call_soon(_acknowledge, connection)


def _acknowledge(connection: asyncssh.SSHClientConnection) -> None:
    taken = connection.get_extra_info("socket")
    with contextlib.suppress(AttributeError, OSError):
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _proxy(command: str) -> tuple[str, ...]:
    """What to run.

    asyncssh takes what it says on stderr for the host's bytes, and the end of stderr for that of
    the connection: the one is thrown away, the other put off. The shell stays and keeps it open, since
    OpenSSH's own `ssh`, the usual program here, closes what it inherits.
    """
    return (
        ("/bin/sh", "-c", f"unset {' '.join(SECRETS)}; ( exec {command} ) 2>/dev/null; exit")
        if command
        else ()
    )


def _options(login: Login, trusted: Trusted) -> asyncssh.SSHClientConnectionOptions:
    known = [
        [asyncssh.import_public_key(key) for key in group]
        for group in (trusted.keys, trusted.authorities, trusted.revoked)
    ]
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        username=login.username,
        known_hosts=tuple(known),
        server_host_key_algs=_key_types(trusted),
        client_keys=None,  # `_Client` brings them, in our order
        preferred_auth="publickey",
        password_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        gss_auth=False,
        gss_kex=False,
        disable_trivial_auth=True,
        agent_forwarding=False,
        x11_forwarding=False,
        compression_algs=None,
        encryption_algs=list(_CIPHERS),
        keepalive_interval=0 if login.is_gateway else KEEPALIVE_S,
        keepalive_count_max=KEEPALIVES,
        connect_timeout=login.timeout_s,
        login_timeout=login.timeout_s,
        utf8_decode_errors="replace",
    )


def _key_types(trusted: Trusted) -> list[str]:
    """Explicit, the trusted types first.

    Left to itself asyncssh offers only the trusted types; a server that lost such a key then
    hangs up, which looks like a network fault.
    """
    names = {key.split()[0] for key in trusted.keys}
    plain = sorted(
        _KEY_TYPES, key=lambda name: name.replace("rsa-sha2-", "ssh-rsa ").split()[0] not in names
    )
    return [*(_CERTIFICATE_TYPES if trusted.authorities else ()), *plain]


def _wrong_key(login: Login, trusted: Trusted, offered: str | None) -> SshError:
    shown = fingerprint(offered) if offered is not None else "one that is revoked or not usable"
    if trusted.only:
        printed = " or ".join(sorted(trusted.only))
        said = (
            f"{login.where}: the host key changed: the boot log printed {printed}, it shows {shown}"
        )
    elif not trusted.keys:
        said = f"{login.where}: {trusted.listed_in} lists no key of this host; it shows {shown}"
    else:
        wanted = " or ".join(fingerprint(key) for key in trusted.keys)
        said = f"{login.where}: the host key changed: expected {wanted}, it shows {shown}"
    return SshError(SshFault.HOST_KEY_CHANGED, said, hint=trusted.remedy)
