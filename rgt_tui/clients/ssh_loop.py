"""The resident loop of a host: one channel of its connection, one line a tick, all sections at once.

Output is bytes: with a text encoding one bad byte from the host would end the connection. An exit
status alone proves nothing (RunPod's gateway refuses a command and returns 0): a section is whole
when its own end has come.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import asyncssh

from rgt_tui.clients import ssh_faults
from rgt_tui.clients.ssh_wire import acknowledge_soon
from rgt_tui.clock import Clock
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.probes import EACH_TICK, Probe, Section
from rgt_tui.probes._frames import Frames, Run, TooMuch
from rgt_tui.probes._script import SHELL, resident

COMMAND: Final = f"exec {SHELL} -s"
"""Constant: nothing a host says is ever put into a command line."""
UP_S: Final = 10.0
"""How long start-up files of the host may take before the loop says that it is up."""
CLOSE_S: Final = 5.0
"""How long a host may take to confirm that a channel is closed before it counts as leaked."""
GRACE_S: Final = 3.0
"""After its time limit a section's end is awaited so long: for the wire and a slow machine."""
KEPT_S: Final = 60.0
"""How old an answer may be that nobody waited for."""
STDERR_LIMIT: Final = 1024 * 1024
"""Bytes a host may send on stderr: the sections redirect theirs, so little is expected."""
_WORDS_KEPT: Final = 2048


