"""One script run on a Pod over its direct SSH: written down before, once, with its end told.

The command line is constant; the script goes through standard input, so that no name in it is ever
an argument. Its end is told by a random marker with the exit status: what has none was cut off,
and what it did is not known.
"""

import asyncio
import contextlib
import secrets
from typing import Final

import asyncssh

from rgt_tui.clients import ssh_faults
from rgt_tui.clients.ssh_wire import acknowledge_soon
from rgt_tui.domain.ran import Ran
from rgt_tui.domain.text import clean, decode
from rgt_tui.guard.record import Recorded

COMMAND: Final = "exec sh -s 2>&1"
OUTPUT_MAX: Final = 64 * 1024
"""Bytes of output that are kept; the last ones tell most."""
TAIL_CELLS: Final = 300


async def run(
    connection: asyncssh.SSHClientConnection,
    pod: str,
    script: str,
    record: Recorded,
    limit_s: float,
) -> Ran:
    """Runs a script to its end.

    Args:
        connection: to the Pod.
        pod: its id.
        script: POSIX sh.
        record: the journal's proof that it is written down; used up before anything is sent.
        limit_s: seconds after which it is no longer waited for.

    Raises:
        GuardRefused: the journal holds another script, or this one was run already.
        SshError: the host opens no session; nothing was run.
    """
    record.spend("SSH", f"/{pod}", script.encode())
    marker = secrets.token_hex(16)
    acknowledge_soon(connection)
    try:
        process = await connection.create_process(COMMAND, encoding=None)
    except (OSError, asyncssh.Error) as error:
        raise ssh_faults.lost(pod) from error
    output = b""
    try:
        with contextlib.suppress(TimeoutError, OSError, asyncssh.Error):
            async with asyncio.timeout(limit_s):
                process.stdin.write(_wrapped(script, marker))
                process.stdin.write_eof()
                while part := await process.stdout.read(16384):
                    output = (output + part)[-OUTPUT_MAX:]
    finally:
        process.close()
    return _ended(output, marker)


def _wrapped(script: str, marker: str) -> bytes:
    """The script in a shell of its own, whose end is told whatever it does to itself."""
    return f"(\n{script}\n) </dev/null\nprintf '\\n%s %s\\n' {marker} \"$?\"\n".encode()


def _ended(output: bytes, marker: str) -> Ran:
    before, found, after = output.rpartition(marker.encode("ascii"))
    words = after.split()
    status = int(words[0]) if found and words and words[0].isdigit() else None
    lines = [line for line in decode(before if found else output).splitlines() if line.strip()]
    return Ran(status, clean("; ".join(lines[-4:]), TAIL_CELLS))
