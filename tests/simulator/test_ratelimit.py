"""Three windows per user, told in every authenticated answer."""

from typing import Any

import http_sf
import httpx

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import Limiter, Quota
from tests.simulator.conftest import NOW, client_of


class Ticks:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_sixty_first_request_of_a_minute_waits_for_the_next() -> None:
    ticks = Ticks()
    limiter = Limiter(Quota(), ticks)
    assert [limiter.admit() for _ in range(60)] == [None] * 60
    ticks.now = 48.0
    assert limiter.admit() == 12
    ticks.now = 60.0
    assert limiter.admit() is None


def test_when_several_windows_are_exhausted_the_longest_decides() -> None:
    ticks = Ticks()
    limiter = Limiter(Quota(minute=2, hour=2, day=100), ticks)
    for _ in range(2):
        limiter.admit()
    assert limiter.admit() == 3600
    assert limiter.exhausted() == "hour"


def test_a_refused_request_is_not_counted() -> None:
    limiter = Limiter(Quota(minute=1, hour=10, day=10), Ticks())
    for _ in range(5):
        limiter.admit()
    assert '"hour";r=9' in limiter.headers()["RateLimit"]


def test_headers_are_structured_fields_and_count_down() -> None:
    with Simulator(build_world(now=NOW), 0.0) as simulator, client_of(simulator) as api:
        answers = [api.get("/v2/pods") for _ in range(3)]
    left = [parsed(answer.headers["ratelimit"])["minute"]["r"] for answer in answers]
    policy = parsed(answers[0].headers["ratelimit-policy"])
    assert left[0] - left[2] == 2
    assert {name: window["q"] for name, window in policy.items()} == {
        "minute": 60,
        "hour": 3000,
        "day": 50_000,
    }


def test_beyond_the_quota_comes_429_until_the_world_moved_on() -> None:
    world = build_world(now=NOW)
    with Simulator(world, 0.0, quota=Quota(minute=3)) as simulator, client_of(simulator) as api:
        # Another program of the same user may have used the window.
        simulator.limiter.spend(3)
        refused = api.get("/v2/pods")
        world.advance(60)
        admitted = api.get("/v2/pods")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "minute" in refused.json()["detail"]
    assert admitted.status_code == 200


def test_graphql_is_not_metered(api: httpx.Client) -> None:
    answer = api.post("/graphql", json={"query": "query { myself { id } }"})
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers


def parsed(text: str) -> dict[str, dict[str, int]]:
    """Window name to its parameters, read by an independent parser."""
    members: Any = http_sf.parse(text.encode(), tltype="list")
    return {name: dict(parameters) for name, parameters in members}