@dataclass(slots=True, eq=False)
class _Flight:
    """A section that was asked for.

    Attributes:
        over: its section; None when the loop ended first.
        pid: its first process.
        waiters: how many wait for it.
        is_unwanted: whether it is being ended, since nobody waits for it any more.
        timer: takes it for overdue.
    """

    probe: Probe
    tick: int
    over: asyncio.Future[Section | None]
    pid: int | None = None
    waiters: int = 0
    is_unwanted: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one question to the loop.

    Attributes:
        sections: those that ended, by name.
        ages: of those that had ended before the question, how many seconds ago.
        running: names of those that still run.
        fault: why the others are missing; None when none is.
        is_heard: whether anything came from the host since the question.
    """

    sections: Mapping[str, Section]
    ages: Mapping[str, float]
    running: frozenset[str]
    fault: SshError | None
    is_heard: bool


class Loop(asyncssh.SSHClientSession[bytes]):
    """The resident loop on one connection.

    `carry` owns the channel: it goes on until the host has confirmed that it is closed, since
    only then is its slot free (OpenSSH allows ten).

    Attributes:
        is_over: whether it takes no more questions.
        has_heard: whether the host has sent anything at all.
    """

    def __init__(self, probes: Iterable[Probe], where: str, clock: Clock) -> None:
        self.has_heard = False
        self.is_over = False
        self._probes: Final = {probe.name: probe for probe in probes}
        self._script: Final = resident(tuple(self._probes.values()))
        self._frames: Final = Frames(self._script)
        self._where: Final = where
        self._clock: Final = clock
        self._news: Final = asyncio.Event()  # set when it is up, and again when it is over
        self._end: Final = asyncio.Event()
        self._ticks: Final = itertools.count(1)
        self._flights: Final[dict[str, _Flight]] = {}
        self._unwanted: Final[dict[tuple[int, str], _Flight]] = {}
        self._kept: Final[dict[str, Section]] = {}
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._heard_at = 0.0
        self._words = bytearray()
        self._stderr_left = STDERR_LIMIT
        self._fault: SshError | None = None
        self._status: int | None = None

    def knows(self, probes: Iterable[Probe]) -> bool:
        """Whether it can be asked these."""
        return all(self._probes.get(probe.name) == probe for probe in probes)

    @property
    def probes(self) -> tuple[Probe, ...]:
        """What it can be asked."""
        return tuple(self._probes.values())

    def so_far(self, name: str) -> bytes:
        """What a section has said that still runs."""
        return self._frames.so_far(name)

    async def carry(self, connection: asyncssh.SSHClientConnection) -> bool:
        """Opens the channel, sends the script, stays until the end. True when it is closed."""
        try:
            if not self.is_over:
                acknowledge_soon(connection)
                channel, _ = await connection.create_session(lambda: self, COMMAND, encoding=None)
                # A host that has closed already may have said why: that is to be heard.
                with contextlib.suppress(BrokenPipeError):
                    channel.write(self._script.text.encode())
                await self._end.wait()
        except (OSError, asyncssh.Error) as error:
            self._fail(_no_session(error, self._where))
        finally:
            self.leave()
        return await self._close()

    def leave(self) -> None:
        """Ends it: at the end of its input everything it runs is killed."""
        self.is_over = True
        self._end.set()
        self._news.set()
        for flight in (*self._flights.values(), *self._unwanted.values()):
            self._settle(flight, None)

    async def ask(self, probes: Sequence[Probe], patience_s: float | None = None) -> Answer:
        """Runs the sections, each once at a time, and gives those that ended.

        A section of a former question that nobody waited for is given now; one that has its turn
        in each tick is run anew as well.

        Args:
            probes: what to ask.
            patience_s: once one section has come, how long the others may keep this waiting; those
                run on. None waits for all, which their time limits bound.
        """
        asked_at = self._clock()
        await self._up()
        kept = self._kept_of(probes)
        flights = await self._begin(
            [it for it in probes if it.name not in kept or it.every_s == EACH_TICK]
        )
        try:
            waited = [flight.over for name, flight in flights.items() if name not in kept]
            if waited and not self.is_over:
                await _wait(waited, patience_s)
        except asyncio.CancelledError:
            for flight in flights.values():
                flight.waiters -= 1
                if flight.waiters == 0:
                    self._cancel(flight)
            raise
        for flight in flights.values():
            flight.waiters -= 1
        return self._answer(flights, kept, asked_at)

    def _answer(
        self, flights: Mapping[str, _Flight], kept: Mapping[str, Section], asked_at: float
    ) -> Answer:
        ended = {name: it.over.result() for name, it in flights.items() if it.over.done()}
        fresh = {name: it for name, it in ended.items() if it is not None}
        sections = {**kept, **fresh}
        missing = set(flights) - set(sections)
        now = self._clock()
        old = kept.keys() - fresh.keys()
        return Answer(
            sections=sections,
            ages={name: now - (kept[name].ended_at or now) for name in old},
            running=frozenset() if self.is_over else frozenset(missing),
            fault=self._why() if missing and self.is_over else None,
            is_heard=self._heard_at >= asked_at,
        )

    async def _up(self) -> None:
        """Waits until the loop reads lines, or is over."""
        try:
            async with asyncio.timeout(UP_S):
                while not (self._frames.is_up or self.is_over):
                    await self._news.wait()
        except TimeoutError:
            self._fail(ssh_faults.too_slow(self._where, UP_S))

    def _kept_of(self, probes: Sequence[Probe]) -> dict[str, Section]:
        young = self._clock() - KEPT_S
        kept = {probe.name: self._kept.pop(probe.name, None) for probe in probes}
        return {
            name: it
            for name, it in kept.items()
            if it is not None and it.ended_at is not None and it.ended_at >= young
        }

    async def _begin(self, probes: Sequence[Probe]) -> dict[str, _Flight]:
        """The sections in flight, those begun that are not."""
        dying = [it.over for (_, name), it in self._unwanted.items() if name in _names(probes)]
        if dying:
            await asyncio.wait(dying, timeout=GRACE_S)
        new = [probe for probe in probes if probe.name not in self._flights]
        if new and not self.is_over:
            self._send(next(self._ticks), sorted(new, key=lambda probe: probe.is_slow))
        flights = {p.name: self._flights[p.name] for p in probes if p.name in self._flights}
        for probe in probes:
            flight = flights.get(probe.name)
            if flight is None:  # it is over: nothing is begun any more
                flight = flights[probe.name] = _Flight(probe, 0, _future())
                flight.over.set_result(None)
            flight.waiters += 1
        return flights

    def _send(self, tick: int, probes: Sequence[Probe]) -> None:
        loop = asyncio.get_running_loop()
        self._frames.expect(tick, _names(probes), self._clock())
        words = [("?" if self._frames.lingers(it.name) else "") + it.name for it in probes]
        for probe in probes:
            flight = _Flight(probe, tick, _future())
            flight.timer = loop.call_later(probe.limit_s, self._late, flight, self._clock())
            self._flights[probe.name] = flight
        self._line(f"{tick} {' '.join(words)}")

    def _line(self, line: str) -> None:
        if self._channel is not None and not self._channel.is_closing():
            with contextlib.suppress(BrokenPipeError):
                self._channel.write(f"{line}\n".encode())

    def _late(self, flight: _Flight, asked_at: float) -> None:
        """Its time is over: the host ends it and says so, of its own accord or told to."""
        if flight.probe.is_near and flight.pid is not None:
            self._line(f"! {flight.tick}.{flight.probe.name} {flight.pid}")
        loop = asyncio.get_running_loop()
        flight.timer = loop.call_later(GRACE_S, self._overdue, flight, asked_at)

    def _overdue(self, flight: _Flight, asked_at: float) -> None:
        """A section did not end in time, and the host did not say so."""
        if self._heard_at < asked_at:
            self._fail(ssh_faults.too_slow(self._where, flight.probe.limit_s + GRACE_S))
            return
        section = self._frames.give_up(flight.tick, flight.probe.name)
        self._kill(flight)
        self._settle(flight, section)

    def _cancel(self, flight: _Flight) -> None:
        """Nobody waits any more, and whoever did has left: it need not run."""
        if flight.over.done():
            return
        flight.is_unwanted = True
        self._flights.pop(flight.probe.name, None)
        self._unwanted[flight.tick, flight.probe.name] = flight
        self._kill(flight)

    def _kill(self, flight: _Flight) -> None:
        if flight.pid is not None:
            self._line(f"- {flight.tick}.{flight.probe.name} {flight.pid}")

    def _settle(self, flight: _Flight, section: Section | None) -> None:
        if flight.timer is not None:
            flight.timer.cancel()
        name = flight.probe.name
        if self._flights.get(name) is flight:
            del self._flights[name]
        self._unwanted.pop((flight.tick, name), None)
        if flight.over.done():
            return
        flight.over.set_result(section)
        if section is not None and flight.waiters == 0 and not flight.is_unwanted:
            self._kept[name] = section
        if not self._flights:
            self._line("")  # the loop collects its dead processes whenever it reads a line

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Frames of the loop, or words on stderr."""
        at = self._clock()
        self.has_heard, self._heard_at = True, at
        if datatype is not None:
            self._words += data[: _WORDS_KEPT - len(self._words)]
            self._stderr_left -= len(data)
            if self._stderr_left < 0:
                self._fail(ssh_faults.too_much(self._where))
            return
        try:
            runs = self._frames.feed(data, at)
        except TooMuch:
            self._fail(ssh_faults.too_much(self._where))
            return
        if self._frames.is_up:
            self._news.set()  # it stays set
        for run in runs:
            self._take(run)

    def _take(self, run: Run) -> None:
        flight = self._unwanted.get((run.tick, run.name)) or self._flights.get(run.name)
        if flight is None or flight.tick != run.tick:
            return
        if run.section is not None:
            self._settle(flight, run.section)
            return
        flight.pid = run.pid
        if flight.is_unwanted:
            self._kill(flight)

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """The shell was killed."""
        said = f"{self._where}: the probe was killed on the host (SIG{clean(signal, 20)})"
        self._fail(SshError(SshFault.LOST, said, hint="It may be out of memory, or stopping"))

    def exit_status_received(self, status: int) -> None:
        """The shell has ended, which it never does while it is wanted."""
        self._status = status

    def eof_received(self) -> bool:
        """Keeps our side open until `carry` closes it."""
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed, by whatever cause."""
        self.leave()

    async def _close(self) -> bool:
        if self._channel is None:
            return True
        self._channel.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._channel.wait_closed()
        except TimeoutError:
            return False
        return True

    def _fail(self, fault: SshError) -> None:
        if self._fault is None:
            self._fault = fault
        self.leave()

    def _why(self) -> SshError:
        if self._fault is not None:
            return self._fault
        has_run = self._frames.is_up or self._status is None
        return ssh_faults.lost(self._where) if has_run else self._not_run()

    def _not_run(self) -> SshError:
        lines = decode(self._frames.noise + b"\n" + bytes(self._words)).split("\n")
        said = next((clean(line.strip(), 160) for line in lines if line.strip()), "nothing")
        return SshError(
            SshFault.BAD_ANSWER,
            f"{self._where}: it let us in but did not run the probe; it said: {said}",
            hint="The host must run commands with /bin/sh; the gateway ssh.runpod.io does not",
        )


async def _wait(
    futures: Sequence[asyncio.Future[Section | None]], patience_s: float | None
) -> None:
    """Until all are done; after `patience_s`, until one is."""
    done, _ = await asyncio.wait(futures, timeout=patience_s)
    if not done:
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


def _future() -> asyncio.Future[Section | None]:
    return asyncio.get_running_loop().create_future()


def _names(probes: Iterable[Probe]) -> list[str]:
    return [probe.name for probe in probes]


def _no_session(error: Exception, where: str) -> SshError:
    if isinstance(error, asyncssh.ChannelOpenError) and "closed" not in error.reason:
        return SshError(
            SshFault.BAD_ANSWER,
            f"{where}: it refused to open a session: {clean(error.reason, 160)}",
            hint="Too many sessions may be open on it",
        )
    return ssh_faults.lost(where)
