"""The S3 interface of network volumes: list, head, ranged get, delete. Works without a Pod.

Quirks of RunPod's (documentation storage/s3-api, read 2026-08-20, and public reports): 502s come
and go, so reads are tried again up to ten times; the first list over files that a Pod wrote takes
minutes, and may hand out the same continuation token twice; there is no bulk delete. Signing is
botocore's; bytes travel by httpx, so that proxies, trust and deadlines are those of the REST client.
"""

import asyncio
import contextlib
import random
import urllib.parse
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Final, Self

import httpx

from rgt_tui.clients import s3_decode
from rgt_tui.clients.http_faults import from_exception
from rgt_tui.clients.http_setup import CONNECT_S, USER_AGENT
from rgt_tui.clients.origin import host_of, proxy_of, road_of
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    BadCertificate,
    Forbidden,
    GuardRefused,
    NotFound,
    NotSent,
    Refused,
    Unreadable,
)
from rgt_tui.domain.objects import Listing, StoredObject, is_trash
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.text import clean

ATTEMPTS: Final = 11
BACKOFF_MAX_S: Final = 4.0
PAGE: Final = 1000
RANGE_MAX: Final = 64 * 1024 * 1024
"""Bytes of one ranged read; a longer one is several."""
LIST_CAP: Final = 8 * 1024 * 1024
ERROR_CAP: Final = 16 * 1024
RELISTS: Final = 2
_BUCKET: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_FAULTS: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Keys:
    """The pair made in the RunPod console under S3 API keys; the REST key is refused.

    Attributes:
        access: `user_...`.
        secret: `rps_...`.
        source: where it came from, for messages.
    """

    access: str
    secret: Secret
    source: str


class _Again(Exception):
    """A failure after which a read may be tried again; the cause is what it is for the caller."""

    def __init__(self, cause: ApiError) -> None:
        super().__init__()
        self.cause: Final = cause


