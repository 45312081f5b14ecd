"""What `doctor` examines of the account: key, keyring, way to the API, clock, SSH keys."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rgt_tui.clients import keyring_store
from rgt_tui.clients.credentials import KEYRING
from rgt_tui.clock import session_clock
from rgt_tui.commands._checks import Check, State, ok, unknown, warn
from rgt_tui.domain.errors import ApiError, Limited, SshError
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import show_duration
from rgt_tui.opening import Address

if TYPE_CHECKING:
    from rgt_tui.clients.reach import Reach

SKEW_S: Final = 5.0
"""Clocks that differ by less are fine: the service's date has whole seconds."""
SLOW_S: Final = 2.0


def key(where: Address) -> Check:
    """Which place the key came from. The key itself is never told."""
    said = f"from {clean(where.source)}"
    if where.notes:
        return warn("API key", said, " ".join(clean(note) for note in where.notes))
    return ok("API key", said)


def keyring(source: str) -> Check:
    """Which backend the keyring has, and whether it is trusted with a key."""
    answer = keyring_store.read()
    if answer.done:
        holds = "holds a key" if answer.key is not None else "holds no key"
        return ok("keyring", f"{answer.backend} {holds}")
    if answer.is_refused and source != KEYRING:
        remedy = "rgt-tui login cannot store a key here; RUNPOD_API_KEY_FILE can name a file."
        return warn("keyring", answer.problem, remedy)
    return warn("keyring", answer.problem)


def network(where: Address) -> tuple[Check, ...]:
    """Whether the API answers and accepts the key, and whether the clocks agree."""
    from rgt_tui.clients.reach import reach  # loads httpx

    try:
        seen = asyncio.run(reach(base_url=where.base_url, key=where.key, clock=session_clock()))
    except ApiError as error:
        return _failed(error), unknown("clock", "the service did not tell the time")
    if isinstance(seen.refusal, Limited):
        return warn("API", seen.refusal.message, seen.refusal.hint), _clock(seen)
    if seen.refusal is not None:
        return _failed(seen.refusal), _clock(seen)
    return _answered(where, seen), _clock(seen)


def ssh_keys(identities: tuple[Path, ...]) -> Check:
    """Which private keys would be offered to Pods."""
    from rgt_tui.clients.ssh_keys import read_keys  # loads asyncssh

    try:
        found = read_keys(identities)
    except SshError as error:
        return warn("SSH keys", error.message, error.hint)
    said = [f"{len(found.pairs)} from files", "an agent" if found.agent else "no agent"]
    if found.locked:
        names = ", ".join(clean(str(path)) for path in found.locked)
        said.append(f"locked by a passphrase: {names}")
        if found.agent is None:
            return warn("SSH keys", ", ".join(said), "Unlock them in an agent: ssh-add")
    return ok("SSH keys", ", ".join(said))


def _failed(error: ApiError) -> Check:
    return Check(
        name="API",
        state=State.FAIL,
        said=error.message,
        remedy=error.hint,
        exit_code=error.exit_code,
    )


def _answered(where: Address, seen: "Reach") -> Check:
    said = f"{clean(seen.host)} accepts the key, {seen.latency_s * 1000:.0f} ms on a new connection"
    windows = [
        f"{clean(w.name, 20)} {w.remaining}{f'/{w.limit}' if w.limit else ''}"
        for w in seen.quota.windows
    ]
    said += f"; calls left: {', '.join(windows)}" if windows else "; no rate limit reported"
    if where.base_url.startswith("http://") and where.source != "demo":
        return warn("API", said, "http:// sends the key in clear text; use https:// beyond tests.")
    if seen.latency_s > SLOW_S:
        return warn("API", said, "Slow: look at the network or the proxy between here and there.")
    return ok("API", said)


def _clock(seen: "Reach") -> Check:
    if seen.ahead_s is None:
        return unknown("clock", "the service did not tell the time")
    if abs(seen.ahead_s) <= SKEW_S:
        return ok("clock", "agrees with the service's")
    way = "ahead of" if seen.ahead_s > 0 else "behind"
    said = f"{show_duration(abs(seen.ahead_s))} {way} the service's"
    return warn("clock", said, "Ages on screen are off by as much; set the clock (timedatectl).")
