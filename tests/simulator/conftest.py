"""A simulator over a still world, and a plain HTTP client for it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED

NOW = 1_795_500_000.0
"""2026-11-24T06:00:00Z, at which the worlds of these tests begin."""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """The demo fleet; time moves only when a test says so."""
    with Simulator(build_world(now=NOW), 0.0, quota=UNMETERED) as running:
        yield running


@pytest.fixture
def api(simulator: Simulator) -> Iterator[httpx.Client]:
    with client_of(simulator) as client:
        yield client


def client_of(simulator: Simulator) -> httpx.Client:
    headers = {"Authorization": f"Bearer {simulator.api_key}"}
    return httpx.Client(base_url=simulator.url, headers=headers, trust_env=False, timeout=10)


def show(api: httpx.Client, simulator: Simulator, name: str) -> Any:
    """The Pod of that name as the API shows it."""
    response = api.get(f"/v2/pods/{simulator.world.find(name).id}")
    assert response.status_code == 200, response.text
    return response.json()


def act(api: httpx.Client, pod_id: str, action: str) -> httpx.Response:
    return api.post(f"/v2/pods/{pod_id}/action", json={"action": action})
