"""REST v2 as the console reads it: against the simulator, and against pages made by hand."""

import json
from collections.abc import Iterator

import pytest

from rgt_tui.clients import http
from rgt_tui.clients.rest import PAGES_MAX, Rest
from rgt_tui.clock import steady
from rgt_tui.domain.billing import Bucket
from rgt_tui.domain.errors import Forbidden, Limited, NotFound, NotSent, Unauthorized, Unreadable
from rgt_tui.domain.secret import Secret
from rgt_tui.pacing.quota import Quota
from rgt_tui.simulator import Simulator, build_world
from tests.clients.raw_http import Answer, json_answer, serving
from tests.guard.finished import finished
from tests.records import delete, stop


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world()) as running:
        yield running


@pytest.fixture(autouse=True)
def _sound(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(http, "BACKOFF_FIRST_S", 0.01)
    yield
    simulator.faults.clear()


def a_rest(simulator: Simulator) -> Rest:
    return Rest(base_url=simulator.url, key=Secret(simulator.api_key), deadline_s=10)


async def test_every_pod_is_listed_and_each_can_be_read_alone(simulator: Simulator) -> None:
    async with a_rest(simulator) as rest:
        listed = (await rest.pods()).pods
        assert {pod.id for pod in listed} >= set(simulator.call(lambda world: list(world.pods)))
        alone = await rest.pod(listed[0].id)
    assert (alone.id, alone.image, alone.created_at) == (
        listed[0].id,
        listed[0].image,
        listed[0].created_at,
    )


async def test_volumes_catalogue_and_billing_are_read(simulator: Simulator) -> None:
    async with a_rest(simulator) as rest:
        assert all(volume.size_gb for volume in (await rest.network_volumes()).volumes)
        assert any(gpu.secure_price for gpu in (await rest.gpu_types()).gpu_types)
        assert any(center.gpus for center in (await rest.data_centers()).data_centers)
        assert len((await rest.billing(Bucket.HOUR, 24)).records) == 24
        pod_id = (await rest.pods()).pods[0].id
        assert {record.pod_id for record in (await rest.pod_billing(pod_id=pod_id)).records} <= {
            pod_id
        }


async def test_a_log_is_read(simulator: Simulator) -> None:
    async with a_rest(simulator) as rest:
        pods = (await rest.pods()).pods
        lines = [await rest.log_snapshot(pod.id, "system", tail=20, wait_s=1.5) for pod in pods[:2]]
    assert any(lines)
    for line in (line for found in lines for line in found):
        assert line.source == "system"
        assert line.text.isprintable()


async def test_the_quota_of_each_answer_is_told(simulator: Simulator) -> None:
    told: list[Quota] = []
    key = Secret(simulator.api_key)
    async with Rest(base_url=simulator.url, key=key, on_quota=told.append) as rest:
        await rest.pods()
    assert [window.name for window in told[0].windows] == ["minute", "hour", "day"]
    assert all(window.limit for window in told[0].windows)


async def test_a_wrong_key_is_unauthorized(simulator: Simulator) -> None:
    async with Rest(base_url=simulator.url, key=Secret("rpa_WRONG")) as rest:
        with pytest.raises(Unauthorized) as caught:
            await rest.pods()
    assert "login" in caught.value.hint


@pytest.mark.parametrize(("status", "kind"), [(403, Forbidden), (429, Limited)])
async def test_a_refused_read_has_its_kind(
    simulator: Simulator, status: int, kind: type[Exception]
) -> None:
    simulator.faults.status = status
    async with a_rest(simulator) as rest:
        with pytest.raises(kind):
            await rest.pods()


async def test_a_pod_that_is_not_there_is_not_found(simulator: Simulator) -> None:
    async with a_rest(simulator) as rest:
        with pytest.raises(NotFound):
            await rest.pod("nosuchpod")


async def test_a_pod_id_that_fits_no_address_is_not_asked_for(simulator: Simulator) -> None:
    before = len(simulator.requests)
    async with a_rest(simulator) as rest:
        for bad in ("", "..", "a/b", "a?b=c", "a b"):
            with pytest.raises(NotSent):
                await rest.pod(bad)
    assert len(simulator.requests) == before


async def test_stop_and_start_are_carried_out_and_nothing_else_was_written() -> None:
    with Simulator(build_world()) as simulator:
        key = Secret(simulator.api_key)
        async with Rest(base_url=simulator.url, key=key, read_only=False) as rest:
            pods = (await rest.pods()).pods
            pod = next(pod for pod in pods if "stop" in pod.actions and not pod.locked)
            await stop(rest.http, pod.id)
            assert (await rest.pod(pod.id)).is_stopped
        writes = [
            (asked.method, asked.path) for asked in simulator.requests if asked.method != "GET"
        ]
    assert writes == [("POST", f"/v2/pods/{pod.id}/action")]


async def test_a_delete_with_its_permit_removes_that_pod_and_no_other() -> None:
    with Simulator(build_world()) as simulator:
        key = Secret(simulator.api_key)
        async with Rest(base_url=simulator.url, key=key, read_only=False) as rest:
            before = [pod.id for pod in (await rest.pods()).pods]
            await delete(rest.http, finished(before[0], steady(), clock=steady).permit())
            assert [pod.id for pod in (await rest.pods()).pods] == before[1:]
            with pytest.raises(NotFound):
                await rest.pod(before[0])


def page(*ids: str, cursor: str | None = None, more: bool = False) -> Answer:
    body = {
        "pods": [{"id": pod_id} for pod_id in ids],
        "pagination": {"nextCursor": cursor, "hasNextPage": more},
    }
    return json_answer(json.dumps(body).encode())


async def paged(*pages: Answer) -> tuple[list[str], list[bytes]]:
    async with serving(*pages) as server, Rest(base_url=server.url, key=Secret("k")) as rest:
        listed = await rest.pods()
        return [pod.id for pod in listed.pods], [
            request.split(b" ")[1] for request in server.requests
        ]


async def test_pages_are_followed_to_the_last_one() -> None:
    ids, asked = await paged(page("a", "b", cursor="c 1/=&", more=True), page("c"))
    assert ids == ["a", "b", "c"]
    assert asked == [
        b"/v2/pods?includeClusterPods=true",
        b"/v2/pods?includeClusterPods=true&cursor=c%201%2F%3D%26&limit=1000",
    ]


async def test_an_empty_page_may_have_a_next_one_and_a_pod_seen_twice_is_one() -> None:
    ids, _ = await paged(
        page(cursor="x", more=True), page("a", cursor="y", more=True), page("a", "b")
    )
    assert ids == ["a", "b"]


async def test_pages_that_go_round_are_an_error_and_not_half_a_list() -> None:
    with pytest.raises(Unreadable, match="do not end"):
        await paged(page("a", cursor="x", more=True), page("b", cursor="x", more=True))


async def test_pages_without_end_are_an_error() -> None:
    pages = [page(f"p{number}", cursor=f"c{number}", more=True) for number in range(PAGES_MAX + 1)]
    with pytest.raises(Unreadable, match="do not end"):
        await paged(*pages)


async def test_an_answer_about_another_pod_is_not_taken() -> None:
    async with (
        serving(json_answer(b'{"id": "b"}')) as server,
        Rest(base_url=server.url, key=Secret("k")) as rest,
    ):
        with pytest.raises(Unreadable, match="describes Pod b"):
            await rest.pod("a")
