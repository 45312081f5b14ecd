"""How the HTTP clients are built: proxy, trust store, key, and the gate under all of it.

A client can fail to be built at all: a proxy URL of an unknown kind, a CA file that is not
there. That is said once, in words, by every call, while the console starts and shows what it has.
"""

import re
import ssl
from collections.abc import Generator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from rgt_tui import __version__
from rgt_tui.clients.gate import Gate, Sending
from rgt_tui.clients.origin import proxy_of
from rgt_tui.domain.errors import ApiError, GuardRefused, NotSent, Unauthorized
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.secret import Secret

USER_AGENT: Final = f"rgt-tui/{__version__}"
"""Cloudflare refuses the default names of some Python clients (error 1010)."""
CONNECT_S: Final = 5.0
LEAVE: Final = "rgt_tui.pass"
"""The request extension that carries a pass to the gate; it goes no further."""
_KEY: Final = re.compile(r"[!-~]{1,1024}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Two clients to one origin.

    Attributes:
        reads: pools its connections; its gate passes GET alone.
        writes: never reuses a connection; its gate passes what has leave.
    """

    reads: httpx.AsyncClient
    writes: httpx.AsyncClient


def build(origin: str, key: Secret, *, read_only: bool) -> Clients | ApiError:
    """The clients, or the reason why there can be none."""
    try:
        _check_key(key)
        verify = _trust(origin)
        auth = _Bearer(key)
        return Clients(
            reads=_client(origin, auth, verify, Gate(read_only=True)),
            writes=_client(origin, auth, verify, Gate(read_only=read_only)),
        )
    except ApiError as error:
        return error
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
        return NotSent(
            f"no call can be made: {_setup_problem(error)}",
            hint="Check HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR and RUNPOD_API_BASE_URL.",
        )


class _Bearer(httpx.Auth):
    """Adds the key, and only here is it in clear."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request


class _Gated(httpx.AsyncBaseTransport):
    """The real transport behind the gate: what was checked is what is sent."""

    def __init__(self, inner: httpx.AsyncHTTPTransport, gate: Gate, origin: str) -> None:
        self._inner = inner
        self._gate = gate
        self._netloc = httpx.URL(origin).netloc
        self._scheme = httpx.URL(origin).scheme

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        leave = request.extensions.pop(LEAVE, None)
        if set(request.extensions) - {"timeout"}:
            raise GuardRefused("a request that changes how it is sent stays here")
        url = request.url
        if (
            url.netloc != self._netloc
            or url.scheme != self._scheme
            or request.headers.get("host") != self._netloc.decode()
        ):
            raise GuardRefused(
                "a request to another host is not sent: the key is for one service only"
            )
        names = frozenset(name.lower() for name in request.headers)
        sending = Sending(
            method=request.method,
            target=url.raw_path,
            body=await request.aread(),
            header_names=names,
        )
        self._gate.check(sending, leave)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _client(
    origin: str, auth: httpx.Auth, verify: ssl.SSLContext | bool, gate: Gate
) -> httpx.AsyncClient:
    """A client to `origin`; one whose gate can let writes out does not keep connections."""
    limits = httpx.Limits(
        max_connections=16,
        max_keepalive_connections=8 if gate.read_only else 0,
        keepalive_expiry=20.0,
    )
    inner = httpx.AsyncHTTPTransport(verify=verify, limits=limits, proxy=proxy_of(origin))
    return httpx.AsyncClient(
        transport=_Gated(inner, gate, origin),
        auth=auth,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(None, connect=CONNECT_S, pool=CONNECT_S),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )


def _trust(origin: str) -> ssl.SSLContext | bool:
    """What decides whom to trust: the usual trust store, or for plain HTTP one that trusts nobody."""
    url = httpx.URL(origin)
    if url.scheme not in ("http", "https") or not url.host or url.raw_path != b"/" or url.userinfo:
        raise ValueError("the base URL must be like https://api.runpod.io")
    plain = url.scheme == "http" and proxy_of(origin) is None
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context()


def _check_key(key: Secret) -> None:
    """A key that cannot be a header must not get that far: the library's error would quote it."""
    if not _KEY.match(key.reveal()):
        raise Unauthorized(
            "the API key is empty or holds spaces, line breaks or characters beyond ASCII",
            hint="Copy the key again, without anything around it.",
        )


def _setup_problem(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "the CA certificates named by SSL_CERT_FILE or SSL_CERT_DIR are not there"
    if isinstance(error, ssl.SSLError):
        return "the CA certificates named by SSL_CERT_FILE or SSL_CERT_DIR cannot be read"
    if isinstance(error, ValueError) and "base URL" in str(error):
        return str(error)
    return f"a proxy or address setting makes no sense ({type(error).__name__})"
