"""Examining hosts over SSH, one connection a host; asyncssh is imported in a thread when one is wanted."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rgt_tui.clients.hostkeys import LISTED, VERIFIED, HostKeyBook, HostKeySeen
from rgt_tui.clients.ssh_link import RUNS_PER_CONNECTION, Link
from rgt_tui.clients.ssh_target import Road as Road
from rgt_tui.clients.ssh_target import SshTarget as SshTarget
from rgt_tui.clock import Clock, session_clock
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pod import SshRoad
from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe, Section, all_probes
from rgt_tui.probes._script import compose

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection

    from rgt_tui.clients.ssh_loop import Answer, Loop
    from rgt_tui.clients.ssh_route import Host, Routes
    from rgt_tui.clients.ssh_talk import Talk
    from rgt_tui.clients.ssh_wire import Login, Wire

CONNECT_TIMEOUT_S: Final = 12.0
TURNS: Final = 3
"""Turns of the event loop that an aborted connection takes to close its socket."""
GATEWAY_CONNECTS: Final = 2
GATEWAY_PAUSE_S: Final = 0.3
"""At most so long before a login at the gateway, so that a fleet does not come all at once."""
SPARE_S: Final = 8.0
"""Added to the time limits of sections that are asked through the gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswer:
    """What came back of one question.

    Attributes:
        sections: those that ended, by probe name.
        seconds: how long each of them took, as far as that is known.
        host_key: the key the host has shown.
        fault: why the answer is not whole; None when it is.
        running: those that still run; their answers come with a later question.
        ages: of those that had ended before the question, how many seconds ago.
    """

    sections: Mapping[str, Section]
    seconds: Mapping[str, float]
    host_key: HostKeySeen
    fault: SshError | None = None
    running: frozenset[str] = frozenset()
    ages: Mapping[str, float] = field(default_factory=dict)


