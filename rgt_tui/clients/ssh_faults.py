"""What asyncssh and the system raise, as one sentence with the remedy."""

import errno
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncssh

from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.text import clean

_KEY_HINT: Final = (
    "A Pod accepts the keys the account had when the Pod was created; a key added later is not in "
    "it. Check which key belongs here, or give it with --identity FILE"
)
_GONE_HINT: Final = "The Pod may have stopped or moved to another port: read the Pod list again"


def connect_fault(error: Exception, where: str) -> SshError:
    """Why no connection came about, by what was raised. `where` names the host."""
    match error:
        case SshError():
            return error
        case socket.gaierror() | UnicodeError():  # the latter: no host name at all
            return SshError(
                SshFault.DNS,
                f"{where}: the host name cannot be resolved",
                hint="Check the spelling and this machine's DNS",
            )
        case ConnectionRefusedError():
            return SshError(
                SshFault.REFUSED,
                f"{where}: connection refused, nothing listens on that port",
                hint=_GONE_HINT,
            )
        case asyncssh.DisconnectError():
            return _disconnected(error, where)
        case OSError():
            return _system(error, where)
    return SshError(SshFault.BAD_ANSWER, f"{where}: {clean(str(error) or repr(error), 200)}")


def denied(where: str, locked: Sequence[Path], offered: Sequence[str]) -> SshError:
    """No key was accepted.

    Args:
        where: names the host.
        locked: key files that could not be opened.
        offered: what was, in words; empty when there was nothing to offer.
    """
    if not locked and not offered:
        hint = "Give a key with --identity FILE, or add one to the agent: ssh-add FILE"
        said = f"{where}: no key was offered: no key file is here, and the agent holds none"
        return SshError(SshFault.NO_KEY, said, hint=hint)
    if not locked:
        hint = f"Offered: {clean(', '.join(offered), 300)}. {_KEY_HINT}"
        return SshError(SshFault.AUTH, f"{where}: no offered key was accepted", hint=hint)
    return SshError(
        SshFault.KEY_LOCKED,
        f"{where}: no offered key was accepted; {locked[0]} needs a passphrase and was not tried",
        hint=f"Add it to the agent: ssh-add {locked[0]}",
    )


def connect_timeout(where: str, seconds: float) -> SshError:
    """Nothing usable came within the time for connecting."""
    return SshError(
        SshFault.TIMEOUT,
        f"{where}: no SSH login within {seconds:g} s",
        hint="The host is silent or something other than SSH answers there; " + _GONE_HINT,
    )


def lost(where: str) -> SshError:
    """The connection broke before the answer was whole."""
    return SshError(
        SshFault.LOST,
        f"{where}: the connection was lost before the answer was complete",
        hint="It is tried again; if this stays, look whether the Pod restarts or the network drops",
    )


def too_slow(where: str, seconds: float) -> SshError:
    """A probe did not come to its end in time."""
    return SshError(
        SshFault.TIMEOUT,
        f"{where}: the probe did not end within {seconds:g} s",
        hint="The machine is overloaded or a file system hangs",
    )


def too_much(where: str) -> SshError:
    """A host sends without end."""
    return SshError(
        SshFault.BAD_ANSWER,
        f"{where}: it sent far more than was asked for",
        hint="A start-up file such as ~/.bashrc may print without end",
    )


def _disconnected(error: asyncssh.DisconnectError, where: str) -> SshError:
    said = clean(error.reason, 200)
    if "Too many authentication failures" in said:
        return SshError(
            SshFault.AUTH,
            f"{where}: too many keys were offered before the right one",
            hint="Name the right one with --identity FILE: named keys are offered first",
        )
    if "anner line" in said or "version" in said.lower():
        return SshError(
            SshFault.NOT_SSH,
            f"{where}: something other than an SSH server answers there ({said})",
            hint="Check host and port",
        )
    if isinstance(error, asyncssh.ConnectionLost):
        return _closed(where)
    return SshError(SshFault.BAD_ANSWER, f"{where}: the SSH handshake failed: {said}")


def _system(error: OSError, where: str) -> SshError:
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        return _closed(where)
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return SshError(SshFault.TIMEOUT, f"{where}: no answer to the connection", hint=_GONE_HINT)
    said = clean(error.strerror or str(error), 200)
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN):
        return SshError(SshFault.TIMEOUT, f"{where}: {said}", hint="Check this machine's network")
    if error.errno is None and "Multiple exceptions" in said:
        # One refusal per address of the name.
        return SshError(SshFault.REFUSED, f"{where}: no address of the host accepts", hint=said)
    return SshError(SshFault.RESET, f"{where}: {said}", hint="Check this machine's network")


def _closed(where: str) -> SshError:
    return SshError(
        SshFault.RESET,
        f"{where}: the connection was closed during the SSH handshake",
        hint="The host is starting, overloaded, or not an SSH server; try again in a moment",
    )
