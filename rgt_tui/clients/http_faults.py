"""What went wrong on the wire, as errors of `rgt_tui.domain.errors`.

Each message says what was tried and what came back; each hint says what to do. Text from the
other side is stripped of the key, cleaned and capped before it gets into a message.
"""

import email.utils
import re
import socket
import ssl
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import httpx

from rgt_tui.clients.strict_json import BadJson, Json, parse
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    BadCertificate,
    Conflict,
    Forbidden,
    Limited,
    NotFound,
    NotSent,
    Refused,
    Unauthorized,
    Unreadable,
)
from rgt_tui.domain.secret import MASK, Secret
from rgt_tui.domain.text import clean, decode

DETAIL_LIMIT: Final = 300
"""Characters of the service's own words that a message repeats."""
RETRY_AFTER_MIN_S: Final = 1.0
RETRY_AFTER_MAX_S: Final = 900.0
RETRY_AFTER_UNSAID_S: Final = 15.0
"""How long to wait after a 429 that names no time."""

_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_TAGS: Final = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL
)
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_ONE: Final = re.compile(
    r"\\+u([0-9a-f]{4})|\\+x([0-9a-f]{2})|%([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#([0-9]{1,7});|.",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
"""One character, also where it is spelled as an escape of JSON, of a URL or of HTML."""
_NETWORK_HINT: Final = "Check the network and the proxy settings here."


def from_exception(error: Exception, doing: str, host: str) -> ApiError:
    """The error that an exception of httpx, or of the system below it, stands for.

    Args:
        error: as raised.
        doing: what was tried, to be read after "could not".
        host: the service or, when one is used, the proxy.
    """
    certificate = _certificate_problem(error)
    if certificate is not None:
        return BadCertificate(
            f"could not {doing}: the TLS certificate of {host} is not trusted here ({certificate})",
            hint="If a proxy inspects TLS here, point SSL_CERT_FILE to its CA certificate.",
        )
    if isinstance(error, httpx.ProxyError):
        return NotSent(
            f"could not {doing}: the proxy {host} refused ({_said(error)})",
            hint="Check HTTPS_PROXY, ALL_PROXY.",
        )
    if isinstance(error, _NOT_SENT):
        return NotSent(f"could not {doing}: {_why_unreachable(error, host)}", hint=_NETWORK_HINT)
    if isinstance(error, (httpx.InvalidURL, httpx.LocalProtocolError)):
        return NotSent(f"could not {doing}: the request cannot be written ({type(error).__name__})")
    if isinstance(error, httpx.TimeoutException):
        return Ambiguous(
            f"could not {doing}: {host} fell silent before its answer was complete",
            hint=_NETWORK_HINT,
        )
    return Ambiguous(
        f"could not {doing}: {host} broke off before its answer was complete ({_said(error)})",
        hint=_NETWORK_HINT,
    )


def overdue(doing: str, host: str, seconds: float) -> Ambiguous:
    """The error of a call that did not end within its time."""
    return Ambiguous(
        f"could not {doing}: {host} did not answer within {seconds:g} s", hint=_NETWORK_HINT
    )


def from_answer(answer: httpx.Response, body: bytes, doing: str, key: Secret) -> ApiError:
    """The error an answer other than 2xx stands for.

    Args:
        answer: for status and headers.
        body: as much of the body as was read.
        doing: what was tried, to be read after "could not".
        key: the API key, masked where the answer repeats it.
    """
    status = answer.status_code
    said = _own_words(body, key)
    came = f"{status}: {said}" if said else str(status)
    if status == 429:
        seconds = retry_after_s(answer.headers)
        return Limited(
            f"could not {doing}: the account's rate limit is used up for {seconds:.0f} s ({came})",
            retry_after_s=seconds,
            hint="Every console and script of this account shares the limit.",
        )
    if 300 <= status < 400:
        return Unreadable(
            f"could not {doing}: the answer is a redirect ({status}), which is not followed",
            hint="Check RUNPOD_API_BASE_URL, and whether a sign-in page stands between here and the service.",
            status=status,
        )
    if status >= 500:
        hint = "The fault is on the other side; reads are tried again."
        return Ambiguous(
            f"could not {doing}: the service failed ({came})", hint=hint, status=status
        )
    kind, words, hint = _REFUSALS.get(status, (Refused, "the service refused", ""))
    return kind(f"could not {doing}: {words} ({came})", hint=hint, status=status)


_REFUSALS: Final[Mapping[int, tuple[type[Refused], str, str]]] = {
    401: (
        Unauthorized,
        "this API key is not accepted",
        "Make a key in the RunPod console, then run `rgt-tui login`.",
    ),
    402: (Refused, "the account's balance is too low", "Add credit in the RunPod console."),
    403: (
        Forbidden,
        "this API key lacks the right",
        "Give the key this right in the RunPod console, or use another key.",
    ),
    404: (NotFound, "nothing is there, or this key may not see it", ""),
    409: (Conflict, "its present state does not allow it", "Look at its state again."),
}


def unreadable(doing: str, why: str, status: int | None = None) -> Unreadable:
    """The error of an answer that is not what the API documents."""
    return Unreadable(
        f"could not {doing}: {why}",
        hint="Check RUNPOD_API_BASE_URL, or whether a newer rgt-tui exists.",
        status=status,
    )


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds a 429 asks to wait: whole seconds or an HTTP date, held within 1 to 900."""
    text = headers.get("retry-after", "").strip()
    seconds = RETRY_AFTER_UNSAID_S
    if re.fullmatch(r"-?[0-9]{1,20}", text, re.ASCII):
        seconds = float(text)
    elif text:
        until, now = _http_date(text), _http_date(headers.get("date", ""))
        if until is not None:
            seconds = (until - (now or datetime.now(UTC))).total_seconds()
    return min(RETRY_AFTER_MAX_S, max(RETRY_AFTER_MIN_S, seconds))


def _http_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text[:64])
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _own_words(body: bytes, key: Secret) -> str:
    """What an error body says, on one line: problem+json, `{error}`, `{message}`, text or HTML."""
    text = decode(body[:65536])
    try:
        words = _from_json(parse(text.encode("utf-8", errors="replace")))
    except BadJson:
        words = _from_text(text)
    # Before the cut, which could leave a part of the key; after decoding, which could spell it.
    return clean(" ".join(_without_key(words, key).split()), DETAIL_LIMIT)


def _without_key(text: str, key: Secret) -> str:
    """`text` with the key masked, whatever its case, its escapes and the gaps inside it."""
    wanted = "".join(letters for letters, _, _ in _letters(key.reveal()))
    if not wanted:
        return text
    seen = [(c, start, end) for letters, start, end in _letters(text) for c in letters]
    plain = "".join(c for c, _, _ in seen)
    kept, done, at = [], 0, plain.find(wanted)
    while at >= 0:
        last = at + len(wanted)
        kept += [text[done : seen[at][1]], MASK]
        done, at = seen[last - 1][2], plain.find(wanted, last)
    return "".join(kept) + text[done:]


def _letters(text: str) -> Iterator[tuple[str, int, int]]:
    """What a reader sees, folded, and where it stands; gaps, format characters, marks are not."""
    for one in _ONE.finditer(text):
        code = next((n for n in one.groups()[:4] if n), "")
        number = int(code, 16) if code else int(one[5] or 0)
        shown = chr(number) if 0 < number < 0x110000 else one[0]
        folded = unicodedata.normalize("NFKC", shown).casefold()
        seen = "".join(c for c in folded if _is_seen(c))
        if seen:
            yield seen, one.start(), one.end()


def _is_seen(character: str) -> bool:
    if character.isascii():
        return "!" <= character <= "~"
    return character.isprintable() and not unicodedata.category(character).startswith("M")


def _from_json(value: Json) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    errors = value.get("errors")
    parts = [value.get("detail"), value.get("error"), value.get("message")]
    parts += errors[:5] if isinstance(errors, list) else []
    nested = [part.get("message") if isinstance(part, dict) else part for part in parts]
    words = [part for part in nested if isinstance(part, str) and part.strip()]
    title = value.get("title")
    return "; ".join(words) or (title if isinstance(title, str) else "")


def _from_text(text: str) -> str:
    if "<" not in text:
        return text
    title = _TITLE.search(text)
    return _TAGS.sub(" ", title[1] if title else text)


def _certificate_problem(error: BaseException) -> str | None:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return clean(cause.verify_message or "verification failed", 120)
        if "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return "verification failed"
    return None


def _why_unreachable(error: BaseException, host: str) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"no connection to {host} in time"
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return f"no address is known for {host}"
        if isinstance(cause, ConnectionRefusedError):
            return f"{host} refused the connection"
        if isinstance(cause, ssl.SSLError):
            return f"{host} does not speak TLS as expected ({_tls_reason(cause)})"
    return f"no connection to {host} ({_said(error)})"


def _tls_reason(error: ssl.SSLError) -> str:
    return clean((error.reason or "no reason given").replace("_", " ").lower(), 80)


def _said(error: BaseException) -> str:
    return clean(str(error), 120) or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            for inner in current.exceptions:
                yield from _causes(inner)
        current = current.__cause__ or current.__context__
