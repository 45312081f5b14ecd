"""The API key: where it is looked for, in which order, and what is said of each place.

1. `--api-key-file`, then `RUNPOD_API_KEY_FILE`
2. `RUNPOD_API_KEY`; taken out of the environment, so that no child process inherits it
3. the system's keyring
4. our own file of mode 0600, there only after `login --insecure-storage`
5. `~/.runpod/config.toml`, as runpodctl and as RunPod's SDK write it

A place that was named (1, 2) and holds no usable key is an error: the next one may be another
account's. Files are read here, with the standard library: importing `runpod` costs two seconds.
"""

import contextlib
import os
import re
import select
import stat
import time
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.clients import keyring_store
from rgt_tui.clients.handed_down import KEY_VARIABLE
from rgt_tui.domain.errors import NoCredentials
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.text import clean

FILE_VARIABLE: Final = "RUNPOD_API_KEY_FILE"
KEYRING: Final = "keyring"
OWN_FILE: Final = "credentials file"
RUNPOD_FILE: Final = "~/.runpod/config.toml"
LARGEST_FILE: Final = 64 * 1024
PIPE_S: Final = 5.0
"""How long `--api-key-file <(command)` may take to give the key."""
WAYS: Final = (
    "Three ways to give one: rgt-tui login stores it in the system's keyring; "
    "RUNPOD_API_KEY holds it; --api-key-file FILE (or RUNPOD_API_KEY_FILE) names a file with it. "
    "rgt-tui --demo needs none."
)
_SOUND: Final = re.compile(r"[!-~]{1,1024}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An API key and where it came from.

    Attributes:
        key: the key.
        source: the place, for people: `RUNPOD_API_KEY`, `keyring`, ...
        notes: sentences worth saying, e.g. that others can read the file.
    """

    key: Secret
    source: str
    notes: tuple[str, ...] = ()


class _Unusable(Exception):
    """A place holds no usable key; the message says why, without the key."""


def find_key(*, key_file: Path | None = None, profile: str | None = None) -> Credential:
    """The API key of the first place that has one.

    `RUNPOD_API_KEY` leaves the environment with the first call; a second call does not see it.

    Args:
        key_file: of `--api-key-file`; a regular file or a pipe.
        profile: section of `~/.runpod/config.toml`; None is its usual one.

    Raises:
        NoCredentials: no place has a key, or a named place holds none that can be used.
    """
    in_environment = os.environ.pop(KEY_VARIABLE, "")
    named = os.environ.get(FILE_VARIABLE, "")
    try:
        if key_file is not None:
            return _from_file(key_file, "--api-key-file")
        if named:
            return _from_file(Path(_expanded(named)), FILE_VARIABLE)
        if in_environment.strip():
            return Credential(key=sound(in_environment, KEY_VARIABLE), source=KEY_VARIABLE)
    except _Unusable as error:
        raise NoCredentials(str(error), hint=WAYS) from None
    return _stored(profile)


def sound(text: str, place: str) -> Secret:
    """The key in a text, without blanks around it.

    Raises:
        NoCredentials: it cannot be an API key; the message does not repeat it.
    """
    key = text.strip().removeprefix("\ufeff")
    if not key:
        raise NoCredentials(f"The API key in {place} is empty.", hint=WAYS)
    if not _SOUND.match(key):
        raise NoCredentials(
            f"The API key in {place} cannot be one: it holds blanks, line breaks, control "
            "characters or characters beyond ASCII, or is too long.",
            hint="Copy the key again, without anything around it.",
        )
    return Secret(key)


def keep_in_file(key: Secret) -> Path:
    """Writes the key into our own file, in clear text, readable by its owner only.

    Raises:
        OSError: it cannot be written, or the folder is not ours alone.
    """
    path = places.credentials_file()
    places.write_private(path, f"{key.reveal()}\n".encode())
    return path


def drop_file() -> bool:
    """Removes our own file; gives whether there was one.

    Raises:
        OSError: it is there and cannot be removed.
    """
    try:
        places.credentials_file().unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _stored(profile: str | None) -> Credential:
    """The key of the places nobody named; one that fails is passed by and remembered."""
    answer = keyring_store.read()
    if answer.key is not None:
        return Credential(key=sound(answer.key.reveal(), "the keyring"), source=KEYRING)
    passed = [f"The keyring was passed by: {answer.problem}."] if answer.problem else []
    # A server has no keyring; that is worth a word only where no key is found at all.
    quiet = len(passed) if answer.backend else 0
    for place in (_from_own_file, lambda: _from_runpod(profile)):
        try:
            found = place()
        except _Unusable as error:
            passed.append(str(error))
            continue
        if found is not None:
            return replace(found, notes=(*passed[quiet:], *found.notes))
    if profile is not None and not passed:
        passed.append(f"{RUNPOD_FILE} is not there.")
    raise NoCredentials(" ".join(["No API key was found.", *passed]), hint=WAYS)


def _from_file(path: Path, source: str) -> Credential:
    """The key in a file that was named.

    Raises:
        _Unusable: it cannot be read, or everybody could have written it.
    """
    shown = clean(f"{source} ({path})", 200)
    try:
        if stat.S_ISFIFO(path.stat().st_mode):
            return Credential(key=sound(_text(_read_pipe(path)), shown), source=source)
        content, notes = _read_file(path)
    except (OSError, ValueError) as error:
        reason = places.why(error) if isinstance(error, OSError) else "that is no file name"
        raise _Unusable(f"No API key from {shown}: {reason}.") from None
    return Credential(key=sound(_text(content), shown), source=source, notes=notes)


def _from_own_file() -> Credential | None:
    path = places.credentials_file()
    try:
        content, notes = _read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _Unusable(f"{path} was passed by: {places.why(error)}.") from None
    return Credential(key=sound(_text(content), str(path)), source=OWN_FILE, notes=notes)


def _from_runpod(profile: str | None) -> Credential | None:
    path = Path(places.home()) / ".runpod" / "config.toml"
    try:
        content, notes = _read_file(path)
        tables = tomllib.loads(_text(content))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _Unusable(f"{RUNPOD_FILE} was passed by: {places.why(error)}.") from None
    except (ValueError, RecursionError):  # its words may quote the line with the key
        raise _Unusable(f"{RUNPOD_FILE} was passed by: it is not TOML.") from None
    found, where = _choose(tables, profile)
    if found is None:
        raise _Unusable(where)
    if profile is None and _differ(tables):
        notes = (*notes, f"{RUNPOD_FILE} holds two keys; that of {where} is used.")
    return Credential(key=sound(found, f"{RUNPOD_FILE}, {where}"), source=RUNPOD_FILE, notes=notes)


def _choose(tables: Mapping[str, object], profile: str | None) -> tuple[str | None, str]:
    """The key to use and where it stands; without a key, the sentence that says why."""
    keys = _runpod_keys(tables)
    sections = [name for name in keys if name]
    if profile is not None:
        known = ", ".join(clean(name, 40) for name in sections) or "none"
        missing = f"{RUNPOD_FILE} has no key in [{clean(profile, 40)}]; sections with one: {known}."
        return keys.get(profile), f"[{clean(profile, 40)}]" if profile in keys else missing
    for name, where in (("", "apikey"), ("default", "[default]")):
        if name in keys:
            return keys[name], where
    if len(sections) == 1:
        return keys[sections[0]], f"[{clean(sections[0], 40)}]"
    if sections:
        names = ", ".join(clean(name, 40) for name in sections)
        return None, f"{RUNPOD_FILE} has keys in {names}: choose by credentials.runpod_profile."
    return None, f"{RUNPOD_FILE} holds no key."


def _runpod_keys(tables: Mapping[str, object]) -> dict[str, str]:
    """The keys by section. runpodctl writes `apikey` at the top, the SDK `api_key` in sections."""
    keys = {}
    for name, value in tables.items():
        if name.lower() in ("apikey", "api_key") and isinstance(value, str):
            keys[""] = value
        elif isinstance(value, dict) and isinstance(value.get("api_key"), str):
            keys[name] = value["api_key"]
    return {name: key for name, key in keys.items() if key.strip()}


def _differ(tables: Mapping[str, object]) -> bool:
    keys = _runpod_keys(tables)
    return "" in keys and "default" in keys and keys[""].strip() != keys["default"].strip()


def _read_file(path: Path) -> tuple[bytes, tuple[str, ...]]:
    content, found = places.read_regular(path, LARGEST_FILE)
    mode = stat.S_IMODE(found.st_mode)
    if not mode & 0o077:
        return content, ()
    return content, (f"Others can read {path} (mode {mode:04o}); run: chmod 600 {path}",)


def _read_pipe(path: Path) -> bytes:
    """What comes out of a pipe, waiting for its writer but not for ever.

    Raises:
        OSError: nothing came, or no end of it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    end = time.monotonic() + PIPE_S
    content = b""
    try:
        while time.monotonic() < end and len(content) <= LARGEST_FILE:
            with contextlib.suppress(BlockingIOError):
                part = os.read(descriptor, 4096)
                content += part
                if not part and content:
                    return content
                if part:
                    continue
            if any(event == select.POLLHUP for _, event in ready.poll(50)):
                return content
    finally:
        os.close(descriptor)
    raise OSError(f"nothing complete came out of it within {PIPE_S:g} s")


def _text(content: bytes) -> str:
    # What is not UTF-8 becomes a character that no key has, and is refused as such.
    return content.decode("utf-8-sig", errors="replace")


def _expanded(name: str) -> str:
    return f"{places.home()}{name[1:]}" if name.startswith("~/") else name
