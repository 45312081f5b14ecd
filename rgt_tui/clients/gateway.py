"""A Pod's shell through RunPod's gateway: a terminal into which programs are typed.

The gateway offers no commands, no SFTP and no forwarding (RP6), and its exit status says nothing:
it is 0 also where no shell came. What counts is a whole answer with the right checksum; see
`gateway_text` for how that is had.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import Final

import asyncssh

from rgt_tui.clients import gateway_text as text
from rgt_tui.clients import ssh_faults
from rgt_tui.clients.ssh_wire import acknowledge_soon
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.text import clean, decode
from rgt_tui.probes._frames import Frames, TooMuch
from rgt_tui.probes._script import Script

COLUMNS: Final = 200
ROWS: Final = 50
GREETING_S: Final = 2.5
QUIET_S: Final = 0.15
"""The prompt is taken to be there once nothing more has come for so long."""
_BREAKS: Final = (b"", b"\x15", b"\x03\x15")
"""Before each try: nothing, then what clears a line, then what interrupts a program as well."""
BOOT_S: Final = (5.0, 5.0, 8.0)
"""How long a slow start-up file may take before the line is typed again."""
TAKEN_S: Final = 6.0
"""How long the loop may take to say that a program has arrived."""
TRIES: Final = 3
CLOSE_S: Final = 2.0
_CHUNK: Final = 65_536
_SHOWN_MAX: Final = 2 * text.OUTPUT_MAX
_TAIL: Final = 256
"""Bytes before a chunk in which a mark may have begun."""
_NO_WAY: Final = "The Pod may be stopped, or its container not started: see its system log"


class Gateway:
    """One Pod's terminal behind the gateway: opened when it is wanted, one program at a time."""

    def __init__(self, connection: asyncssh.SSHClientConnection, where: str) -> None:
        self._connection: Final = connection
        self._where: Final = where
        self._turn: Final = asyncio.Lock()
        self._terminal: _Terminal | None = None

    async def ask(self, script: Script, *, deadline_s: float) -> tuple[Frames, SshError | None]:
        """The sections that came back of a composed script, and why not all of them did.

        Raises:
            SshError: no section came back whole.
        """
        frames = Frames(script)
        try:
            frames.feed(await self.run(script.text, deadline_s=deadline_s))
        except TooMuch as error:
            raise ssh_faults.too_much(self._where) from error
        fault = None if frames.is_done else ssh_faults.lost(self._where)
        if fault is not None and not frames.sections:
            raise fault
        return frames, fault

    async def run(self, script: str, *, deadline_s: float) -> bytes:
        """What the script prints; on a Pod only one runs at a time.

        Args:
            script: POSIX sh whose standard input is the terminal.
            deadline_s: seconds for the script, once a shell is there.

        Raises:
            SshError: no shell came, or no whole answer.
        """
        async with self._turn:
            try:
                if self._terminal is None:
                    self._terminal = await _open(self._connection, self._where)
                    await self._terminal.boot()
                packed = await self._terminal.run(script, deadline_s)
            except BaseException:  # also when cancelled: what it will say is of no use to the next
                await self._leave()
                raise
            if packed.is_spent:
                await self._leave()
            return packed.output

    async def _leave(self) -> None:
        terminal, self._terminal = self._terminal, None
        if terminal is not None:
            await terminal.close()


