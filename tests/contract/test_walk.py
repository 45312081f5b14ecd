"""Every answer of a walk through all operations fits the published document."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from rgt_tui.simulator.rest.app import ROUTES
from tests.contract.document import load_document

Document = dict[str, Any]

GPU = {"id": "NVIDIA L40S", "count": 1}
NEW_POD = {
    "name": "walker",
    "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
    "disk": 20,
    "gpu": GPU,
    "ports": ["8888/http", "22/tcp"],
    "startSsh": True,
    "mounts": {"persistent": {"size": 20, "path": "/workspace"}},
}


class Walker:
    """Sends requests and holds each answer against the document."""

    def __init__(self, client: httpx.Client, document: Document) -> None:
        self._client = client
        self._document = document
        self.visited: set[tuple[str, str]] = set()

    def go(self, method: str, path: str, expected: int, **options: Any) -> Any:
        """Sends one request; gives the parsed body of the answer that fits."""
        response = self._client.request(method, path, **options)
        assert response.status_code == expected, (method, path, response.text)
        template, operation = self._operation(method, response.request.url.path)
        self.visited.add((method, template))
        documented = operation["responses"].get(str(expected), operation["responses"]["default"])
        if "$ref" in documented:
            documented = self._document["components"]["responses"][
                documented["$ref"].split("/")[-1]
            ]
        for header in documented.get("headers", {}):
            if header.startswith("RateLimit"):
                assert header in response.headers
        if "content" not in documented:
            assert response.content == b""
            return None
        media = response.headers["content-type"].partition(";")[0]
        self._check(documented["content"][media]["schema"], response.json())
        return response.json()

    def _operation(self, method: str, path: str) -> tuple[str, Document]:
        fits = [
            template
            for template, item in self._document["paths"].items()
            if method.lower() in item and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
        ]
        # A fixed path wins over one with a parameter.
        template = min(fits, key=lambda known: known.count("{"))
        return template, self._document["paths"][template][method.lower()]

    def _check(self, schema: Document, body: object) -> None:
        whole = {"components": self._document["components"], **schema}
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(body)]
        assert errors == []


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(seed=3, now=1_795_500_000.0), 0.0, quota=UNMETERED) as running:
        yield running


@pytest.fixture
def walker(simulator: Simulator) -> Iterator[Walker]:
    headers = {"Authorization": f"Bearer {simulator.api_key}"}
    with httpx.Client(base_url=simulator.url, headers=headers, trust_env=False) as client:
        yield Walker(client, load_document())


def test_every_answer_of_a_walk_through_all_operations_fits_the_document(
    walker: Walker, simulator: Simulator
) -> None:
    _walk_pods(walker, simulator)
    _walk_volumes(walker)
    _walk_templates(walker)
    _walk_catalogue(walker)
    _walk_billing(walker, simulator)
    _walk_account(walker)
    served = {
        (method, path)
        for method, path, _ in ROUTES
        if path.startswith("/v2/") and not path.endswith("/logs")
    }
    assert served - walker.visited == set()


def _walk_pods(walker: Walker, simulator: Simulator) -> None:
    walker.go("GET", "/v2/pods", 200)
    walker.go("GET", "/v2/pods", 200, params={"includeClusterPods": "true"})
    walker.go("GET", "/v2/pods", 422, params={"includeClusterPods": "perhaps"})
    pod = walker.go("POST", "/v2/pods", 201, json=NEW_POD)
    walker.go("POST", "/v2/pods", 422, json=NEW_POD | {"spot": True})
    walker.go("POST", "/v2/pods", 400, json=NEW_POD | {"gpu": GPU | {"count": 99}})
    walker.go("POST", "/v2/pods", 404, json=NEW_POD | {"templateId": "nobody"})
    place = f"/v2/pods/{pod['id']}"
    walker.go("POST", f"{place}/action", 409, json={"action": "restart"})
    for seconds in (5, 5, 60):
        simulator.world.advance(seconds)
        walker.go("GET", place, 200)
    walker.go("PATCH", place, 200, json={"name": "renamed", "globalNetworking": True})
    walker.go("PATCH", place, 422, json={"cost": 0})
    walker.go("PATCH", place, 400, json={"mounts": {"persistent": {"size": 10, "path": "/w"}}})
    for action in ("restart", "stop", "start"):
        walker.go("POST", f"{place}/action", 200, json={"action": action})
        simulator.world.advance(120)
    walker.go("POST", f"{place}/action", 422, json={"action": "reset"})
    walker.go("POST", f"{place}/action", 204, json={"action": "terminate"})
    walker.go("GET", place, 404)
    walker.go("DELETE", f"/v2/pods/{simulator.world.find('lora-4090').id}", 204)


def _walk_volumes(walker: Walker) -> None:
    new = {"name": "scratch", "size": 10, "dataCenter": "US-KS-2", "type": "HIGH_PERFORMANCE"}
    volume = walker.go("POST", "/v2/network-volumes", 201, json=new)
    walker.go("POST", "/v2/network-volumes", 400, json=new | {"dataCenter": "US-TX-3"})
    walker.go("POST", "/v2/network-volumes", 422, json=new | {"size": 5000})
    walker.go("GET", "/v2/network-volumes", 200)
    place = f"/v2/network-volumes/{volume['id']}"
    walker.go("GET", place, 200)
    walker.go("PATCH", place, 200, json={"size": 20})
    walker.go("PATCH", place, 400, json={"size": 10})
    walker.go("PATCH", place, 422, json={})
    walker.go("DELETE", place, 204)
    walker.go("DELETE", place, 404)


def _walk_templates(walker: Walker) -> None:
    new = {"name": "mine", "image": "a/b:c", "mounts": {"persistent": {"size": 10, "path": "/w"}}}
    template = walker.go("POST", "/v2/templates", 201, json=new)
    walker.go("GET", "/v2/templates", 200)
    place = f"/v2/templates/{template['id']}"
    walker.go("GET", place, 200)
    walker.go("PATCH", place, 200, json={"ports": ["22/tcp"], "allowedCudaVersions": ["12.8"]})
    walker.go("DELETE", place, 204)
    walker.go("GET", "/v2/templates/runpod-torch-v280", 200)
    walker.go("DELETE", "/v2/templates/runpod-torch-v280", 404)
    for source in ("official", "verified", "community"):
        walker.go("GET", "/v2/catalog/templates", 200, params={"source": source})


def _walk_catalogue(walker: Walker) -> None:
    stock = {"include": "AVAILABILITY", "product": "POD"}
    walker.go("GET", "/v2/catalog/gpus", 200)
    walker.go("GET", "/v2/catalog/gpus", 200, params=stock | {"countryCodes": "US,RO"})
    walker.go("GET", "/v2/catalog/gpus", 400, params={"include": "AVAILABILITY"})
    walker.go("GET", "/v2/catalog/gpus/NVIDIA L40S", 200, params=stock | {"minCudaVersion": "12"})
    walker.go("GET", "/v2/catalog/gpus/none", 404)
    walker.go("GET", "/v2/catalog/cpus", 200, params=stock)
    walker.go("GET", "/v2/catalog/cpus/cpu3c", 200)
    everything = {"include": "GPU_AVAILABILITY,CPU_AVAILABILITY"}
    walker.go("GET", "/v2/catalog/datacenters", 200, params=everything)
    walker.go("GET", "/v2/catalog/datacenters", 200, params={"regions": "EUROPE"})
    walker.go("GET", "/v2/catalog/datacenters/US-KS-2", 200)


def _walk_billing(walker: Walker, simulator: Simulator) -> None:
    for kind in ("", "/pods", "/network-volumes", "/clusters", "/serverless", "/endpoints"):
        for size in ("hour", "day", "week", "month", "year"):
            walker.go("GET", f"/v2/billing{kind}", 200, params={"bucketSize": size, "lastN": 3})
        walker.go("GET", f"/v2/billing{kind}", 200)
        both = {"lastN": 1, "startTime": "2026-11-01T00:00:00Z"}
        walker.go("GET", f"/v2/billing{kind}", 400, params=both)
    pod = simulator.world.find("train-a").id
    listed = walker.go("GET", "/v2/billing/pods", 200, params={"podId": pod})
    assert listed["metadata"]["uniquePodCount"] == 1


def _walk_account(walker: Walker) -> None:
    walker.go("GET", "/v2/registries", 200)
    keys = walker.go("GET", "/v2/account/ssh-keys", 200)
    walker.go("PUT", "/v2/account/ssh-keys", 200, json=keys)
    walker.go("PUT", "/v2/account/ssh-keys", 422, json={"keys": ["nonsense"]})
    walker.go("GET", "/v2/clusters", 200)
    walker.go("POST", "/v2/clusters", 400, json={})
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/pods")):
        walker.go(method, f"/v2/clusters/none{path}", 404)
