"""The private keys to log in with: files first, then the agent's."""

import contextlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import asyncssh

from rgt_tui import places
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.records import dataclass

USUAL: Final = (
    ".ssh/id_ed25519",
    ".ssh/id_ecdsa",
    ".ssh/id_rsa",
    ".runpod/ssh/runpodctl-ssh-key",
    ".runpod/ssh/RunPod-Key-Go",
)
"""Tried below the home directory when no key is named; the last two are runpodctl's."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What can be offered to a host.

    Attributes:
        pairs: from files.
        agent: socket of the agent; None without one.
        files: the files that the pairs are from.
        locked: key files that need a passphrase, which only an agent can give.
        allowed: public keys that the agent may offer; None for all it has.
    """

    pairs: tuple[asyncssh.SSHKeyPair, ...]
    agent: str | None
    locked: tuple[Path, ...] = ()
    allowed: tuple[bytes, ...] | None = None
    files: tuple[Path, ...] = ()


def usual_keys() -> tuple[Path, ...]:
    """The private keys that are offered when none is named."""
    known = (Path(places.home()) / name for name in USUAL)
    return tuple(path for path in known if path.exists())


def read_keys(
    named: Sequence[Path], agent: str | None = None, *, only_named: bool = False
) -> KeyRing:
    """The keys of the named files, or of the usual ones when none is named. Reads files.

    Args:
        named: private keys; where only those count, a public one says which key of the agent.
        agent: its socket; empty for none at all, None for that of the environment.
        only_named: whether the agent may offer only the keys of these files.

    Raises:
        SshError: a named file is missing, readable by others, damaged, or locked without an
            agent; or there is no key at all.
    """
    if agent is None:
        agent = os.environ.get("SSH_AUTH_SOCK")
    agent = agent or None
    paths = tuple(named) or tuple(Path(places.home()) / name for name in USUAL)
    found: dict[Path, Sequence[asyncssh.SSHKeyPair]] = {}
    faults: list[SshError] = []
    locked: list[Path] = []
    for path in paths:
        if (not named and not path.exists()) or (only_named and path.suffix == ".pub"):
            continue
        try:
            found[path] = _read(path)
        except SshError as fault:
            if fault.kind is SshFault.KEY_LOCKED:
                locked.append(path)
            elif named:
                raise
            faults.append(fault)
    if only_named:
        read = (pair.public_data for pairs in found.values() for pair in pairs)
        allowed = (*read, *_publics(paths))
        return _ring(found, agent if allowed else None, locked, faults, allowed)
    return _ring(found, agent, locked, faults, None)


def _ring(
    found: Mapping[Path, Sequence[asyncssh.SSHKeyPair]],
    agent: str | None,
    locked: list[Path],
    faults: list[SshError],
    allowed: tuple[bytes, ...] | None,
) -> KeyRing:
    pairs = tuple(pair for some in found.values() for pair in some)
    if not pairs and agent is None:
        raise faults[0] if faults else _none()
    return KeyRing(pairs, agent, tuple(locked), allowed, tuple(found))


def _publics(paths: Sequence[Path]) -> tuple[bytes, ...]:
    """The public keys beside key files that are locked or not there."""
    found = []
    for path in paths:
        public = path if path.suffix == ".pub" else path.with_name(f"{path.name}.pub")
        with contextlib.suppress(OSError, asyncssh.KeyImportError):
            found.append(asyncssh.read_public_key(public).public_data)
    return tuple(found)


def _read(path: Path) -> Sequence[asyncssh.SSHKeyPair]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise SshError(
            SshFault.NO_KEY,
            f"identity file {path} cannot be read: {error.strerror}",
            hint="Give the path of a private key with --identity FILE",
        ) from error
    if path.suffix == ".pub" or path.is_dir():
        raise _unusable(path, ValueError("no private key"))
    if mode & 0o077:
        raise SshError(
            SshFault.KEY_MODE,
            f"identity file {path} can be read by others (mode {mode:04o}), so it is not used",
            hint=f"Run: chmod 600 {path}",
        )
    try:
        return asyncssh.load_keypairs(str(path))
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, OSError, ValueError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> SshError:
    if isinstance(error, asyncssh.KeyEncryptionError) or "passphrase" in str(error).lower():
        return SshError(
            SshFault.KEY_LOCKED,
            f"identity file {path} is protected by a passphrase, and no agent runs",
            hint=f"Start an agent and add the key: eval $(ssh-agent); ssh-add {path}",
        )
    return SshError(
        SshFault.NO_KEY,
        f"identity file {path} is not a private key that can be read",
        hint="Give the file of the private key, not the .pub file or a folder",
    )


def _none() -> SshError:
    places = ", ".join(f"~/{name}" for name in USUAL)
    return SshError(
        SshFault.NO_KEY,
        "no SSH key was found to log in with",
        hint=f"Give one with --identity FILE or start an agent; looked at {places}",
    )
