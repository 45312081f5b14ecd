"""Which host key a Pod must show, so that nobody else can answer in its place.

A Pod makes new host keys each time it starts, and RunPod gives its ip:port to others when it
stops. So a key is pinned to the Pod's id and start, never to an address: within one start it may
not change, and with a new start a new one is taken. Where the Pod's own boot log has printed the
fingerprints of its keys, only one of those is taken, and says so (`boot log`); else a key seen for
the first time is trusted on that first use, and says that (`first seen`).

Public keys are held as the text OpenSSH writes: `ssh-ed25519 AAAA...`.
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, field
from pathlib import Path
from typing import Final, Protocol

from rgt_tui import places
from rgt_tui.clients.strict_json import Json, parse
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.records import dataclass

SCHEMA: Final = 1
PINS_KEPT: Final = 2000
LONGEST: Final = 1024 * 1024
"""Bytes of the file of pins."""
LOCK_WAIT_S: Final = 1.5
"""How long another program may hold the lock before we go on without writing."""
FIRST_SEEN: Final = "first seen"
VERIFIED: Final = "boot log"
PINNED: Final = "pinned"
LISTED: Final = "known_hosts"
_LOCK_PAUSE_S: Final = 0.03
_KEY: Final = re.compile(r"[a-z0-9@.-]{1,64} [A-Za-z0-9+/]+={0,2}", re.ASCII)
_PIN_FIELDS: Final = frozenset({"start", "key", "how"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whom a host key belongs to.

    Attributes:
        pin_id: the Pod's id, or a name for another host.
        start: names this start of it; a key is bound to one start.
        host, port: its address now; only a known_hosts file goes by it.
        printed: fingerprints that its boot log holds for this start; empty when it holds none.
    """

    pin_id: str
    start: str
    host: str
    port: int
    printed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What may be accepted from a place.

    Attributes:
        keys: acceptable host keys.
        authorities: keys that may have signed a host certificate.
        revoked: keys never to be accepted.
        takes_new: whether an unknown key is taken on first use.
        only: fingerprints one of which such a key must have; empty for any.
        listed_in: where the keys stand, for a message.
        remedy: what to do when another key is shown.
    """

    keys: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    takes_new: bool = False
    only: frozenset[str] = frozenset()
    listed_in: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeySeen:
    """The key a host has shown.

    Attributes:
        fingerprint: as `ssh-keygen -l` prints it.
        how: why it was accepted: `boot log`, `pinned`, `first seen` or `known_hosts`.
    """

    fingerprint: str
    how: str


class HostKeyBook(Protocol):
    """Something that knows host keys. Both calls read files: keep them off the event loop."""

    def trusted(self, place: Place) -> Trusted:
        """What may be accepted from `place`."""

    def accept(self, place: Place, key: str) -> HostKeySeen:
        """Takes note of a key that was accepted."""


@dataclass(frozen=True, slots=True)
class _Pin:
    start: str
    key: str
    how: str = field(default=FIRST_SEEN, compare=False)


def fingerprint(key: str) -> str:
    """The SHA-256 fingerprint of a public key, as `ssh-keygen -l` prints it."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


