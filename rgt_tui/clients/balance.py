"""The account's balance, which only GraphQL tells; a short-lived child process asks for it.

The child gets the key on standard input, a cleaned environment and an empty home, so that
neither `~/.runpod/config.toml` nor `~/.netrc` has a say. It is killed with all it started when
time is up or the caller goes away. Why a child: see `clients.sdk_child`.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rgt_tui.clients.fields import Fields, fields, part, text, usd, whole
from rgt_tui.clients.origin import host_of, is_loopback, origin_of
from rgt_tui.clients.strict_json import BadJson, parse
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    BadCertificate,
    Forbidden,
    Limited,
    NotSent,
    Refused,
    Unauthorized,
    Unreadable,
)
from rgt_tui.domain.money import Balance
from rgt_tui.domain.secret import MASK, Secret
from rgt_tui.domain.text import clean, decode
from rgt_tui.scratch import scratch

DOING: Final = "read the balance"
RETRY_AFTER_S: Final = 60.0
"""How long to wait after a 429: GraphQL names no time."""
ANSWER_CAP: Final = 64 * 1024
_KEPT: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_ROOT: Final = Path(__file__).resolve().parent.parent.parent


async def read_balance(*, base_url: str, key: Secret, timeout_s: float = 20.0) -> Balance:
    """Balance, spend rate and spend limit; a field the service does not give is None, never 0.

    Args:
        base_url: origin of the service, without `/graphql`.
        key: the API key.
        timeout_s: how long the child may live.

    Raises:
        Unauthorized: the key is not accepted.
        Forbidden, Refused: this key may not ask; normal for team roles.
        ApiError: any other failure.
    """
    origin = origin_of(base_url)
    with scratch("sdk") as home:
        try:
            async with asyncio.timeout(timeout_s):
                out, err = await _run_child(child_environment(origin, str(home)), key)
        except TimeoutError as error:
            raise Ambiguous(f"could not {DOING}: no answer within {timeout_s:g} s") from error
    return _balance(_answer(out, err, key), origin, key)


def child_environment(
    origin: str, home: str, outer: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """What the child sees of the environment: where to go and how, nothing else.

    Args:
        origin: of the service.
        home: an empty directory.
        outer: the environment of this process.
    """
    inner = {
        "HOME": home,
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONPATH": str(_ROOT),
        "RUNPOD_API_BASE_URL": origin,
    }
    with contextlib.suppress(ValueError):
        if is_loopback(origin):
            return inner | {"NO_PROXY": "*"}
    for name in _KEPT:
        value = outer.get(name) or outer.get(name.lower())
        if value:
            inner[name] = value
    trusted = outer.get("REQUESTS_CA_BUNDLE") or outer.get("SSL_CERT_FILE")
    if trusted:
        inner["REQUESTS_CA_BUNDLE"] = trusted
    return inner


async def _run_child(environment: Mapping[str, str], key: Secret) -> tuple[bytes, bytes]:
    """The child's whole output; it and its group are dead when this returns or raises.

    Its pipes are served by a thread: asyncio's own subprocess leaves them open when it is
    cancelled while the child starts (CPython 3.11 to 3.13).
    """
    child = _start_child(environment)
    asked = json.dumps({"key": key.reveal()}).encode()
    try:
        return await asyncio.to_thread(child.communicate, asked)
    finally:
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            await asyncio.to_thread(child.wait)


def _start_child(environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            [sys.executable or "python3", "-P", "-m", "rgt_tui.clients.sdk_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=environment["HOME"],
            start_new_session=True,
        )
    except OSError as error:
        raise NotSent(f"could not {DOING}: no child process ({error.strerror})") from error


def _answer(out: bytes, err: bytes, key: Secret) -> Fields:
    with contextlib.suppress(BadJson):
        answer = fields(parse(out)) if len(out) <= ANSWER_CAP else None
        if answer is not None:
            return answer
    last = decode(err[-2000:]).strip().rpartition("\n")[2]
    said = clean(_masked(last, key), 200)
    raise Unreadable(
        f"could not {DOING}: the SDK failed ({said or 'without a word'})",
        hint="See `rgt-tui doctor`.",
    )


def _balance(answer: Fields, origin: str, key: Secret) -> Balance:
    kind = text(answer, "fault")
    if kind is not None:
        said = clean(" ".join(_masked(text(answer, "said") or "", key).split()), 200)
        raise _error(kind, said, whole(answer, "status") or None, host_of(origin))
    found = part(answer, "fields")
    return Balance(
        balance=usd(found, "clientBalance"),
        spend_per_hour=usd(found, "currentSpendPerHr"),
        spend_limit=usd(found, "spendLimit"),
    )


def _error(kind: str, said: str, status: int | None, host: str) -> ApiError:
    came = ": ".join(word for word in (str(status or ""), said) if word)
    because = f" ({came})" if came else ""
    match kind:
        case "unauthorized":
            hint = "Make a key in the RunPod console, then run `rgt-tui login`."
            return Unauthorized(
                f"could not {DOING}: this API key is not accepted{because}", hint=hint, status=401
            )
        case "forbidden":
            hint = "A key with all rights can read the balance."
            return Forbidden(
                f"could not {DOING}: this API key lacks the right{because}", hint=hint, status=403
            )
        case "limited":
            return Limited(
                f"could not {DOING}: too many calls{because}", retry_after_s=RETRY_AFTER_S
            )
        case "refused":
            hint = "A restricted key or a team role cannot read the balance."
            return Refused(
                f"could not {DOING}: the service refused{because}", hint=hint, status=status
            )
        case "failed":
            return Ambiguous(f"could not {DOING}: the service failed{because}", status=status)
        case "certificate":
            hint = "If a proxy inspects TLS here, point SSL_CERT_FILE to its CA certificate."
            return BadCertificate(
                f"could not {DOING}: the TLS certificate of {host} is not trusted here", hint=hint
            )
        case "not_sent":
            return NotSent(
                f"could not {DOING}: no connection to {host}{because}",
                hint="Check the network here.",
            )
        case "silent":
            return Ambiguous(f"could not {DOING}: {host} fell silent")
        case _:
            return Unreadable(
                f"could not {DOING}: the answer is not what the API documents{because}",
                status=status,
            )


def _masked(words: str, key: Secret) -> str:
    return words.replace(key.reveal(), MASK) if key else words