class _Terminal:
    """A terminal and what it has shown since the last thing typed."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes], where: str) -> None:
        self._process: Final = process
        self._where: Final = where
        self._nonce: Final = secrets.token_hex(6)
        self._shown = bytearray()

    async def boot(self) -> None:
        """Puts our loop in the place of the login shell.

        Raises:
            SshError: no shell came.
        """
        await self._greeting()
        mark = text.up_mark(self._nonce)
        for keys, seconds in zip(_BREAKS, BOOT_S, strict=True):
            await self._type(keys + text.boot_line(self._nonce), seconds)
            if await self._comes(lambda start: self._shown.find(mark, start) >= 0, seconds):
                return
        said = self._last_words() or "nothing"
        raise SshError(
            SshFault.NO_SHELL,
            f"{self._where}: the terminal does not take commands; it said: {said}",
            hint="The image may have no /bin/sh, or a start-up file of its shell waits for a key",
        )

    async def run(self, script: str, deadline_s: float) -> text.Packed:
        """The checked answer to a script.

        Raises:
            SshError: no whole answer came.
        """
        for _ in range(TRIES):
            run = secrets.token_hex(6)
            self._shown.clear()
            await self._type(text.program(script, nonce=self._nonce, run=run), TAKEN_S)
            if not await self._is_taken():
                continue
            if not await self._comes(partial(self._has_ended, run), deadline_s):
                raise ssh_faults.too_slow(self._where, deadline_s)
            if self._shown.find(text.no_tool_mark(run)) >= 0:
                raise _no_tool(self._where)
            packed = text.unpack(self._shown, run)
            if packed is not None:
                return packed
        raise SshError(
            SshFault.BAD_ANSWER,
            f"{self._where}: {TRIES} answers in a row came damaged through the gateway",
            hint="Something may write to its terminal; direct SSH needs 22/tcp among its ports",
        )

    async def close(self) -> None:
        """Hangs up: whatever still runs there is ended by that."""
        self._process.close()
        with contextlib.suppress(TimeoutError, OSError, asyncssh.Error):
            async with asyncio.timeout(CLOSE_S):
                await self._process.wait_closed()

    async def _is_taken(self) -> bool:
        taken, bad = text.taken_mark(self._nonce), text.bad_mark(self._nonce)

        def told(start: int) -> bool:
            return self._shown.find(taken, start) >= 0 or self._shown.find(bad, start) >= 0

        return await self._comes(told, TAKEN_S) and self._shown.find(taken) >= 0

    def _has_ended(self, run: str, start: int) -> bool:
        is_short = self._shown.find(text.no_tool_mark(run), start) >= 0
        return is_short or text.has_end(self._shown, run, start)

    async def _greeting(self) -> None:
        """Waits for the prompt: the first output, and then a moment of quiet."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GREETING_S):
                await self._read()
                while True:
                    try:
                        async with asyncio.timeout(QUIET_S):
                            await self._read()
                    except TimeoutError:
                        return

    async def _type(self, keys: bytes, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                self._process.stdin.write(keys)
                await self._process.stdin.drain()
        except TimeoutError as error:
            raise ssh_faults.too_slow(self._where, seconds) from error
        except (OSError, asyncssh.Error) as error:
            raise self._gone() from error

    async def _comes(self, is_there: Callable[[int], bool], seconds: float) -> bool:
        """Reads until something is there; False when it is not in time."""
        start = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not is_there(start):
                    start = max(0, len(self._shown) - _TAIL)
                    await self._read()
                return True
        return False

    async def _read(self) -> None:
        try:
            chunk = await self._process.stdout.read(_CHUNK)
        except (OSError, asyncssh.Error) as error:
            raise self._gone() from error
        if not chunk:
            raise self._gone()
        self._shown += chunk
        if len(self._shown) > _SHOWN_MAX:
            raise ssh_faults.too_much(self._where)

    def _gone(self) -> SshError:
        """Why there is no terminal any more: by what was said, never by the exit status."""
        said = self._last_words()
        if text.up_mark(self._nonce) in self._shown or text.taken_mark(self._nonce) in self._shown:
            return ssh_faults.lost(self._where)
        if not said:
            said = "the gateway closed the way to the Pod without a word"
        else:
            said = f"no shell of the container came through the gateway; it said: {said}"
        return SshError(SshFault.NO_SHELL, f"{self._where}: {said}", hint=_NO_WAY)

    def _last_words(self) -> str:
        """The last line that was shown, apart from the gateway's greeting and what we typed."""
        theirs, _, _ = bytes(self._shown).partition(text.ECHO)
        shown = decode(text.plain(theirs[-4096:])).split("\n")
        lines = [clean(line.strip(), 160) for line in shown]
        told = [line for line in lines if line and not _is_greeting(line)]
        return told[-1] if told else ""


def _is_greeting(line: str) -> bool:
    return line == "-- RUNPOD.IO --" or line.startswith("Enjoy your Pod #")


async def _open(connection: asyncssh.SSHClientConnection, where: str) -> _Terminal:
    acknowledge_soon(connection)
    try:
        async with asyncio.timeout(BOOT_S[-1]):
            process = await connection.create_process(
                request_pty="force",
                term_type="dumb",
                term_size=(COLUMNS, ROWS),
                encoding=None,
            )
    except TimeoutError as error:
        raise ssh_faults.too_slow(where, BOOT_S[-1]) from error
    except asyncssh.ChannelOpenError as error:
        raise SshError(
            SshFault.NO_SHELL,
            f"{where}: the gateway opens no terminal: {clean(error.reason, 160)}",
            hint=_NO_WAY,
        ) from error
    except (OSError, asyncssh.Error) as error:
        raise ssh_faults.lost(where) from error
    return _Terminal(process, where)


def _no_tool(where: str) -> SshError:
    return SshError(
        SshFault.BAD_ANSWER,
        f"{where}: it has neither base64 nor od, which the way through the gateway needs",
        hint="Give the Pod direct SSH: add 22/tcp to its ports (that restarts it)",
    )
