"""One run of a script on an SSH connection.

Output is bytes: with a text encoding one bad byte from the host would end the connection. An exit
status alone proves nothing (RunPod's gateway refuses a command and returns 0): a run is whole when
the end frame and an exit status have both come.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from typing import Final

import asyncssh

from rgt_tui.clients import ssh_faults
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.text import clean, decode
from rgt_tui.probes import Section
from rgt_tui.probes._frames import Frames, TooMuch
from rgt_tui.probes._script import SHELL, Script

COMMAND: Final = f"exec {SHELL} -s"
"""Constant: nothing a host says is ever put into a command line."""
CLOSE_S: Final = 5.0
"""How long a host may take to confirm that a channel is closed before it counts as leaked."""
_WORDS_KEPT: Final = 2048
STDERR_LIMIT: Final = 1024 * 1024
"""Bytes a host may send on stderr: the sections redirect theirs, so little is expected."""


@dataclass(slots=True)
class _Times:
    """When sections began, on the loop's clock."""

    last: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)


class Run(asyncssh.SSHClientSession[bytes]):
    """One run of a script on a connection.

    Whoever waits for it may leave at any time: `carry` goes on until the host has confirmed that
    the channel is closed, since only then is its slot free (OpenSSH allows ten).

    Attributes:
        has_ended: set when nothing more is to be expected.
        has_heard: whether the host has sent anything at all.
    """

    def __init__(self, script: Script, where: str) -> None:
        self.has_ended: Final = asyncio.Event()
        self.has_heard = False
        self._script: Final = script
        self._where: Final = where
        self._frames: Final = Frames(script)
        self._times: Final = _Times()
        self._wanted = True
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._status: int | None = None
        self._words = bytearray()
        self._stderr_left = STDERR_LIMIT
        self._fault: SshError | None = None

    async def carry(self, connection: asyncssh.SSHClientConnection) -> bool:
        """Opens a channel, sends the script, waits for the end, closes. True when it is closed."""
        if not self._wanted:
            return True
        try:
            channel, _ = await connection.create_session(lambda: self, COMMAND, encoding=None)
            if self._wanted:
                # A host that has closed already may have said why: that is to be heard.
                with contextlib.suppress(BrokenPipeError):
                    channel.write(self._script.text.encode())
            await self.has_ended.wait()
        except (OSError, asyncssh.Error) as error:
            self._fail(_no_session(error, self._where))
        finally:
            self.has_ended.set()
        return await self._close()

    def leave(self, fault: SshError | None = None) -> None:
        """Wants nothing more from it. `fault` says why, when it had not ended."""
        self._wanted = False
        if fault is not None and not self.has_ended.is_set():
            self._fault = fault
        self.has_ended.set()

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

    @property
    def sections(self) -> dict[str, Section]:
        """The sections that came whole."""
        return {
            name: replace(section, seconds=self._times.seconds.get(name))
            for name, section in self._frames.sections.items()
        }

    @property
    def seconds(self) -> dict[str, float]:
        """How long each of them took."""
        return self._times.seconds

    @property
    def fault(self) -> SshError | None:
        """Why the answer is not whole; None when the end frame and an exit status came."""
        if self._fault is not None:
            return self._fault
        if self._frames.is_done and self._status is not None:
            return None
        return ssh_faults.lost(self._where) if self._status is None else self._not_run()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Output of the script, or words on stderr."""
        now = asyncio.get_running_loop().time()
        if not self.has_heard:
            # Before it the host's start-up files ran: they are not the first section's time.
            self.has_heard, self._times.last = True, now
        if datatype is not None:
            self._words += data[: _WORDS_KEPT - len(self._words)]
            self._stderr_left -= len(data)
            if self._stderr_left < 0:
                self._fail(_too_much(self._where))
            return
        try:
            finished = self._frames.feed(data)
        except TooMuch:
            self._fail(_too_much(self._where))
            return
        for name in finished:
            self._times.seconds[name] = now - self._times.last
            self._times.last = now
        self._end_if_whole()

    def exit_status_received(self, status: int) -> None:
        """The script has ended."""
        self._status = status
        self._end_if_whole()

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """The shell was killed."""
        said = f"{self._where}: the probe was killed on the host (SIG{clean(signal, 20)})"
        self._fail(SshError(SshFault.LOST, said, hint="It may be out of memory, or stopping"))

    def eof_received(self) -> bool:
        """Keeps our side open: its end of file would kill what is left of the script."""
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed, by whatever cause."""
        self.has_ended.set()

    def _end_if_whole(self) -> None:
        if self._frames.is_done and self._status is not None:
            self.has_ended.set()

    def _fail(self, fault: SshError) -> None:
        if not self.has_ended.is_set():
            self._fault = fault
            self.has_ended.set()

    def _not_run(self) -> SshError:
        lines = decode(self._frames.noise + b"\n" + bytes(self._words)).split("\n")
        said = next((clean(line.strip(), 160) for line in lines if line.strip()), "nothing")
        return SshError(
            SshFault.BAD_ANSWER,
            f"{self._where}: it let us in but did not run the probe; it said: {said}",
            hint="The host must run commands with /bin/sh; the gateway ssh.runpod.io does not",
        )


def _too_much(where: str) -> SshError:
    return SshError(
        SshFault.BAD_ANSWER,
        f"{where}: it sent far more than was asked for",
        hint="A start-up file such as ~/.bashrc may print without end",
    )


def _no_session(error: Exception, where: str) -> SshError:
    if isinstance(error, asyncssh.ChannelOpenError) and "closed" not in error.reason:
        return SshError(
            SshFault.BAD_ANSWER,
            f"{where}: it refused to open a session: {clean(error.reason, 160)}",
            hint="Too many sessions may be open on it",
        )
    return ssh_faults.lost(where)
