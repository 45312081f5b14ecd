"""One exec request: the command runs in a real shell, its streams joined to the channel."""

import asyncio
import contextlib
import re
import signal
from typing import Final

import asyncssh

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.ssh.container import Containers, kill_group
from rgt_tui.simulator.ssh.link import Link

COMMAND_LIMIT_S: Final = 3600.0
"""A session that outlives this is killed, whatever it does."""

_DRAIN_S: Final = 5.0
"""How long output is awaited from processes the shell left behind."""

_LEAVE_S: Final = 3.0
"""How long a shell may take to end after its channel is closed."""

_CHUNK: Final = 65_536

Channel = asyncssh.SSHServerProcess[bytes]

CHANGES: Final = "exec sh -s 2>&1"
"""How scripts arrive that change a Pod. They are never run: the machine here is a person's own."""

_NOTED_MAX: Final = 1 << 20
_END: Final = re.compile(rb"([0-9a-f]{32}) \"\$\?\"\s*\Z")


async def execute(channel: Channel, containers: Containers, pod: Pod) -> None:
    """Runs the channel's command (a login shell without one) until it ends or the channel does."""
    if channel.command == CHANGES:
        await _note(channel, pod)
        return
    async with containers.session(pod) as environment:
        process = await _start(channel.command or "exec /bin/sh", environment)
        try:
            await _join(channel, process, containers.link_of(pod))
        finally:
            await _end(process)


async def _note(channel: Channel, pod: Pod) -> None:
    """Takes in a script and says that it ended well, without running any of it."""
    script = b""
    while len(script) < _NOTED_MAX and (part := await channel.stdin.read(_CHUNK)):
        script += part
    end = _END.search(script)
    lines = script.count(b"\n")
    channel.stdout.write(b"simulated Pod: %d lines were taken in, none was run\n" % lines)
    if end is not None:
        channel.stdout.write(b"\n%s 0\n" % end[1])
    channel.exit(0)


async def _start(command: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    """A shell that runs `command`; a start that is cancelled is ended before it is given up.

    asyncio leaves the pipes of a process open whose start is cancelled half-way.
    """
    async with asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(
            asyncio.create_subprocess_exec(
                "/bin/sh",
                "-c",
                command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                cwd=environment["HOME"],
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await _end(await starting)
            raise


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kills what is left of a process and closes its pipes, once they are read to their ends.

    A grandchild in a group of its own may hold a pipe for longer; asyncio would then leave its
    end open to the collector, which finds the loop closed.
    """
    kill_group(process)
    try:
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                for pipe in (process.stdout, process.stderr):
                    if pipe is not None:
                        while await pipe.read(_CHUNK):
                            pass
        await process.wait()
    finally:
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  # no public way


async def _join(channel: Channel, process: asyncio.subprocess.Process, link: Link) -> None:
    async with asyncio.TaskGroup() as tasks:
        feed = tasks.create_task(_feed(channel, process))
        drains = [
            tasks.create_task(_drain(process.stdout, channel.stdout, link)),
            tasks.create_task(_drain(process.stderr, channel.stderr, link)),
        ]
        watch = tasks.create_task(_kill_when_closed(channel, process))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COMMAND_LIMIT_S):
                await process.wait()
        # sshd, too, holds the channel while a child of the shell keeps its pipes.
        await asyncio.wait(drains, timeout=_DRAIN_S)
        _finish(channel, process.returncode)
        for task in (feed, watch, *drains):
            task.cancel()


async def _kill_when_closed(channel: Channel, process: asyncio.subprocess.Process) -> None:
    """As sshd does: a closed channel is the end of the shell's input. What stays is killed."""
    await channel.channel.wait_closed()
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        async with asyncio.timeout(_LEAVE_S):
            await process.wait()
    except TimeoutError:
        kill_group(process)


def _finish(channel: Channel, code: int | None) -> None:
    if channel.is_closing():
        return
    if code is None:
        channel.exit_with_signal("KILL", msg="time limit")
    elif code < 0:
        channel.exit_with_signal(signal.Signals(-code).name.removeprefix("SIG"))
    else:
        channel.exit(code)


async def _feed(channel: Channel, process: asyncio.subprocess.Process) -> None:
    """Copies what the client sends. Signals are ignored, as OpenSSH does for root."""
    writer = process.stdin
    if writer is None:
        return
    with contextlib.suppress(OSError, asyncssh.Error):
        while True:
            try:
                chunk = await channel.stdin.read(_CHUNK)
            except (asyncssh.SignalReceived, asyncssh.BreakReceived):
                continue
            if not chunk:
                break
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def _drain(
    reader: asyncio.StreamReader | None, writer: asyncssh.SSHWriter[bytes], link: Link
) -> None:
    """Copies what a process says; when nobody hears it any more, to nowhere.

    For asyncio a process has ended once its pipes are read to their ends.
    """
    is_heard = True
    while reader is not None and (chunk := await reader.read(_CHUNK)):
        try:
            if is_heard:
                await link.carry(len(chunk))
                writer.write(chunk)
                await writer.drain()
        except (OSError, asyncssh.Error):
            is_heard = False