class S3:
    """A connection to the S3 interface of one data center, open inside `async with`."""

    def __init__(
        self,
        *,
        endpoint: str,
        region: str,
        keys: S3Keys,
        read_only: bool = True,
        deadline_s: float = 60.0,
        page: int = PAGE,
    ) -> None:
        """Opens nothing yet.

        Args:
            endpoint: origin, as `domain.objects.s3_endpoint` gives it.
            region: the data center's id.
            keys: the S3 credentials.
            read_only: whether `delete` is refused.
            deadline_s: seconds one call may take in all, attempts included; a list takes five times that.
            page: names asked for at a time.
        """
        self._endpoint = endpoint.rstrip("/")
        self._region = region
        self._keys = keys
        self._read_only = read_only
        self._deadline_s = deadline_s
        self._page = page
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        try:
            self._http = await asyncio.to_thread(self._open)
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            raise NotSent(
                f"no call to {host_of(self._endpoint)} can be made ({type(error).__name__})",
                hint="Check HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE and RUNPOD_S3_ENDPOINT_URL.",
            ) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def list(
        self, bucket: str, prefix: str = "", *, deep: bool = False, limit: int = 10_000
    ) -> Listing:
        """What lies under `prefix`.

        Args:
            bucket: id of the network volume.
            prefix: path under the mount, ending in `/` for the inside of a folder.
            deep: all levels in place of one.
            limit: objects and folders after which the list is cut.

        Raises:
            ApiError: it could not be read; a part is never given for the whole.
        """
        doing = f"list {clean(prefix or '/', 80)} of network volume {clean(bucket, 40)}"
        failure: ApiError = Unreadable(f"could not {doing}: the pages of the list do not end")
        try:
            async with asyncio.timeout(5 * self._deadline_s):
                for _ in range(RELISTS + 1):
                    found = await self._pages(bucket, prefix, deep=deep, limit=limit, doing=doing)
                    if found is not None:
                        return found
        except TimeoutError as error:
            raise Ambiguous(
                f"could not {doing}: no end within {5 * self._deadline_s:g} s",
                hint="The first list over new files takes minutes: the service computes checksums.",
            ) from error
        raise failure

    async def head(self, bucket: str, key: str) -> StoredObject:
        """Size, ETag and time of one object.

        Raises:
            NotFound: there is none.
            ApiError: it could not be read.
        """
        doing = f"look at {clean(key, 120)} on network volume {clean(bucket, 40)}"
        async with self._read("HEAD", bucket, key, doing) as answer:
            length = answer.headers.get("content-length", "")
            return StoredObject(
                key=key,
                size=int(length) if length.isascii() and length.isdigit() else None,
                etag=s3_decode.etag(answer.headers.get("etag")),
                modified=s3_decode.http_date(answer.headers.get("last-modified")),
            )

    async def get(self, bucket: str, key: str, start: int, length: int) -> bytes:
        """`length` bytes of an object from `start` on; fewer only where the object ends.

        Raises:
            NotFound: there is none.
            ApiError: it could not be read.
        """
        if not 0 < length <= RANGE_MAX or start < 0:
            raise NotSent(f"a range of {length} bytes from {start} is not asked for")
        doing = f"read {clean(key, 120)} on network volume {clean(bucket, 40)}"
        headers = {"Range": f"bytes={start}-{start + length - 1}"}
        async with self._read("GET", bucket, key, doing, headers=headers) as answer:
            if answer.status_code == 416:
                return b""
            whole = answer.status_code == 200
            if whole and start:
                raise Unreadable(f"could not {doing}: the service ignores ranges")
            return await _body(answer, length, doing, cut=whole)

    async def delete(self, bucket: str, key: str) -> None:
        """Deletes one object of a trash folder, once; a volume may be somebody's only copy.

        Raises:
            GuardRefused: this connection is read-only, or the object lies in no trash folder.
            Ambiguous: it may have been carried out.
            ApiError: any other outcome.
        """
        doing = f"delete {clean(key, 120)} on network volume {clean(bucket, 40)}"
        if self._read_only:
            raise GuardRefused(f"could not {doing}: this session is read-only")
        if not is_trash(key):
            raise GuardRefused(f"could not {doing}: only what lies in a trash folder is deleted")
        try:
            async with (
                asyncio.timeout(self._deadline_s),
                self._answer("DELETE", self._url(bucket, key), doing, {}),
            ):
                return
        except _Again as failure:
            raise failure.cause from failure
        except TimeoutError as error:
            raise Ambiguous(f"could not {doing}: no answer in time") from error

    async def _pages(
        self, bucket: str, prefix: str, *, deep: bool, limit: int, doing: str
    ) -> Listing | None:
        """The whole list; None when the service hands out a token twice."""
        objects: list[StoredObject] = []
        folders: list[str] = []
        token: str | None = None
        seen: set[str] = set()
        while True:
            query = {"list-type": "2", "max-keys": str(self._page), "prefix": prefix}
            query |= {} if deep else {"delimiter": "/"}
            query |= {} if token is None else {"continuation-token": token}
            async with self._read("GET", bucket, "", doing, query=query) as answer:
                page = s3_decode.page(await _body(answer, LIST_CAP, doing), doing)
            objects += page.objects
            folders += page.folders
            if page.token is None:
                return Listing(objects=tuple(objects), folders=tuple(folders))
            if len(objects) + len(folders) >= limit:
                return Listing(objects=tuple(objects), folders=tuple(folders), is_whole=False)
            if page.token in seen:
                return None
            token = page.token
            seen.add(token)

    @contextlib.asynccontextmanager
    async def _read(
        self,
        method: str,
        bucket: str,
        key: str,
        doing: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """A successful answer to a read, tried again while that may help."""
        url = self._url(bucket, key, query)
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._deadline_s):
                    yield await self._tried(stack, method, url, doing, headers or {})
            except TimeoutError as error:
                raise Ambiguous(f"could not {doing}: no answer in time") from error
            except _FAULTS as error:
                raise from_exception(error, doing, road_of(self._endpoint)) from error

    async def _tried(
        self,
        stack: contextlib.AsyncExitStack,
        method: str,
        url: str,
        doing: str,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        for attempt in range(ATTEMPTS):
            try:
                return await stack.enter_async_context(self._answer(method, url, doing, headers))
            except _Again as failure:
                if attempt == ATTEMPTS - 1:
                    raise failure.cause from failure
                pause = min(BACKOFF_MAX_S, 0.1 * 2.0**attempt)
                await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  # spreads load only
        raise AssertionError("the last attempt returns or raises")

    @contextlib.asynccontextmanager
    async def _answer(
        self, method: str, url: str, doing: str, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        if self._http is None:
            raise NotSent("the connection to the S3 interface is not open")
        signed = await asyncio.to_thread(self._signed, method, url, headers)
        request = self._http.build_request(method, url, headers=signed)
        try:
            answer = await self._http.send(request, stream=True)
        except _FAULTS as error:
            fault = from_exception(error, doing, road_of(self._endpoint))
            if isinstance(fault, BadCertificate):
                raise fault from error
            raise _Again(fault) from error
        try:
            if answer.status_code not in (200, 204, 206, 416):
                raise await self._refusal(answer, doing)
            yield answer
        finally:
            await answer.aclose()

    async def _refusal(self, answer: httpx.Response, doing: str) -> Exception:
        body = b""
        with contextlib.suppress(*_FAULTS, ApiError):
            body = await _body(answer, ERROR_CAP, doing, cut=True)
        code, status = s3_decode.error_code(body), answer.status_code
        said = f"could not {doing}: {host_of(self._endpoint)} answered {status}"
        said += f" ({code})" if code else ""
        if status in (500, 502, 503, 504, 429):
            return _Again(Ambiguous(said, status=status))
        if status == 404:
            return NotFound(said, status=404)
        if status in (401, 403):
            hint = (
                f"The pair from {self._keys.source} must be an S3 API key of the RunPod console "
                "(user_... and rps_...); an API key is refused here."
            )
            return Forbidden(said, hint=hint, status=status)
        return Refused(said, status=status)

    def _url(self, bucket: str, key: str, query: Mapping[str, str] | None = None) -> str:
        if not bucket or not set(bucket) <= _BUCKET:
            raise NotSent(f"{clean(bucket, 40)!r} is no id of a network volume")
        path = urllib.parse.quote(key, safe="/~", errors="surrogatepass")
        asked = urllib.parse.urlencode(
            sorted((query or {}).items()), quote_via=urllib.parse.quote, safe="~"
        )
        return (
            f"{self._endpoint}/{bucket}{f'/{path}' if path else ''}{f'?{asked}' if asked else ''}"
        )

    def _signed(self, method: str, url: str, headers: Mapping[str, str]) -> dict[str, str]:
        from botocore.auth import S3SigV4Auth  # a fifth of a second, only where S3 is used
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        request = AWSRequest(method=method, url=url, headers=dict(headers))
        keys = Credentials(self._keys.access, self._keys.secret.reveal())
        S3SigV4Auth(keys, "s3", self._region).add_auth(request)
        return {name: str(value) for name, value in request.headers.items()}

    def _open(self) -> httpx.AsyncClient:
        proxy = proxy_of(self._endpoint)
        return httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(verify=httpx.create_ssl_context(), proxy=proxy),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(None, connect=CONNECT_S, pool=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
        )


async def _body(answer: httpx.Response, cap: int, doing: str, *, cut: bool = False) -> bytes:
    """The body up to `cap` bytes; a longer one is an error unless it may be cut."""
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > cap:
            if cut:
                return bytes(body[:cap])
            raise Unreadable(f"could not {doing}: the answer is longer than it may be")
    return bytes(body)
