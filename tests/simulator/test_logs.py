"""The log stream."""

import json
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from rgt_tui.simulator import Simulator
from tests.simulator.conftest import NOW


def read(api: httpx.Client, place: str, count: int, **options: object) -> list[tuple[str, str]]:
    """The first `count` events as (id, line)."""
    with api.stream("GET", place, **options) as response:  # type: ignore[arg-type]
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream"
        assert "RateLimit" in response.headers
        return list(events(response.iter_lines(), count))


def events(lines: Iterator[str], count: int) -> Iterator[tuple[str, str]]:
    identity = ""
    for line in lines:
        if line.startswith("id: "):
            identity = line.removeprefix("id: ")
        if line.startswith("data: "):
            yield identity, json.loads(line.removeprefix("data: "))["line"]
            count -= 1
        if count <= 0:
            return


@pytest.fixture
def place(simulator: Simulator) -> str:
    return f"/v2/pods/{simulator.world.find('train-a').id}/logs"


def test_the_backfill_ends_with_the_newest_line_and_obeys_tail(
    api: httpx.Client, place: str
) -> None:
    hundred = read(api, place, 100)
    three = read(api, place, 3, params={"tail": "3"})
    assert three == hundred[-3:]
    assert all(line.startswith("step ") for _, line in three)


def test_ids_are_unique_and_resume_exactly_after_themselves(api: httpx.Client, place: str) -> None:
    lines = read(api, place, 50, params={"tail": "50"})
    assert len({identity for identity, _ in lines}) == 50
    resumed = read(api, place, 39, headers={"Last-Event-ID": lines[10][0]})
    assert resumed == lines[11:]


def test_since_is_exclusive_at_one_second(api: httpx.Client, place: str) -> None:
    lines = read(api, place, 5, params={"tail": "5"})
    second = lines[1][0].partition("/")[0]
    assert read(api, place, 3, params={"since": second}) == lines[2:]


def test_a_line_written_later_arrives_on_the_open_stream(
    api: httpx.Client, simulator: Simulator, place: str
) -> None:
    with api.stream("GET", place, params={"tail": "0"}) as response:
        simulator.world.advance(12)
        assert len(list(events(response.iter_lines(), 1))) == 1


def test_a_quiet_stream_is_kept_open_by_comments(
    api: httpx.Client, simulator: Simulator, place: str
) -> None:
    simulator.faults.log_keepalive_s = 0.05
    with api.stream("GET", place, params={"tail": "0"}) as response:
        assert next(line for line in response.iter_lines() if line) == ": keepalive"


def test_a_withheld_line_arrives_only_on_a_fresh_request(
    api: httpx.Client, simulator: Simulator, place: str
) -> None:
    simulator.faults.log_withheld = 1
    simulator.faults.log_keepalive_s = 0.05
    with api.stream("GET", place, params={"tail": "0"}) as response:
        simulator.world.advance(12)
        first = [
            line for line, _ in zip(filter(None, response.iter_lines()), range(3), strict=False)
        ]
    assert first == [": keepalive"] * 3
    assert read(api, place, 1, params={"tail": "1"})


def test_the_boot_log_tells_the_fingerprints_of_the_host_keys(
    api: httpx.Client, simulator: Simulator
) -> None:
    pod = simulator.world.find("lora-4090")
    lines = read(api, f"/v2/pods/{pod.id}/logs", 17, params={"source": "container"})
    told = [line for _, line in lines if "SHA256:" in line]
    assert {line.split()[1] for line in told} == {key.fingerprint for key in pod.host_keys()}
    assert any(line.endswith("(ED25519)") for line in told)


def test_the_system_log_of_a_crash_loop_repeats_every_seventeen_seconds(
    simulator: Simulator,
) -> None:
    pod = simulator.world.find("api-canary")
    begins = [line.at for line in pod.logs.read(NOW, "system") if line.text.endswith(": begin")]
    assert len(begins) > 100
    assert {round(later - earlier) for earlier, later in pairwise(begins)} == {17}


def test_the_system_log_of_a_pod_that_never_started_names_the_driver(simulator: Simulator) -> None:
    texts = [line.text for line in simulator.world.find("eval-b200").logs.read(NOW, "system")]
    assert any("nvidia-container-cli: requirement error" in text for text in texts)


@pytest.mark.parametrize(
    "params", [{"tail": "5001"}, {"source": "kernel"}, {"since": "yesterday"}, {"tail": "-1"}]
)
def test_a_question_out_of_bounds_is_422(
    api: httpx.Client, place: str, params: dict[str, str]
) -> None:
    assert api.get(place, params=params).status_code == 422


def test_no_pod_no_log(api: httpx.Client) -> None:
    assert api.get("/v2/pods/nobody/logs").status_code == 404
