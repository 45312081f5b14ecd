"""Posts an alert to a URL. The URL may hold a secret: it is never in a message.

It comes from a variable or a file that only its owner may read. Certificates are checked, the
usual proxies are used, redirects are not followed, nothing of the answer but its status is read.
"""

import asyncio
import os
import ssl
import urllib.parse
from pathlib import Path
from typing import Final

import httpx

from rgt_tui import places
from rgt_tui.clients.handed_down import URL_VARIABLE
from rgt_tui.clients.http_setup import USER_AGENT
from rgt_tui.clients.origin import is_loopback, proxy_of
from rgt_tui.domain.errors import NotDelivered, UsageError
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.text import clean

LARGEST_FILE: Final = 8 * 1024
LIMIT_S: Final = 10.0
FIRST_S: Final = 1.0
LONGEST_S: Final = 300.0
_WORTH_ANOTHER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


def find_url(named: Path | None, configured: Path | None) -> Secret | None:
    """The URL: of a file that was named, else of the variable, else of the configured file.

    The variable is taken out of the environment, so that no child process inherits it.

    Raises:
        UsageError: there is one that cannot be used; the message does not repeat it.
    """
    in_environment = os.environ.pop(URL_VARIABLE, "").strip()
    if named is None and in_environment:
        return _sound(in_environment, URL_VARIABLE)
    file = named or configured
    return None if file is None else _sound(_content(file), clean(str(file), 200))


def is_clear(url: Secret) -> bool:
    """Whether alerts leave this machine in clear text."""
    return url.reveal().startswith("http://") and not is_loopback(url.reveal())


class Webhook:
    """One URL; a connection is made for each alert, for they are rare."""

    name: Final = "webhook"

    def __init__(self, url: Secret, limit_s: float = LIMIT_S) -> None:
        self._url = url
        self._limit_s = limit_s

    def send(self, document: bytes) -> None:
        """Posts it once.

        Raises:
            NotDelivered: no answer came, or one that is not 2xx.
        """
        try:
            status, after = asyncio.run(self._post(document))
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
            said = f"{self.name}: no answer ({type(error).__name__})"
            raise NotDelivered(said, again_s=FIRST_S) from None
        if not 200 <= status < 300:
            again = _seconds(after) if status in _WORTH_ANOTHER else None
            raise NotDelivered(f"{self.name}: answered {status}", again_s=again)

    async def _post(self, document: bytes) -> tuple[int, str]:
        """The status and what `Retry-After` says.

        A deadline holds for the whole call: httpx's own is for each read, which a server that drips
        never exceeds.
        """
        url = self._url.reveal()
        headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
        async with (
            asyncio.timeout(self._limit_s),
            httpx.AsyncClient(
                timeout=self._limit_s,
                trust_env=False,
                verify=httpx.create_ssl_context(),
                proxy=proxy_of(url),
                follow_redirects=False,
            ) as client,
            client.stream("POST", url, content=document, headers=headers) as answer,
        ):
            return answer.status_code, answer.headers.get("retry-after", "")


def _seconds(retry_after: str) -> float:
    is_number = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 6
    return min(LONGEST_S, max(FIRST_S, float(retry_after))) if is_number else FIRST_S


def _content(file: Path) -> str:
    try:
        content, status = places.read_regular(file, LARGEST_FILE)
    except OSError as error:
        raise UsageError(
            f"{clean(str(file), 200)}: the webhook's URL cannot be read: {places.why(error)}"
        ) from error
    if status.st_mode & 0o077:
        raise UsageError(
            f"{clean(str(file), 200)}: others can read the webhook's URL",
            hint=f"Run: chmod 600 {clean(str(file), 200)}",
        )
    return content.decode("utf-8", errors="replace").strip()


def _sound(text: str, place: str) -> Secret:
    refused = UsageError(
        f"{place} holds no URL that alerts could be posted to.",
        hint="One line such as https://hooks.example.com/services/...",
    )
    if not text.isascii() or not text.isprintable() or " " in text:
        raise refused
    try:
        url = urllib.parse.urlsplit(text)
        is_url = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        raise refused from None
    if not is_url:
        raise refused
    return Secret(text)