class SshPool:
    """Keeps a connection to each host it was asked about.

    ::

        async with SshPool(identities=(), host_keys=HostKeys(path)) as pool:
            answer = await pool.probe(target, probes)
    """

    def __init__(
        self,
        identities: Sequence[Path],
        host_keys: HostKeyBook,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        parallel_connects: int = 8,
        clock: Clock | None = None,
        routes: "Routes | None" = None,
    ) -> None:
        """Opens nothing yet.

        Args:
            identities: private key files; empty for the usual ones. An agent is asked as well.
            host_keys: which keys to accept.
            connect_timeout_s: for TCP, handshake and login together.
            parallel_connects: handshakes at a time; each costs about 6 ms of CPU here.
            clock: tells when sections began and ended.
            routes: knows the jump hosts on the way; None goes straight.
        """
        self._clock: Final = clock or session_clock()
        self._identities: Final = tuple(identities)
        self._host_keys: Final = host_keys
        self._connect_timeout_s: Final = connect_timeout_s
        self._routes: Final = routes
        self._handshakes: Final = asyncio.Semaphore(parallel_connects)
        self._links: dict[tuple[str, int], Link] = {}
        self._gateway_handshakes: Final = asyncio.Semaphore(GATEWAY_CONNECTS)
        self._runs: Final = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._runs.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            links = list(self._links.values())
            self._links.clear()
            await asyncio.gather(*(link.close() for link in links))
            if self._routes is not None:
                await self._routes.close()
        finally:
            # Without the caller's error, which a task group would wrap in a group of its own. The
            # runs end by themselves: their connections are closed.
            await self._runs.__aexit__(None, None, None)
            # A connection that was cut off half-way closes its socket on the loop's next turns.
            for _ in range(TURNS):
                await asyncio.sleep(0)

    async def probe(
        self, target: SshTarget, probes: Sequence[Probe], *, patience_s: float | None = None
    ) -> ProbeAnswer:
        """Asks the host all probes at once and gives what came back.

        Args:
            target: the host.
            probes: what to ask.
            patience_s: how long sections that came may be held back by others; those run on, and
                their answers come with a later question. None waits for all.

        Raises:
            SshError: no section came back; says why in one sentence.
        """
        if target.road is SshRoad.PROXY:
            return await self._typed(target, probes)
        link = await self._connected(target)
        answer, wire = await self._ask(link, probes, patience_s)
        if answer.fault is not None and not answer.is_heard and wire.is_closed:
            # A connection can have died unnoticed since it was last used: reading twice is safe.
            link = await self._connected(target)
            answer, wire = await self._ask(link, probes, patience_s)
        if answer.fault is not None and not answer.sections:
            raise answer.fault
        taken = {name: section.seconds for name, section in answer.sections.items()}
        return ProbeAnswer(
            sections=answer.sections,
            seconds={name: it for name, it in taken.items() if it is not None},
            host_key=wire.host_key,
            fault=answer.fault,
            running=answer.running,
            ages=answer.ages,
        )

    def so_far(self, target: SshTarget, probe: Probe) -> bytes:
        """What a section has said that still runs there; nothing when none does."""
        link = self._links.get((target.key, 0))
        return link.loop.so_far(probe.name) if link and link.loop else b""

    @contextlib.asynccontextmanager
    async def talk(
        self, target: SshTarget, *, lane: int = 0, is_shell: bool = False
    ) -> "AsyncIterator[Talk]":
        """A verifier process on the host, for as long as the block.

        Args:
            target: the host.
            lane: which connection; 0 is for probes, those for content hold up none of them.
            is_shell: whether a POSIX shell answers, for a host without python3.

        Raises:
            SshError: the host cannot be reached, or opens no session.
        """
        async with self.connection(target, lane) as connection:
            from rgt_tui.clients.shell_talk import reader  # asyncssh is loaded by now
            from rgt_tui.clients.ssh_talk import talk

            where = target.where
            opening = (
                reader(connection, where, is_shell=is_shell) if lane else talk(connection, where)
            )
            async with opening as talking:
                yield talking

    @contextlib.asynccontextmanager
    async def connection(
        self, target: SshTarget, lane: int = 0
    ) -> "AsyncIterator[SSHClientConnection]":
        """The connection to a host, with room for one more session; raises as `talk` does."""
        if target.road is SshRoad.PROXY:
            said = f"{target.where}: only the SSH gateway is offered, which carries no files (RP6)"
            raise SshError(SshFault.NO_ADDRESS, said, hint=target.to_go_straight)
        link = await self._connected(target, lane)
        wire = link.wire
        assert wire is not None  # noqa: S101  # `_connected` has just given it
        async with link.gate:
            yield wire.connection

    async def road(self, target: SshTarget) -> Road:
        """The way to a host, once its host key was accepted; raises `SshError`."""
        link = await self._connected(target, 1)
        from rgt_tui.clients import ssh_faults  # asyncssh is loaded by now
        from rgt_tui.clients.ssh_route import Host

        if link.wire is None:
            raise ssh_faults.lost(target.where)
        host = Host(hostname=target.host, port=target.port, user=target.username)
        if self._routes is None:
            return self._road(host, link.wire, target.where)
        found, _ = await self._routes.to(target.alias, target.host, target.port, target.username)
        # The address is the API's also where the configuration names another.
        host = replace(found, hostname=host.hostname, port=host.port, user=host.user)
        hops = await self._routes.hops(found.jumps)
        before = tuple(self._road(hop, wire, f"jump host {hop.hostname}") for hop, wire in hops)
        return replace(self._road(host, link.wire, target.where), hops=before)

    def _road(self, host: "Host", wire: "Wire", where: str) -> Road:
        key = wire.connection.get_server_host_key()
        if key is None:
            raise SshError(SshFault.BAD_ANSWER, f"{where}: it has shown no host key")
        from rgt_tui.clients.ssh_keys import usual_keys  # asyncssh is loaded by now

        return Road(
            host=host.hostname,
            port=host.port,
            username=host.user,
            host_key=key.export_public_key().decode().strip(),
            identities=(*host.identities, *self._identities) or usual_keys(),
            proxy=host.proxy,
            agent=host.agent,
            identities_only=host.identities_only,
        )

    async def forget(self, target: SshTarget) -> None:
        """Closes the connections to a host that need not be examined any more."""
        await self._close_from(target, 0)

    async def close_lanes(self, target: SshTarget) -> None:
        """Closes the connections to a host beside the one for probes."""
        await self._close_from(target, 1)

    async def _close_from(self, target: SshTarget, first: int) -> None:
        for name in [n for n in self._links if n[0] == target.key and n[1] >= first]:
            await self._links.pop(name).close()

    async def _connected(self, target: SshTarget, lane: int = 0) -> Link:
        """The link to the host, with a connection that can be used."""
        link = self._links.get((target.key, lane))
        if link is not None and link.target != target:
            await self.forget(link.target)
            link = None
        link = link or self._links.setdefault((target.key, lane), Link(target))
        async with link.connecting:
            if not link.is_usable:
                old, link.wire = link.wire, None
                if old is not None:
                    await old.close()
                link.gateway = None
                link.wire = await link.come(self._runs, partial(self._connect, target))
                link.loop = None
                link.gate = asyncio.Semaphore(RUNS_PER_CONNECTION)
                link.leaked = 0
            await self._confirm(link, target)
        return link

    async def _confirm(self, link: Link, target: SshTarget) -> None:
        """Ends a connection whose host key its boot log, read since, does not know."""
        wire = link.wire
        assert wire is not None  # noqa: S101  # `_connected` has just given it
        if not target.printed or wire.host_key.how in (VERIFIED, LISTED):
            return
        try:
            await wire.confirm(self._login(target))
        except SshError:
            link.wire = None
            await wire.close()
            raise

    def host_key(self, target: SshTarget) -> HostKeySeen | None:
        """The key the host has shown on the connection it has now; None without one."""
        link = self._links.get((target.key, 0))
        return link.wire.host_key if link and link.wire else None

    def is_by_jump(self, target: SshTarget) -> bool:
        """Whether other hosts are on the way of the connection it has now."""
        link = self._links.get((target.key, 0))
        return bool(link and link.wire and link.wire.is_by_jump)

    async def _connect(self, target: SshTarget) -> "Wire":
        await asyncio.to_thread(_import_wire)
        from rgt_tui.clients.ssh_wire import connect  # loaded in the thread above

        login = self._login(target)
        if self._routes is not None:
            found, jump = await self._routes.to(
                target.alias, target.host, target.port, target.username
            )
            login = replace(
                login,
                identities=(*found.identities, *self._identities),
                tunnel=jump.connection if jump is not None else None,
                proxy=found.proxy,
                agent=found.agent,
                identities_only=found.identities_only,
            )
        if login.is_gateway:
            async with self._gateway_handshakes:
                await asyncio.sleep(random.uniform(0, GATEWAY_PAUSE_S))  # noqa: S311  # no secret
                return await connect(login)
        async with self._handshakes:
            return await connect(login)

    def _login(self, target: SshTarget) -> "Login":
        from rgt_tui.clients.ssh_wire import Login  # loaded by `_connect`

        return Login(
            where=target.where,
            place=target.place,
            username=target.username,
            identities=self._identities,
            book=self._host_keys,
            timeout_s=self._connect_timeout_s,
            is_gateway=target.road is SshRoad.PROXY,
        )

    async def _typed(self, target: SshTarget, probes: Sequence[Probe]) -> ProbeAnswer:
        """The answer through the gateway, which only gives a terminal."""
        link = await self._connected(target)
        from rgt_tui.clients.gateway import Gateway  # loaded by `_connected`

        wire = link.wire
        assert wire is not None  # noqa: S101  # `_connected` has just given it
        link.gateway = link.gateway or Gateway(wire.connection, target.where)
        script = compose(probes)
        try:
            frames, fault = await link.gateway.ask(script, deadline_s=script.seconds + SPARE_S)
        except SshError as error:
            if error.kind is SshFault.NO_SHELL:
                await self.forget(target)  # the next try finds a Pod that has moved or started
            raise
        key = wire.host_key
        return ProbeAnswer(sections=frames.sections, seconds={}, host_key=key, fault=fault)

    async def _ask(
        self, link: Link, probes: Sequence[Probe], patience_s: float | None
    ) -> "tuple[Answer, Wire]":
        wire = link.wire
        assert wire is not None  # noqa: S101  # `_connected` has just given it
        loop = link.loop
        if loop is None or loop.is_over or not loop.knows(probes):
            loop = link.loop = self._new_loop(link, wire, probes)
        return await loop.ask(probes, patience_s), wire

    def _new_loop(self, link: Link, wire: "Wire", probes: Sequence[Probe]) -> "Loop":
        """A loop that can be asked all probes there are, and `probes`."""
        from rgt_tui.clients.ssh_loop import Loop  # loaded by `_connect`

        known = {probe.name: probe for probe in all_probes()}
        if link.loop is not None:
            known |= {probe.name: probe for probe in link.loop.probes}
            link.loop.leave()
        known |= {probe.name: probe for probe in probes}
        loop = Loop(known.values(), link.target.where, self._clock)
        self._runs.create_task(self._carry(link, wire, loop))
        return loop

    async def _carry(self, link: Link, wire: "Wire", loop: "Loop") -> None:
        """Owns the loop's slot until the host has confirmed that the channel is closed."""
        is_closed = await loop.carry(wire.connection)
        if not is_closed and link.wire is wire:
            link.leaked += 1


def _import_wire() -> None:
    import rgt_tui.clients.gateway
    import rgt_tui.clients.ssh_loop
    import rgt_tui.clients.ssh_wire  # noqa: F401  # a third of a second
