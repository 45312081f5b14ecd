"""What a test can break."""

import httpx
import pytest

from rgt_tui.simulator import Simulator
from tests.simulator.conftest import show


def test_a_status_meets_the_next_requests_and_then_no_more(
    api: httpx.Client, simulator: Simulator
) -> None:
    simulator.faults.status = 503
    simulator.faults.next_n = 2
    assert [api.get("/v2/pods").status_code for _ in range(3)] == [503, 503, 200]
    assert simulator.faults.met == 2


def test_a_fault_may_be_kept_to_some_paths_and_methods(
    api: httpx.Client, simulator: Simulator
) -> None:
    simulator.faults.status = 403
    simulator.faults.path = "/v2/billing"
    simulator.faults.methods = frozenset({"GET"})
    assert api.get("/v2/pods").status_code == 200
    assert api.get("/v2/billing/pods").status_code == 403


def test_a_key_without_the_scope_of_a_route_is_told_so_there_and_nowhere_else(
    api: httpx.Client, simulator: Simulator
) -> None:
    simulator.call(lambda world: world.withheld.append("/v2/pods/*/logs"))
    pod = simulator.world.find("train-a").id
    refused = api.get(f"/v2/pods/{pod}/logs")
    assert (refused.status_code, refused.json()["title"]) == (403, "Forbidden")
    assert "RateLimit" in refused.headers
    assert [api.get(path).status_code for path in ("/v2/pods", f"/v2/pods/{pod}")] == [200, 200]


def test_what_is_due_has_happened_before_the_next_answer(
    api: httpx.Client, simulator: Simulator
) -> None:
    pod = simulator.world.find("train-a")
    simulator.call(lambda world: world.later(60, lambda: world.stop(pod)))
    assert show(api, simulator, "train-a")["status"] == "RUNNING"
    simulator.world.advance(61)
    assert show(api, simulator, "train-a")["status"] == "EXITED"


def test_a_black_hole_takes_the_request_and_is_silent(
    api: httpx.Client, simulator: Simulator
) -> None:
    simulator.faults.black_hole = True
    with pytest.raises(httpx.ReadTimeout):
        api.get("/v2/pods", timeout=0.3)
    simulator.faults.clear()
    assert api.get("/v2/pods").status_code == 200


def test_a_dropped_connection_gives_no_answer(api: httpx.Client, simulator: Simulator) -> None:
    simulator.faults.drop = True
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/v2/pods")


def test_an_ambiguous_write_was_done_although_it_failed(
    api: httpx.Client, simulator: Simulator
) -> None:
    pod = show(api, simulator, "lora-4090")
    simulator.faults.drop = True
    simulator.faults.after_acting = True
    with pytest.raises(httpx.RemoteProtocolError):
        api.delete(f"/v2/pods/{pod['id']}")
    assert pod["id"] not in simulator.world.pods


def test_a_wrong_body_comes_as_it_is(api: httpx.Client, simulator: Simulator) -> None:
    simulator.faults.body = b"<html>502</html>"
    simulator.faults.content_type = "text/html"
    simulator.faults.status = 502
    answer = api.get("/v2/pods")
    assert (answer.status_code, answer.content) == (502, b"<html>502</html>")
    assert answer.headers["content-type"] == "text/html"


def test_a_dripping_answer_is_whole_in_the_end(api: httpx.Client, simulator: Simulator) -> None:
    simulator.faults.drip = 1e6
    simulator.faults.path = "/v2/clusters"
    assert api.get("/v2/clusters").json() == {"clusters": []}


def test_a_stopped_simulator_leaves_a_silent_request_behind_at_once(simulator: Simulator) -> None:
    simulator.faults.black_hole = True
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(simulator.url, timeout=0.2, trust_env=False)
    simulator.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(simulator.url, timeout=0.5, trust_env=False)
