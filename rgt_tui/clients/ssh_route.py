"""The way to a host by the person's own OpenSSH configuration: jump hosts, and keys for them.

`ssh -G` reads the configuration, since asyncssh's own reader raises on lines that OpenSSH accepts.
A Pod is asked for under the name `rgt-<pod id>`, so `Host rgt-*` in `~/.ssh/config` speaks of all
Pods. Jump hosts have their keys in `~/.ssh/known_hosts`, or pinned on first use; one connection to
a jump host serves all Pods behind it.
"""

import asyncio
import os
import re
import shutil
import subprocess
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rgt_tui import places
from rgt_tui.clients.handed_down import handed_down
from rgt_tui.clients.hostkeys import HostKeyBook, HostKeySeen, KnownHosts, Place, Trusted
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

if TYPE_CHECKING:
    from rgt_tui.clients.ssh_wire import Wire

ASK_S: Final = 5.0
"""How long `ssh -G` may take; a `Match exec` of the person runs within it."""
ASKED_AT_ONCE: Final = 2
HOPS_MAX: Final = 8
USUAL_KEYS: Final = re.compile(r"id_[a-z0-9_]+")
"""What `ssh -G` lists where no key is named."""
_PLAIN: Final = re.compile(r"[0-9A-Za-z_.:][0-9A-Za-z_.:-]*")
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
        proxy: command line whose input and output are the way to it; empty for none.
        agent: socket of the agent it names; empty for none at all, None for the usual one.
        identities_only: whether the agent may offer only the keys of files.
    """

    hostname: str
    port: int
    user: str
    jumps: tuple[str, ...] = ()
    identities: tuple[Path, ...] = ()
    proxy: str = ""
    agent: str | None = None
    identities_only: bool = False


@dataclass(slots=True)
class Routes:
    """Finds the way to hosts, and keeps the connections to jump hosts.

    Attributes:
        book: where the keys of jump hosts are pinned.
        config: file for `ssh -F`; None for OpenSSH's own files.
        jump: jump hosts of our own configuration, parted by commas; they go before what
            `~/.ssh/config` says of a Pod.
    """

    book: HostKeyBook
    config: Path | None = None
    identities: tuple[Path, ...] = ()
    timeout_s: float = 12.0
    jump: str = ""
    _wires: dict[tuple[str, ...], "Wire"] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _asking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ASKED_AT_ONCE))

    async def to(self, alias: str, host: str, port: int, user: str) -> "tuple[Host, Wire | None]":
        """What is configured for a host, and the connection to the last jump host before it.

        Raises:
            SshError: a jump host cannot be reached; says which.
        """
        found = await self._asked(alias, "-p", str(port), "-l", user, "-o", f"HostName={host}")
        found = found or Host(hostname=host, port=port, user=user)
        if self.jump:
            found = replace(found, jumps=tuple(self.jump.split(",")), proxy="")
        if not found.jumps:
            return replace(found, proxy=expanded(found.proxy, alias, host, port, user)), None
        async with self._turn:
            return found, await self._jumped(found.jumps, 0)

    async def hops(self, jumps: tuple[str, ...]) -> "tuple[tuple[Host, Wire], ...]":
        """The jump hosts before a host, the first one first, each with the connection to it.

        Raises:
            SshError: one cannot be reached; says which.
        """
        if not jumps:
            return ()
        async with self._turn:
            wire = await self._jumped(jumps, 0)
        hop = await self._hop(jumps[-1])
        before = await self.hops(jumps[:-1] or hop.jumps)
        proxy = "" if before else self._way_to(hop, jumps[-1])
        return (*before, (replace(hop, proxy=proxy), wire))

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
            proxy="" if tunnel else self._way_to(hop, jumps[-1]),
            agent=hop.agent,
            identities_only=hop.identities_only,
            book=_JumpKeys(self.book),
            timeout_s=self.timeout_s,
            tunnel=tunnel.connection if tunnel is not None else None,
        )
        return await connect(login)

    def _way_to(self, hop: Host, alias: str) -> str:
        return expanded(hop.proxy, alias, hop.hostname, hop.port, hop.user)

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
        argv = [program, "-G", *file, *options, alias]
        # Beginning a process takes the loop's thread milliseconds, seconds for a fleet at once.
        async with self._asking:
            told, trouble, status = await asyncio.to_thread(_run, argv, alias)
        if status:
            said = clean(trouble.decode(errors="replace").strip(), 160)
            raise _no_way(alias, f"`ssh -G` says: {said}")
        return read_host(told.decode(errors="replace"))


def _run(argv: list[str], alias: str) -> tuple[bytes, bytes, int]:
    """What a program printed, what it complained of, and its status."""
    try:
        ran = subprocess.run(  # a list of words: no shell
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ASK_S,
            check=False,
            env=handed_down(),
        )
    except subprocess.TimeoutExpired as error:
        raise _no_way(alias, f"`ssh -G` did not end within {ASK_S:.0f} s") from error
    return ran.stdout, ran.stderr, ran.returncode


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
    proxy = values.get("proxycommand", ["none"])[0]
    keys = [Path(value).expanduser() for value in values.get("identityfile", [])]
    usual = Path(places.home()) / ".ssh"
    return Host(
        hostname=values.get("hostname", [""])[0],
        port=int(values.get("port", ["22"])[0]),
        user=values.get("user", ["root"])[0],
        jumps=() if jumps == "none" else tuple(jumps.split(",")),
        proxy="" if proxy == "none" else proxy,
        agent=_agent(values.get("identityagent", ["SSH_AUTH_SOCK"])[0]),
        identities_only=values.get("identitiesonly", ["no"])[0] == "yes",
        identities=tuple(
            key
            for key in keys
            if key.is_file() and not (key.parent == usual and USUAL_KEYS.fullmatch(key.name))
        ),
    )


def _agent(word: str) -> str | None:
    """The socket that `IdentityAgent` names; empty for none, None for the usual one."""
    if word == "none":
        return ""
    if word in ("SSH_AUTH_SOCK", "$SSH_AUTH_SOCK", "${SSH_AUTH_SOCK}"):
        return None
    if word.startswith("$"):
        return os.environ.get(word.strip("${}"), "")
    return str(Path(word).expanduser())


def expanded(proxy: str, alias: str, host: str, port: int, user: str) -> str:
    """A `ProxyCommand` with its tokens filled in.

    A shell runs it, so that a host or user is refused that is more than a plain name.

    Raises:
        SshError: a token that is not known here, or a name that is not plain.
    """
    known = {"h": host, "p": str(port), "r": user, "n": alias, "%": "%"}

    def fill(token: re.Match[str]) -> str:
        value = known.get(token[1])
        if value is None:
            raise _no_way(alias, f"ProxyCommand has %{clean(token[1], 4)}, which is not known here")
        if token[1] != "%" and not _PLAIN.fullmatch(value):
            raise _no_way(alias, f"ProxyCommand cannot be given {clean(value, 60)!r}")
        return value

    return re.sub(r"%(.?)", fill, proxy)


def _no_way(host: str, why: str) -> SshError:
    return SshError(
        SshFault.NO_ADDRESS,
        f"the way to {clean(host, 100)} by ~/.ssh/config cannot be found: {why}",
        hint="Compare with: ssh -G HOST",
    )
