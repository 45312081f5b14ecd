"""The client against Prism's mock of the untouched OpenAPI document."""

from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal

import pytest

from rgt_tui.clients import http
from rgt_tui.clients.rest import Rest
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    Conflict,
    Forbidden,
    Limited,
    NotFound,
    Refused,
    Unauthorized,
)
from rgt_tui.domain.request import Verb
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from rgt_tui.pacing.quota import Quota
from tests.clients.prism import prism
from tests.records import an_act, send, stop

POD = PodId("7h9k2m4n6p")
Read = Callable[[Rest], Awaitable[object]]
READS: dict[str, Read] = {
    "pods": Rest.pods,
    "pod": lambda rest: rest.pod(POD),
    "volumes": Rest.network_volumes,
    "gpus": Rest.gpu_types,
    "data centers": Rest.data_centers,
    "billing": Rest.billing,
    "pod billing": Rest.pod_billing,
}


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with prism() as url:
        yield url


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF_FIRST_S", 0.01)


def a_rest(url: str, prefer: str = "", *, read_only: bool = True) -> Rest:
    rest = Rest(base_url=url, key=Secret("rpa_test"), read_only=read_only, deadline_s=30)
    rest.extra_headers = {"Prefer": prefer} if prefer else {}
    return rest


async def test_the_documented_pod_is_listed_and_read_alone(mock: str) -> None:
    async with a_rest(mock) as rest:
        [pod] = (await rest.pods()).pods
        assert pod == await rest.pod(POD)
    assert (pod.id, pod.name, pod.status) == (POD, "pytorch-training", "RUNNING")
    assert pod.cost_per_hour == Decimal("0.44")
    assert pod.ssh_direct is not None
    assert pod.ssh_proxy is not None


async def test_volumes_catalogue_billing_and_log_are_read(mock: str) -> None:
    async with a_rest(mock) as rest:
        assert (await rest.network_volumes()).volumes[0].tier == "HIGH_PERFORMANCE"
        assert (await rest.gpu_types()).gpu_types[0].availability == "HIGH"
        assert (await rest.data_centers()).data_centers[0].id == "US-KS-2"
        assert (await rest.billing()).total == Decimal("42.34")
        assert (await rest.pod_billing()).records[0].pod_id == POD
        lines = await rest.log_snapshot(POD, "container")
    assert [line.text for line in lines] == ["Model loaded."]


async def test_the_rate_limit_is_told(mock: str) -> None:
    told: list[Quota] = []
    async with Rest(base_url=mock, key=Secret("rpa_test"), on_quota=told.append) as rest:
        await rest.pods()
    assert [(window.name, window.limit) for window in told[0].windows] == [
        ("minute", 60),
        ("hour", 3000),
        ("day", 50000),
    ]


CODES: list[tuple[int, type[ApiError], int]] = [
    (401, Unauthorized, 3),
    (402, Refused, 4),
    (403, Forbidden, 3),
    (404, NotFound, 4),
    (422, Refused, 4),
    (429, Limited, 4),
    (500, Ambiguous, 4),
    (503, Ambiguous, 4),
]


@pytest.mark.parametrize(("code", "kind", "exit_code"), CODES)
@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_each_refusal_of_each_read_has_its_kind(
    mock: str, code: int, kind: type[ApiError], exit_code: int, read: Read
) -> None:
    async with a_rest(mock, f"code={code}") as rest:
        with pytest.raises(ApiError) as caught:
            await read(rest)
    assert (type(caught.value), caught.value.exit_code) == (kind, exit_code)
    assert caught.value.status == code


async def test_the_wait_of_a_429_is_the_documented_one(mock: str) -> None:
    async with a_rest(mock, "code=429") as rest:
        with pytest.raises(Limited) as caught:
            await rest.pods()
    assert caught.value.retry_after_s == 12


ROUNDS = [("pods", 200), *((name, 30) for name in READS if name not in ("pods", "pod"))]


@pytest.mark.parametrize(("name", "rounds"), ROUNDS)
async def test_random_shapes_of_the_documented_types_are_read(
    mock: str, name: str, rounds: int
) -> None:
    async with a_rest(mock, "dynamic=true") as rest:
        seen = [repr(await READS[name](rest)) for _ in range(rounds)]
    assert len(set(seen)) > rounds / 2


async def test_a_verb_is_accepted_and_a_409_is_a_conflict(mock: str) -> None:
    async with a_rest(mock, read_only=False) as rest:
        await stop(rest.http, POD)
        rest.extra_headers = {"Prefer": "code=409"}
        with pytest.raises(Conflict):
            await send(rest.http, an_act(POD, Verb.START))