class HostKeys:
    """Pinned keys in one JSON file, readable by its owner only.

    Attributes:
        notes: what is worth saying, for instance that a damaged file was set aside.
    """

    def __init__(self, path: Path) -> None:
        self._path: Final = path
        self.notes: list[str] = []

    def trusted(self, place: Place) -> Trusted:
        """The pinned key of this start; any key when none is pinned yet.

        Raises:
            SshError: the file is there and cannot be read, or others may have written it, or a
                newer version has.
        """
        pin = self._read().get(place.pin_id)
        is_current = pin is not None and pin.start == place.start
        if place.printed:
            return _as_printed(place, pin if is_current else None)
        return Trusted(
            keys=(pin.key,) if pin is not None and is_current else (),
            takes_new=not is_current,
            listed_in=str(self._path),
            remedy=(
                "Another machine may be answering at this address. If you know why the key "
                f"changed, remove {place.pin_id!r} from {self._path}"
            ),
        )

    def is_verified(self, place: Place) -> bool:
        """Whether the key of this start is pinned, and was in the boot log of this start.

        Raises:
            SshError: as `trusted`.
        """
        pin = self._read().get(place.pin_id)
        return pin is not None and pin.start == place.start and pin.how == VERIFIED

    def accept(self, place: Place, key: str) -> HostKeySeen:
        """Pins a key that was not known for this start, or not yet found in its boot log."""
        how = VERIFIED if fingerprint(key) in place.printed else FIRST_SEEN
        pin = self._read().get(place.pin_id)
        if pin == _Pin(place.start, key) and (pin.how == VERIFIED or how != VERIFIED):
            known = VERIFIED if pin.how == VERIFIED else PINNED
            return HostKeySeen(fingerprint=fingerprint(key), how=known)
        try:
            with self._alone():
                how = self._pin(place, key, how)
        except OSError as error:
            self.notes.append(
                f"the host key of {place.pin_id} cannot be remembered: {places.why(error)}"
            )
        return HostKeySeen(fingerprint=fingerprint(key), how=how)

    def _pin(self, place: Place, key: str, how: str) -> str:
        pins = self._read()
        if pins.pop(place.pin_id, None) == _Pin(place.start, key) and how != VERIFIED:
            return PINNED
        pins[place.pin_id] = _Pin(place.start, key, how)
        self._write(dict(list(pins.items())[-PINS_KEPT:]))
        return how

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other processes from writing between our read and our write."""
        places.ensure_private(self._path.parent)
        flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        lock = os.open(self._path.with_suffix(".lock"), flags, 0o600)
        try:
            _take(lock)
            yield
        finally:
            os.close(lock)

    def _read(self) -> dict[str, _Pin]:
        try:
            _refuse_open_folder(self._path.parent)
            content, _ = places.read_regular(self._path, LONGEST)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._refusal(
                f"cannot be relied on: {places.why(error)}",
                f"Make the file and its folder yours alone (chmod go-w {self._path.parent}), "
                f"or move {self._path} away: keys are then taken anew on first use",
            ) from error
        try:
            return self._pins(content)
        except ValueError:
            self._set_aside()
            return {}

    def _pins(self, content: bytes) -> dict[str, _Pin]:
        content.decode()  # strictly: a replaced character would make another name
        document = parse(content)
        if not isinstance(document, dict):
            raise ValueError("not an object")
        schema, pins = document.get("schema"), document.get("pins")
        if type(schema) is int and schema > SCHEMA:
            raise self._refusal(
                "were written by a newer rgt-tui",
                f"Update rgt-tui, or move {self._path} away: keys are then taken anew",
            )
        if type(schema) is not int or schema != SCHEMA or not isinstance(pins, dict):
            raise ValueError("not ours")
        return {name: _pin(written) for name, written in pins.items()}

    def _refusal(self, why: str, hint: str) -> SshError:
        # Forgetting the pins instead would let anybody answer in a host's place.
        return SshError(SshFault.KEY_MODE, f"the pinned host keys in {self._path} {why}", hint=hint)

    def _set_aside(self) -> None:
        aside = self._path.with_suffix(".unreadable")
        said = f"{self._path} could not be read; "
        try:
            os.replace(self._path, aside)
        except OSError as error:
            self.notes.append(f"{said}it could not be set aside: {places.why(error)}")
        else:
            self.notes.append(f"{said}it was set aside as {aside}")

    def _write(self, pins: dict[str, _Pin]) -> None:
        while len(content := _written(pins)) > LONGEST:
            pins = dict(list(pins.items())[len(pins) // 4 + 1 :])
        places.write_private(self._path, content)


def _as_printed(place: Place, pin: _Pin | None) -> Trusted:
    """One of the keys that the Pod itself has printed; a pin that is none of them is not believed."""
    holds = pin is not None and fingerprint(pin.key) in place.printed
    return Trusted(
        keys=(pin.key,) if pin is not None and holds else (),
        takes_new=True,
        only=place.printed,
        listed_in="the Pod's boot log",
        remedy=(
            "Another machine is answering at this address, or sshd was given new keys by hand since "
            "the start. Read the Pod list again; if it stays, restart the Pod"
        ),
    )


def _written(pins: dict[str, _Pin]) -> bytes:
    document = {"schema": SCHEMA, "pins": {name: asdict(pin) for name, pin in pins.items()}}
    return json.dumps(document, indent=1).encode()


def _pin(written: Json) -> _Pin:
    if not isinstance(written, dict) or not {"start", "key"} <= set(written) <= _PIN_FIELDS:
        raise ValueError("not a pin")
    if not all(isinstance(value, str) for value in written.values()):
        raise ValueError("not text")
    if not _KEY.fullmatch(written["key"]):
        raise ValueError("not a public key")
    fingerprint(written["key"])  # ValueError where it is no base64
    return _Pin(**written)


def _refuse_open_folder(folder: Path) -> None:
    found = os.stat(folder)
    if found.st_uid not in (os.geteuid(), 0):
        raise places.NotPrivate(f"its folder belongs to another user (uid {found.st_uid})")
    if found.st_mode & 0o022:
        mode = found.st_mode & 0o777
        raise places.NotPrivate(f"its folder can be changed by others (mode {mode:04o})")


def _take(lock: int) -> None:
    """Takes the lock, or raises OSError when another program keeps it."""
    for _ in range(round(LOCK_WAIT_S / _LOCK_PAUSE_S)):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_S)
        else:
            return
    raise TimeoutError(f"another program has kept the lock for {LOCK_WAIT_S:g} s")


class KnownHosts:
    """A known_hosts file in OpenSSH's format: strict, and never written."""

    def __init__(self, path: Path) -> None:
        self._path: Final = path

    def trusted(self, place: Place) -> Trusted:
        """The keys the file lists for the address.

        Raises:
            SshError: the file cannot be read.
        """
        import asyncssh  # a third of a second: only where such a file is asked for

        try:
            known = asyncssh.read_known_hosts(str(self._path))
        except (OSError, ValueError) as error:
            raise SshError(
                SshFault.NO_KEY, f"known-hosts file {self._path} cannot be read: {error}"
            ) from error
        port = place.port if place.port != 22 else None
        found = known.match(place.host, place.host, port)
        keys, authorities, revoked = (
            tuple(key.export_public_key().decode().strip() for key in group) for group in found[:3]
        )
        return Trusted(
            keys=keys,
            authorities=authorities,
            revoked=revoked,
            listed_in=str(self._path),
            remedy=f"Compare fingerprints with the host's owner, then correct {self._path}",
        )

    def accept(self, place: Place, key: str) -> HostKeySeen:
        """Only names it: it was listed."""
        return HostKeySeen(fingerprint=fingerprint(key), how=LISTED)
