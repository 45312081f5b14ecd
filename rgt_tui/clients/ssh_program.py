"""What the `ssh` program is told of host keys: the one key that may answer, or that it takes the first.

Each Pod has a known_hosts file of its own below our state folder, in which it goes by a name and not by
its address: RunPod gives an address to others when a Pod stops. `UpdateHostKeys no` keeps a host from
adding keys to it. A key that `ssh` itself took first counts for that start of the Pod and no other.
Source: ssh_config(5) of OpenSSH 9.2.
"""

import asyncio
import os
import re
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.clients.hostkeys import fingerprint
from rgt_tui.clients.ssh_target import SshTarget
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pod import SshRoad
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

_LONGEST: Final = 64 * 1024
_UNFIT: Final = re.compile(r'["\\\n$]')
"""What a path in a value of ssh_config cannot hold, or would mean something else."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
QUIET: Final = (
    "-a", "-x",
    "-o", "PermitLocalCommand=no",
    "-o", "ServerAliveInterval=15",
)  # fmt: skip
"""Neither agent nor screen are lent to a rented machine, and a dead line is noticed."""


@dataclass(frozen=True, slots=True)
class Believed:
    """Which host key `ssh` takes.

    Attributes:
        options: for its command line.
        is_known: whether it is told the key; else it takes the first one it sees, and keeps to it.
    """

    options: tuple[str, ...]
    is_known: bool


def believe(target: SshTarget, key: str, folder: Path) -> Believed:
    """Writes the known_hosts file of a host; `key` is the accepted one, empty when none is known.

    Raises:
        SshError: the file cannot be written, or `ssh` took a key that is not the Pod's.
    """
    alias = "rgt-gateway" if target.road is SshRoad.PROXY else target.alias
    name = alias.removeprefix("rgt-")
    if not _NAME.fullmatch(name):
        raise _fault(f"{clean(name, 64)!r} cannot be the name of a file")
    file = folder / "known_hosts" / name
    first = f"# of the start {target.start}"
    try:
        places.ensure_private(file.parent)
        rows = _rows(file, first)
        key = key or _taken(file, rows or [], target)
        if key:
            places.write_private(file, f"{first}\n{alias} {key}\n".encode())
        elif rows is None:
            places.write_private(file, f"{first}\n".encode())
    except OSError as error:
        raise _fault(f"{clean(str(file))}: {places.why(error)}") from error
    options = (
        f"HostKeyAlias={alias}",
        f"UserKnownHostsFile={as_value(file)}",
        "GlobalKnownHostsFile=/dev/null",
        f"StrictHostKeyChecking={'yes' if key else 'accept-new'}",
        "CheckHostIP=no",
        "UpdateHostKeys=no",
    )
    return Believed(tuple(word for it in options for word in ("-o", it)), bool(key))


async def printed_key(target: SshTarget, timeout_s: float) -> str:
    """The key a host shows before any login, compared with its Pod's boot log.

    Returns:
        As OpenSSH writes it; empty when the log holds none, or the host is not reached straight.

    Raises:
        SshError: the key is none of those in the log.
    """
    if not target.printed:
        return ""
    import asyncssh  # a third of a second: only where we cannot log in ourselves

    try:
        async with asyncio.timeout(timeout_s):
            shown = await asyncssh.get_server_host_key(target.host, target.port, config=None)
    except (OSError, TimeoutError, asyncssh.Error):
        return ""
    key = shown.export_public_key().decode().strip() if shown is not None else ""
    if key and fingerprint(key) not in target.printed:
        raise _not_printed(target, "Read the Pod list again; another machine may be answering.")
    return key


def as_value(path: Path) -> str:
    """A path as one value of an option of `ssh`.

    Raises:
        SshError: it holds what cannot be said there.
    """
    text = os.fspath(path)
    if _UNFIT.search(text):
        raise _fault(f"{clean(text)} has a quote, a backslash, a $ or a line break")
    return f'"{text.replace("%", "%%")}"'


def identity(path: Path) -> tuple[str, str]:
    """The option that offers a private key; `ssh` would fill in what follows a %."""
    return "-i", os.fspath(path).replace("%", "%%")


def _rows(file: Path, first: str) -> list[str] | None:
    """What stands in the file behind its first line; None where there is none that begins so."""
    try:
        text = places.read_regular(file, _LONGEST)[0].decode(errors="replace")
    except FileNotFoundError:
        return None
    return text.splitlines()[1:] if text.startswith(first) else None


def _taken(file: Path, rows: list[str], target: SshTarget) -> str:
    """The key that `ssh` took at an earlier call since this start of the Pod; empty for none."""
    keys = [" ".join(row.split()[1:3]) for row in rows if len(row.split()) >= 3]
    if not keys:
        return ""
    try:
        seen = fingerprint(keys[0])
    except ValueError as error:
        raise _fault(f"{clean(str(file))} holds no public key; remove it") from error
    if target.printed and seen not in target.printed:
        raise _not_printed(target, f"Remove {clean(str(file))} to try again.")
    return keys[0]


def _not_printed(target: SshTarget, hint: str) -> SshError:
    said = f"{target.where}: the host key it has shown is not in the Pod's boot log"
    return SshError(SshFault.HOST_KEY_CHANGED, said, hint=hint)


def _fault(why: str) -> SshError:
    return SshError(
        SshFault.KEY_MODE,
        f"the host key cannot be handed to ssh: {why}",
        hint="RGT_TUI_HOME can name another folder.",
    )
