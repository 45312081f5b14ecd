"""A conversation with the verifier process on a Pod, over the Pod's standing connection.

The command line is constant; the program and every request go through standard input.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

import asyncssh

from rgt_tui.clients import ssh_faults
from rgt_tui.clients.ssh_session import Session, start
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.text import clean, decode
from rgt_tui.verifiers._compose import BOOT, preamble

COMMAND: Final = f"exec python3 -I -S -c '{BOOT}'"
LINE_MAX: Final = 1 << 20
BYTES_MAX: Final = 64 << 20
"""What a listing or the proofs of one checkpoint may take; file content is not counted."""
_NO_PYTHON: Final = 127


class Talk:
    """Asks, and reads the answers; one request at a time. `is_shell` says that no Python answers."""

    is_shell: bool = False

    def __init__(
        self,
        session: Session,
        where: str,
        names: tuple[str, ...] = (),
    ) -> None:
        """Sends nothing yet; `names` are the files of the family to send, none for all."""
        self._names: Final = names
        self._session: Final = session
        self._where: Final = where
        self._started = False
        self._held = b""
        self._at = 0

    async def ask(
        self, request: Mapping[str, Any], *, silence_s: float, bytes_max: int = BYTES_MAX
    ) -> AsyncIterator[dict[str, Any]]:
        """The answers to one request.

        Args:
            request: an operation of `verifiers._worker`.
            silence_s: how long nothing may come before the Pod counts as lost.
            bytes_max: what all answers together may take.

        Raises:
            SshError: the connection broke, or the answer is none of the verifier's.
        """
        await self.send(request)
        left = bytes_max
        while True:
            line = await self.line(silence_s)
            left -= len(line)
            if left < 0:
                raise self._bad("it sent far more than was asked for")
            answer = self.parsed(line)
            if "refused" in answer:
                raise SshError(
                    SshFault.NO_PYTHON, f"{self._where}: {clean(str(answer['refused']), 200)}"
                )
            if "done" in answer:
                return
            yield answer

    async def send(self, request: Mapping[str, Any]) -> None:
        """Sends a request, the program before the first one.

        Raises:
            SshError: the connection broke.
        """
        data = b"" if self._started else preamble(self._names)
        self._started = True
        try:
            await self._session.write(data + json.dumps(request).encode("ascii") + b"\n")
        except (OSError, asyncssh.Error) as error:
            raise await self._ended() from error

    async def line(self, silence_s: float) -> bytes:
        """The next line.

        Raises:
            SshError: none came in time, or none will.
        """
        while (end := self._held.find(b"\n", self._at)) < 0:
            if len(self._held) - self._at > LINE_MAX:
                raise self._bad("it sent a line without end")
            more = await self._more(silence_s)
            if not more:
                raise await self._ended()
            self._held, self._at = self._held[self._at :] + more, 0
        line, self._at = self._held[self._at : end + 1], end + 1
        if len(line) > LINE_MAX:
            raise self._bad("it sent a line without end")
        return line

    async def content(self, count: int, silence_s: float) -> bytes:
        """Exactly `count` bytes of file content.

        Raises:
            SshError: they did not come.
        """
        parts: list[memoryview] = []
        while count:
            parts.append(await self.some(count, silence_s))
            count -= len(parts[-1])
        return b"".join(parts)

    async def some(self, limit: int, silence_s: float) -> memoryview:
        """The next bytes of file content as they came, one at least and `limit` at most; no copy.

        Raises:
            SshError: they did not come.
        """
        if self._at >= len(self._held):
            self._held, self._at = await self._more(silence_s), 0
            if not self._held:
                raise ssh_faults.lost(self._where)
        view = memoryview(self._held)[self._at : self._at + limit]
        self._at += len(view)
        return view

    async def _more(self, silence_s: float) -> bytes:
        """What has come; nothing at the end."""
        if here := self._session.taken():  # no timer for what need not be waited for
            return here
        try:
            async with asyncio.timeout(silence_s):
                return await self._session.read()
        except TimeoutError as error:
            hint = "A file system on it may hang, or the machine is overloaded"
            said = f"{self._where}: nothing came for {silence_s:.0f} s"
            raise SshError(SshFault.TIMEOUT, said, hint=hint) from error
        except (OSError, asyncssh.Error) as error:
            raise ssh_faults.lost(self._where) from error

    def parsed(self, line: bytes) -> dict[str, Any]:
        """A line as the table it must hold.

        Raises:
            SshError: it holds none.
        """
        return self._parsed(line)

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self._bad(f"it said: {clean(decode(line.strip()), 120)}")
        return answer

    async def _ended(self) -> SshError:
        """Why the process is gone."""
        with contextlib.suppress(TimeoutError, OSError, asyncssh.Error):
            async with asyncio.timeout(2):
                await self._session.wait_closed()
        if self._session.exit_status == _NO_PYTHON:
            return SshError(
                SshFault.NO_PYTHON,
                f"{self._where}: there is no python3 on it, which verifying and pulling need",
                hint="Install python3 (3.8 or later) in the Pod's image",
            )
        if self._session.exit_status is None:
            return ssh_faults.lost(self._where)
        return self._bad(f"the verifier ended with status {self._session.exit_status}")

    def _bad(self, why: str) -> SshError:
        return SshError(SshFault.BAD_ANSWER, f"{self._where}: the verifier could not run: {why}")


@contextlib.asynccontextmanager
async def talk(
    connection: asyncssh.SSHClientConnection,
    where: str,
    *,
    command: str = COMMAND,
    make: Callable[[Session, str], Talk] = Talk,
) -> AsyncIterator[Talk]:
    """A verifier process on a connection, for as long as the block.

    Args:
        connection: to the host.
        where: names the host in messages.
        command: what the host runs.
        make: how it is spoken to.

    Raises:
        SshError: the host opens no session.
    """
    try:
        session = await start(connection, command)
    except (OSError, asyncssh.Error) as error:
        raise ssh_faults.lost(where) from error
    try:
        yield make(session, where)
    finally:
        session.close()
        with contextlib.suppress(TimeoutError, OSError, asyncssh.Error):
            async with asyncio.timeout(3):
                await session.wait_closed()
