"""Two outside judges read over the client's shoulder: Prism as a proxy, and openapi-core."""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from openapi_core.validation.exceptions import ValidationError

from rgt_tui.clients import http
from rgt_tui.clients.creating import Maker
from rgt_tui.clients.http import Ask
from rgt_tui.clients.journal import Journal
from rgt_tui.clients.rest import Rest
from rgt_tui.clock import steady
from rgt_tui.domain.account import Account
from rgt_tui.domain.billing import Bucket
from rgt_tui.domain.errors import Ambiguous, Refused
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import CreateVolume, Ending, Patch, Verb
from rgt_tui.domain.secret import Secret
from rgt_tui.launching import choices, launch, picked
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from rgt_tui.simulator.rest.desk import Handler
from tests.clients.prism import prism
from tests.contract.document import load_document
from tests.guard.finished import finished
from tests.records import an_act, delete, send, stop

LOGS = re.compile(r"/v2/pods/[^/]+/logs")


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF_FIRST_S", 0.01)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return load_document()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(), quota=UNMETERED) as running:
        yield running


async def make(rest: Rest, pods: Sequence[Pod]) -> None:
    """A Pod with a choice of each kind, a network volume, and a larger disk."""
    source = next(p for p in pods if p.gpu_id and p.volume_disk and not p.cluster)
    found = choices(source, Account(), ("RP9", "RP11", "RP6"), {})
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(
            rest=rest,
            journal=Journal(Path(folder) / "state" / "j", account="t", clock=lambda: 1.0),
            require_writable=lambda: None,
            say=print,
            approval="a test",
        )
        ended = await maker.make(launch(source, picked(found, {})))
        assert ended[0] is Ending.DONE, ended
        volume = CreateVolume(name="judged", size_gb=20, data_center="EU-RO-1")
        assert (await maker.make(volume))[0] is Ending.DONE
    sized = next(p for p in pods if p.disk_gb and not p.locked and not p.cluster)
    changes = {"disk": (sized.disk_gb or 0) + 10, "ports": ["22/tcp"]}
    await send(rest.http, Patch(doing="grow", pod=sized.id, name="", start="", changes=changes))


async def use_everything(rest: Rest, *, logs: bool) -> None:
    """Every operation the client has, in all its forms."""
    pods = (await rest.pods()).pods
    for pod in pods:
        await rest.pod(pod.id)
    await rest.network_volumes()
    await rest.gpu_types()
    await rest.data_centers()
    for bucket in Bucket:
        await rest.billing(bucket, 3)
        await rest.pod_billing(bucket, 2, pod_id=pods[0].id)
    if logs:
        await rest.log_snapshot(pods[0].id, tail=5, wait_s=0.5)
        await rest.log_snapshot(pods[0].id, "system", since=1_780_315_323.5, wait_s=0.5)
    running = next(pod for pod in pods if "restart" in pod.actions and not pod.locked)
    await send(rest.http, an_act(running.id, Verb.RESTART))
    stoppable = next(
        pod for pod in (await rest.pods()).pods if "stop" in pod.actions and not pod.locked
    )
    await stop(rest.http, stoppable.id)
    await send(
        rest.http,
        Patch(
            doing="rename",
            pod=stoppable.id,
            name="",
            start="",
            changes={"name": "renamed", "locked": False},
        ),
    )
    await make(rest, pods)
    await delete(rest.http, finished(stoppable.id, steady(), clock=steady).permit())


def a_rest(url: str, simulator: Simulator) -> Rest:
    return Rest(base_url=url, key=Secret(simulator.api_key), read_only=False, deadline_s=30)


async def test_prism_finds_no_fault_in_what_client_and_simulator_say_to_each_other(
    simulator: Simulator,
) -> None:
    with prism(behind=simulator.url) as url:
        async with a_rest(url, simulator) as rest:
            await use_everything(rest, logs=False)
    assert {request.status for request in simulator.requests} <= {200, 201, 204}
    assert len(simulator.requests) > 20


async def without_cost(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Takes `cost` out of the Pod list."""
    response = await handler(request)
    if (
        isinstance(response, web.Response)
        and request.path == "/v2/pods"
        and isinstance(response.body, bytes)
    ):
        listed = json.loads(response.body)
        for pod in listed["pods"]:
            del pod["cost"]
        response.body = json.dumps(listed).encode()
    return response


async def test_prism_does_find_a_fault_on_either_side() -> None:
    with (
        Simulator(build_world(), quota=UNMETERED, hook=without_cost) as simulator,
        prism(behind=simulator.url) as url,
    ):
        async with a_rest(url, simulator) as rest:
            with pytest.raises(Ambiguous, match="500"):
                await rest.pods()
            bad = Ask(path="/v2/billing", doing="read the bill", query={"bucketSize": "fortnight"})
            with pytest.raises(Refused, match="422"):
                await rest.http.read(bad, lambda value: value)


async def test_openapi_core_finds_every_request_of_the_client_valid(
    simulator: Simulator, document: dict[str, Any]
) -> None:
    judge = OpenAPI.from_dict(document)
    async with a_rest(simulator.url, simulator) as rest:
        await use_everything(rest, logs=True)
    for asked in simulator.requests:
        judge.validate_request(
            MockRequest(
                "https://api.runpod.io",
                asked.method.lower(),
                asked.path,
                args=dict(parse_qsl(asked.query)),
                headers={**asked.headers, "Authorization": "Bearer shown"},
                data=asked.body or None,
            )
        )
    asked_for = {(asked.method, asked.path) for asked in simulator.requests}
    assert any(LOGS.fullmatch(path) for _, path in asked_for)
    assert {method for method, _ in asked_for} == {"GET", "POST", "PATCH", "DELETE"}


def test_openapi_core_does_find_a_fault(document: dict[str, Any]) -> None:
    judge = OpenAPI.from_dict(document)
    shown = {"Authorization": "Bearer shown"}
    origin = "https://api.runpod.io"
    with pytest.raises(ValidationError):
        judge.validate_request(
            MockRequest(
                origin, "get", "/v2/billing", args={"bucketSize": "fortnight"}, headers=shown
            )
        )
    with pytest.raises(ValidationError):
        judge.validate_request(
            MockRequest(
                origin,
                "post",
                "/v2/pods/a/action",
                headers=shown,
                data=b'{"action":"stop","gpuCount":0}',
            )
        )


USED = {
    "Pod": ["id", "name", "status", "actions", "image", "args", "disk", "mounts", "ports", "env", "gpu", "cpu",
            "cloud", "dataCenterId", "cudaVersion", "ssh", "cluster", "template", "cost", "locked", "runtime",
            "createdAt", "startedAt"],
    "NetworkVolume": ["id", "name", "size", "dataCenter", "type"],
    "GpuType": ["id", "name", "manufacturer", "memory", "price", "maxCount", "availability", "dataCenters"],
    "DataCenter": ["id", "name", "region", "networkVolumeTypes", "globalNetwork", "gpuAvailability"],
    "PodBillingRecord": ["startTime", "endTime", "totalAmount", "podId"],
}  # fmt: skip


@pytest.mark.parametrize("schema", USED)
def test_every_field_the_client_reads_is_documented(document: dict[str, Any], schema: str) -> None:
    assert set(USED[schema]) <= _properties(document, document["components"]["schemas"][schema])


def _properties(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return _properties(
            document, document["components"]["schemas"][schema["$ref"].split("/")[-1]]
        )
    inherited = (_properties(document, part) for part in schema.get("allOf", []))
    return set(schema.get("properties", {})).union(*inherited)
