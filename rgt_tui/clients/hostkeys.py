"""Which host key a Pod must show, so that nobody else can answer in its place.

A Pod makes new host keys each time it starts, and RunPod gives its ip:port to others when it
stops. So a key is pinned to the Pod's id and start, never to an address: within one start it may
not change, and with a new start a new one is taken. A key seen for the first time is trusted on
that first use and says so (`first seen`).

Public keys are held as the text OpenSSH writes: `ssh-ed25519 AAAA...`.
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

from rgt_tui import places
from rgt_tui.domain.errors import SshError, SshFault

SCHEMA: Final = 1
PINS_KEPT: Final = 2000
FIRST_SEEN: Final = "first seen"
PINNED: Final = "pinned"
LISTED: Final = "known_hosts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whom a host key belongs to.

    Attributes:
        pin_id: the Pod's id, or a name for another host.
        start: names this start of it; a key is bound to one start.
        host, port: its address now; only a known_hosts file goes by it.
    """

    pin_id: str
    start: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What may be accepted from a place.

    Attributes:
        keys: acceptable host keys.
        authorities: keys that may have signed a host certificate.
        revoked: keys never to be accepted.
        takes_new: whether an unknown key is taken on first use.
        listed_in: where the keys stand, for a message.
        remedy: what to do when another key is shown.
    """

    keys: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    takes_new: bool = False
    listed_in: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeySeen:
    """The key a host has shown.

    Attributes:
        fingerprint: as `ssh-keygen -l` prints it.
        how: why it was accepted: `pinned`, `first seen` or `known_hosts`.
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
    how: str = FIRST_SEEN


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
            SshError: the file is there and cannot be read.
        """
        pin = self._read().get(place.pin_id)
        is_current = pin is not None and pin.start == place.start
        return Trusted(
            keys=(pin.key,) if pin is not None and is_current else (),
            takes_new=not is_current,
            listed_in=str(self._path),
            remedy=(
                "Another machine may be answering at this address. If you know why the key "
                f"changed, remove {place.pin_id!r} from {self._path}"
            ),
        )

    def accept(self, place: Place, key: str) -> HostKeySeen:
        """Pins a key that was not known for this start."""
        how = FIRST_SEEN
        try:
            with self._alone():
                how = self._pin(place, key)
        except OSError as error:
            self.notes.append(
                f"the host key of {place.pin_id} cannot be remembered: {places.why(error)}"
            )
        return HostKeySeen(fingerprint=fingerprint(key), how=how)

    def _pin(self, place: Place, key: str) -> str:
        pins = self._read()
        pin = pins.pop(place.pin_id, None)
        if pin is not None and (pin.start, pin.key) == (place.start, key):
            return PINNED
        pins[place.pin_id] = _Pin(place.start, key)
        self._write(dict(list(pins.items())[-PINS_KEPT:]))
        return FIRST_SEEN

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other processes from writing between our read and our write."""
        places.ensure_private(self._path.parent)
        lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _read(self) -> dict[str, _Pin]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise SshError(
                SshFault.NO_KEY,
                f"the pinned host keys in {self._path} cannot be read: {places.why(error)}",
            ) from error
        try:
            document = json.loads(text)
            if document["schema"] != SCHEMA:
                raise ValueError(document["schema"])
            return {name: _Pin(**pin) for name, pin in document["pins"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            aside = self._path.with_suffix(".unreadable")
            with contextlib.suppress(FileNotFoundError):
                os.replace(self._path, aside)
            self.notes.append(f"{self._path} could not be read; it was set aside as {aside}")
            return {}

    def _write(self, pins: dict[str, _Pin]) -> None:
        document = {"schema": SCHEMA, "pins": {name: asdict(pin) for name, pin in pins.items()}}
        places.write_private(self._path, json.dumps(document, indent=1).encode())


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
