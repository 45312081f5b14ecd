"""The API key in the system's keyring, asked behind guards.

A keyring is a plug-in that somebody else chose. Measured with keyring 25.7.0: without a Secret
Service the backend `fail` raises; a D-Bus socket that nobody answers takes over a second; with
keyrings.alt installed a file with base64 is silently taken; the null backend accepts a key and
keeps nothing; keyrings.cryptfile asks for a password on the terminal. So each call runs in a
daemon thread that is waited for no longer than `LIMIT_S`, with nothing to read from; backends
that keep nothing or keep it in clear text are refused by name; what was stored is read back.
"""

import contextlib
import getpass
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, NoReturn, Protocol

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.text import clean

SERVICE: Final = "runpod"
USERNAME: Final = "RUNPOD_API_KEY"
"""Service and user under which other programs for RunPod look as well."""
LIMIT_S: Final = 3.0
_USELESS: Final = {
    "keyring.backends.null": "it accepts a key and keeps nothing",
    "keyring.backends.fail": "there is no keyring service on this machine",
    "keyrings.alt": "it keeps keys in a file anybody can decode",
    "keyrings.cryptfile": "it asks for a password on the terminal",
}
_PRIORITY_MIN: Final = 1.0
"""What keyring itself calls recommended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking the keyring.

    Attributes:
        backend: its full name; empty when none was reached in time.
        key: the key it holds; None when it holds none.
        done: whether what was asked for is done: read, stored and read back, or removed.
        is_refused: whether the backend is not trusted with a key, and so was not asked.
        problem: a sentence on why it is not done; empty when it is, or nothing had to be.
    """

    backend: str = ""
    key: Secret | None = None
    done: bool = False
    is_refused: bool = False
    problem: str = ""


class Backend(Protocol):
    """The part of `keyring.backend.KeyringBackend` that is used."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The secret; None when there is none."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Stores the secret."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Removes the secret."""


def read() -> Answer:
    """The key in the keyring, if there is one."""
    return _guarded(_read)


def keep(key: Secret) -> Answer:
    """Stores the key; done only if the keyring then gives the same one back."""
    return _guarded(lambda backend: _keep(backend, key))


def forget() -> Answer:
    """Removes the key; done only if there was one and the keyring then gives none."""
    return _guarded(_forget)


def _read(backend: Backend) -> Answer:
    found = backend.get_password(SERVICE, USERNAME)
    return Answer(key=Secret(found) if found else None, done=True)


def _keep(backend: Backend, key: Secret) -> Answer:
    backend.set_password(SERVICE, USERNAME, key.reveal())
    if _read(backend).key != key:
        return Answer(problem="it took the key but does not give it back")
    return Answer(key=key, done=True)


def _forget(backend: Backend) -> Answer:
    if _read(backend).key is None:
        return Answer()
    backend.delete_password(SERVICE, USERNAME)
    if _read(backend).key is not None:
        return Answer(problem="it still gives the key that was removed")
    return Answer(done=True)


def _guarded(work: Callable[[Backend], Answer]) -> Answer:
    """What `work` gives on a backend that can be trusted with a key."""
    answers: list[Answer] = []
    thread = threading.Thread(
        target=lambda: answers.append(_attempt(work)), name="keyring", daemon=True
    )
    with _nothing_to_read():
        thread.start()
        thread.join(LIMIT_S)
    if not answers:
        return Answer(problem=f"the keyring did not answer within {LIMIT_S:g} s")
    return answers[0]


def _attempt(work: Callable[[Backend], Answer]) -> Answer:
    name = "keyring"
    try:
        backend, name, refusal = _choose()
        if backend is None:
            problem = f"{name} is not used: {refusal}"
            return Answer(backend=name, is_refused=True, problem=problem)
        answer = work(backend)
    except Exception as error:  # noqa: BLE001  # foreign plug-ins raise what they like
        # Its words may quote the key, so only its type is told.
        return Answer(backend=name, problem=f"{name} failed ({type(error).__name__})")
    problem = f"{name}: {answer.problem}" if answer.problem else ""
    return replace(answer, backend=name, problem=problem)


def _choose() -> tuple[Backend | None, str, str]:
    """The backend to use, its name, and why it is refused; None when no one will do."""
    import keyring  # a quarter of a second, and plug-ins run: only in this thread

    chosen = keyring.get_keyring()
    # The chainer tries one after the other and would store in whichever takes it.
    chained = list(getattr(chosen, "backends", ())) if _module(chosen).endswith(".chainer") else []
    refusals = []
    for backend in chained or [chosen]:
        refusal = _refusal(backend)
        if not refusal:
            return backend, _name(backend), ""
        refusals.append((_name(backend), refusal))
    names = ", ".join(name for name, _ in refusals)
    return None, names, refusals[0][1]


def _refusal(backend: object) -> str:
    """Why a backend is not trusted with a key; empty when it is."""
    module = _module(backend)
    for prefix, reason in _USELESS.items():
        if module == prefix or module.startswith(f"{prefix}."):
            return reason
    if "plaintext" in type(backend).__name__.lower():
        return "it keeps keys in clear text"
    priority = float(getattr(backend, "priority", 0))
    if not priority >= _PRIORITY_MIN:
        return f"its own priority is {priority:g}; {_PRIORITY_MIN:g} and more are recommended"
    return ""


def _module(backend: object) -> str:
    return type(backend).__module__


def _name(backend: object) -> str:
    return clean(f"{_module(backend)}.{type(backend).__qualname__}", 120)


@contextlib.contextmanager
def _nothing_to_read() -> Iterator[None]:
    """While it lasts, a plug-in that asks a question gets no answer, and no terminal to ask on."""
    before = sys.stdin, getpass.getpass
    with open(os.devnull, encoding="utf-8") as nothing:
        sys.stdin = nothing
        getpass.getpass = _no_questions
        try:
            yield
        finally:
            sys.stdin, getpass.getpass = before


def _no_questions(*_: object, **__: object) -> NoReturn:
    raise EOFError("a keyring may not ask questions here")
