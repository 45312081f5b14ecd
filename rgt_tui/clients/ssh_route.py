"""The way to a host by the person's own OpenSSH configuration: jump hosts, and keys for them.

`ssh -G` reads the configuration, since asyncssh's own reader raises on lines that OpenSSH accepts.
A Pod is asked for under the name `rgt-<pod id>`, so `Host rgt-*` in `~/.ssh/config` speaks of all
Pods. Jump hosts have their keys in `~/.ssh/known_hosts`, or pinned on first use; one connection to
a jump host serves all Pods behind it.
"""

import asyncio
import contextlib
import re
import shutil
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rgt_tui import places
from rgt_tui.clients.hostkeys import HostKeyBook, HostKeySeen, KnownHosts, Place, Trusted
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

if TYPE_CHECKING:
    from rgt_tui.clients.ssh_wire import Wire

ASK_S: Final = 5.0
"""How long `ssh -G` may take; a `Match exec` of the person runs within it."""
HOPS_MAX: Final = 8
USUAL_KEYS: Final = re.compile(r"id_[a-z0-9_]+")
"""What `ssh -G` lists where no key is named."""
_HOP: Final = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s]+)@)?(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:@\s\[\]/]+))"
    r"(?::(?P<port>\d{1,5}))?/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the configuration says of one host.

    Attributes:
        jumps: the hosts on the way to it, the first one first.
        identities: private keys it names, besides the usual ones.
    """

    hostname: str
    port: int
    user: str
    jumps: tuple[str, ...] = ()
    identities: tuple[Path, ...] = ()


@dataclass(slots=True)
class Routes:
    """Finds the way to hosts, and keeps the connections to jump hosts.

    Attributes:
        book: where the keys of jump hosts are pinned.
        config: file for `ssh -F`; None for OpenSSH's own files.
    """

    book: HostKeyBook
    config: Path | None = None
    identities: tuple[Path, ...] = ()
    timeout_s: float = 12.0
    _wires: dict[tuple[str, ...], "Wire"] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def to(self, alias: str, host: str, port: int, user: str) -> "tuple[Host, Wire | None]":
        """What is configured for a host, and the connection to the last jump host before it.

        Raises:
            SshError: a jump host cannot be reached; says which.
        """
        found = await self._asked(alias, "-p", str(port), "-l", user, "-o", f"HostName={host}")
        found = found or Host(hostname=host, port=port, user=user)
        if not found.jumps:
            return found, None
        async with self._turn:
            return found, await self._jumped(found.jumps, 0)

    async def close(self) -> None:
        """Closes the connections to jump hosts, the last of a chain first."""
        wires, self._wires = list(self._wires.values()), {}
        for wire in reversed(wires):
            await wire.close()

    async def _jumped(self, jumps: tuple[str, ...], depth: int) -> "Wire":
        wire = self._wires.get(jumps)
        if wire is not None and not wire.is_closed:
            return wire
        if depth > HOPS_MAX:
            raise _no_way(jumps[-1], "the jump hosts lead in a circle")
        hop = await self._hop(jumps[-1])
        before = jumps[:-1] or hop.jumps
        tunnel = await self._jumped(before, depth + 1) if before else None
        wire = await self._connected(hop, jumps, tunnel)
        self._wires[jumps] = wire
        return wire

    async def _connected(self, hop: Host, jumps: tuple[str, ...], tunnel: "Wire | None") -> "Wire":
        from rgt_tui.clients.ssh_wire import Login, connect  # asyncssh: loaded by now

        place = Place(
            pin_id=f"jump host {hop.hostname} {hop.port}",
            start="always",
            host=hop.hostname,
            port=hop.port,
        )
        login = Login(
            where=f"jump host {clean(jumps[-1], 100)} ({clean(hop.hostname, 100)}:{hop.port})",
            place=place,
            username=hop.user,
            identities=(*hop.identities, *self.identities),
            book=_JumpKeys(self.book),
            timeout_s=self.timeout_s,
            tunnel=tunnel.connection if tunnel is not None else None,
        )
        return await connect(login)

    async def _hop(self, word: str) -> Host:
        given = _HOP.fullmatch(word)
        if given is None or word.startswith("-"):
            raise _no_way(word, "it is not [USER@]HOST[:PORT]")
        name = given["six"] or given["host"]
        options = (["-l", given["user"]] if given["user"] else []) + (
            ["-p", given["port"]] if given["port"] else []
        )
        found = await self._asked(name, *options)
        user, port = given["user"] or "root", int(given["port"] or 22)
        return found or Host(hostname=name, port=port, user=user)

    async def _asked(self, alias: str, *options: str) -> Host | None:
        """What `ssh -G` says; None where there is no OpenSSH client.

        Raises:
            SshError: the configuration cannot be followed.
        """
        program = shutil.which("ssh")
        if program is None or alias.startswith("-"):
            return None
        file = ("-F", str(self.config)) if self.config is not None else ()
        process = await asyncio.create_subprocess_exec(
            program,
            "-G",
            *file,
            *options,
            alias,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(ASK_S):
                told, trouble = await process.communicate()
        except TimeoutError as error:
            raise _no_way(alias, f"`ssh -G` did not end within {ASK_S:.0f} s") from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            said = clean(trouble.decode(errors="replace").strip(), 160)
            raise _no_way(alias, f"`ssh -G` says: {said}")
        return read_host(told.decode(errors="replace"))


class _JumpKeys:
    """The keys of a jump host: as `~/.ssh/known_hosts` lists them, else pinned on first use."""

    def __init__(self, pins: HostKeyBook) -> None:
        self._pins: Final = pins
        self._listed: Final = Path(places.home()) / ".ssh/known_hosts"

    def trusted(self, place: Place) -> Trusted:
        if self._listed.is_file():
            found = KnownHosts(self._listed).trusted(place)
            if found.keys or found.authorities or found.revoked:
                return found
        return self._pins.trusted(place)

    def accept(self, place: Place, key: str) -> HostKeySeen:
        if self._listed.is_file() and KnownHosts(self._listed).trusted(place).keys:
            return KnownHosts(self._listed).accept(place, key)
        return self._pins.accept(place, key)


def read_host(told: str) -> Host:
    """What `ssh -G` printed: lines of a lower-case name and a value."""
    values: dict[str, list[str]] = {}
    for line in told.split("\n"):
        name, _, value = line.partition(" ")
        values.setdefault(name, []).append(value.strip())
    jumps = values.get("proxyjump", ["none"])[0]
    keys = [Path(value).expanduser() for value in values.get("identityfile", [])]
    usual = Path(places.home()) / ".ssh"
    return Host(
        hostname=values.get("hostname", [""])[0],
        port=int(values.get("port", ["22"])[0]),
        user=values.get("user", ["root"])[0],
        jumps=() if jumps == "none" else tuple(jumps.split(",")),
        identities=tuple(
            key
            for key in keys
            if key.is_file() and not (key.parent == usual and USUAL_KEYS.fullmatch(key.name))
        ),
    )


def _no_way(host: str, why: str) -> SshError:
    return SshError(
        SshFault.NO_ADDRESS,
        f"the way to {clean(host, 100)} by ~/.ssh/config cannot be found: {why}",
        hint="Compare with: ssh -G HOST",
    )
