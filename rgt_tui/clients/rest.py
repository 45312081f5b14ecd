"""REST v2: one method per operation used. Reads only; writes are in `lifecycle` and `teardown`."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

from rgt_tui.clients import billing_decode, catalog_decode, logs, rest_decode
from rgt_tui.clients.strict_json import Json
from rgt_tui.domain.billing import (
    BillingHistory,
    Bucket,
    PodBillingHistory,
    VolumeBillingHistory,
)
from rgt_tui.domain.catalog import DataCenterList, GpuTypeList
from rgt_tui.domain.errors import NotSent, Unreadable
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId, is_pod_id
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.pacing.quota import Quota

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http

Value = TypeVar("Value")
PAGES_MAX: Final = 30
PAGE_SIZE: Final = 1000
"""Pods asked for on each page after the first; the service's own maximum."""


class Rest:
    """A connection to REST v2, open inside `async with`.

    httpx is loaded on entering, in a thread: it takes a quarter of a second that neither the
    start of the program nor the engine's loop has to spare.

    Attributes:
        extra_headers: sent with every call; for contract tests, which steer a mock server by them.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key: Secret,
        read_only: bool = True,
        on_quota: Callable[[Quota], None] | None = None,
        deadline_s: float = 15.0,
    ) -> None:
        """Opens nothing yet.

        Args:
            base_url: origin of the service, without `/v2`.
            key: the API key.
            read_only: whether the gate refuses every write.
            on_quota: told the rate limit that each answer reports.
            deadline_s: seconds one call may take in all, retries included.
        """
        self.extra_headers: Mapping[str, str] = {}
        self._base_url = base_url
        self._key = key
        self._read_only = read_only
        self._on_quota = on_quota
        self._deadline_s = deadline_s
        self._http: Http | None = None

    async def __aenter__(self) -> Self:
        self._http = await asyncio.to_thread(self._open)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    @property
    def http(self) -> "Http":
        """The open connection, for `lifecycle` and `teardown`.

        Raises:
            NotSent: outside `async with`.
        """
        if self._http is None:
            raise NotSent("the connection to the API is not open")
        self._http.extra_headers = self.extra_headers
        return self._http

    async def pods(self) -> PodList:
        """Every Pod of the account, cluster members included, from as many pages as there are.

        Raises:
            ApiError: the list could not be read to its end; a part of it is never given for the whole.
        """
        found: dict[PodId, Pod] = {}
        cursor: str | None = None
        seen: set[str] = set()
        for _ in range(PAGES_MAX):
            page = await self._read(
                "/v2/pods", "list the Pods", rest_decode.pod_page, query=_page_query(cursor)
            )
            for number, pod in enumerate(page.pods, len(found)):
                found.setdefault(pod.id if is_pod_id(pod.id) else PodId(f"{pod.id}\n{number}"), pod)
            cursor = page.next_cursor
            if cursor is None:
                return PodList(tuple(found.values()))
            if cursor in seen:
                break
            seen.add(cursor)
        raise Unreadable("could not list the Pods: the pages of the list do not end")

    async def pod(self, pod_id: str) -> Pod:
        """One Pod.

        Raises:
            NotFound: it does not exist, or this key may not see it.
            ApiError: it could not be read.
        """
        if not is_pod_id(pod_id):
            raise NotSent(f"could not read Pod {clean(pod_id, 64)}: that is no Pod id")
        found = await self._read(f"/v2/pods/{pod_id}", f"read Pod {pod_id}", rest_decode.pod)
        if found.id != pod_id:
            raise Unreadable(f"could not read Pod {pod_id}: the answer describes Pod {found.id}")
        return found

    async def container(self, pod_id: str) -> Mapping[str, Json]:
        """Image, arguments, registry and environment of a Pod as they are, secrets included.

        For a request that hands them on to another Pod; never for the screen or a file.

        Raises:
            ApiError: it could not be read.
        """
        if not is_pod_id(pod_id):
            raise NotSent(f"could not read Pod {clean(pod_id, 64)}: that is no Pod id")
        doing = f"read the container of Pod {pod_id}"
        return await self._read(f"/v2/pods/{pod_id}", doing, rest_decode.container)

    async def registries(self) -> Mapping[str, str]:
        """The registry logins of the account: their names by their ids.

        Raises:
            ApiError: the list could not be read.
        """
        return await self._read(
            "/v2/registries", "list the registry logins", rest_decode.registries
        )

    async def network_volumes(self) -> VolumeList:
        """Every network volume of the account.

        Raises:
            ApiError: the list could not be read.
        """
        return await self._read(
            "/v2/network-volumes", "list the network volumes", rest_decode.volume_list
        )

    async def network_volume(self, volume: str) -> NetworkVolume:
        """One network volume.

        Raises:
            NotFound: it does not exist, or this key may not see it.
            ApiError: it could not be read.
        """
        if not is_pod_id(volume):
            raise NotSent(f"could not read network volume {clean(volume, 64)}: that is no id")
        path, doing = f"/v2/network-volumes/{volume}", f"read network volume {volume}"
        return await self._read(path, doing, rest_decode.one_volume)

    async def gpu_types(self) -> GpuTypeList:
        """The catalogue's GPU types with prices and availability for Pods.

        Raises:
            ApiError: the catalogue could not be read.
        """
        query = {"include": "AVAILABILITY", "product": "POD"}
        return await self._read(
            "/v2/catalog/gpus", "read the GPU catalogue", catalog_decode.gpu_type_list, query=query
        )

    async def data_centers(self) -> DataCenterList:
        """The data centers with the availability of GPUs.

        Raises:
            ApiError: the catalogue could not be read.
        """
        query = {"include": "GPU_AVAILABILITY"}
        decode = catalog_decode.data_center_list
        return await self._read(
            "/v2/catalog/datacenters", "list the data centers", decode, query=query
        )

    async def billing(self, bucket: Bucket = Bucket.DAY, last_n: int = 30) -> BillingHistory:
        """What the account spent in the last `last_n` buckets, the present one included.

        Raises:
            ApiError: the history could not be read. `Forbidden` is normal for team roles.
        """
        query = {"bucketSize": bucket.value, "lastN": str(last_n)}
        return await self._read(
            "/v2/billing", "read the billing history", billing_decode.billing_history, query=query
        )

    async def pod_billing(
        self, bucket: Bucket = Bucket.DAY, last_n: int = 30, *, pod_id: str | None = None
    ) -> PodBillingHistory:
        """What Pods cost in the last `last_n` buckets: one record a Pod and bucket.

        Raises:
            ApiError: the history could not be read. `Forbidden` is normal for team roles.
        """
        query = {"bucketSize": bucket.value, "lastN": str(last_n)}
        if pod_id is not None:
            query["podId"] = pod_id
        decode = billing_decode.pod_billing_history
        return await self._read("/v2/billing/pods", "read the billing of Pods", decode, query=query)

    async def volume_billing(
        self, bucket: Bucket = Bucket.DAY, last_n: int = 30
    ) -> VolumeBillingHistory:
        """What network volumes cost in the last `last_n` buckets: one record a volume and bucket.

        Raises:
            ApiError: the history could not be read. `Forbidden` is normal for team roles.
        """
        query = {"bucketSize": bucket.value, "lastN": str(last_n)}
        return await self._read(
            "/v2/billing/network-volumes",
            "read the billing of network volumes",
            billing_decode.volume_billing_history,
            query=query,
        )

    async def log_snapshot(
        self,
        pod_id: PodId,
        source: str | None = None,
        *,
        tail: int = 100,
        since: float | None = None,
        wait_s: float = 5.0,
    ) -> tuple[LogLine, ...]:
        """The newest lines of a Pod's log; `clients.logs` tells when a snapshot ends.

        Raises:
            ApiError: the log could not be read. `Forbidden` is normal for a restricted key.
        """
        ask = logs.LogAsk(source=source, tail=tail, since=since, wait_s=wait_s)
        return await logs.log_snapshot(self.http, pod_id, ask)

    def _open(self) -> "Http":
        from rgt_tui.clients.http import Http  # loads httpx

        http = Http(
            base_url=self._base_url,
            key=self._key,
            read_only=self._read_only,
            deadline_s=self._deadline_s,
        )
        if self._on_quota is not None:
            http.on_quota = self._on_quota
        http.open()
        return http

    async def _read(
        self,
        path: str,
        doing: str,
        decode: Callable[[Json], Value],
        *,
        query: Mapping[str, str] | None = None,
    ) -> Value:
        from rgt_tui.clients.http import Ask  # loaded already, by `_open`

        return await self.http.read(Ask(path=path, doing=doing, query=query or {}), decode)


def _page_query(cursor: str | None) -> dict[str, str]:
    query = {"includeClusterPods": "true"}
    if cursor is not None:
        query |= {"cursor": cursor, "limit": str(PAGE_SIZE)}
    return query
