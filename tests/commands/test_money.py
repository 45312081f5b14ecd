"""`billing` and `volumes` as a script calls them, on a simulated account."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from tests.commands.conftest import Call, answer


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """The demo fleet, without the limit of 60 calls a minute: each test asks a dozen."""
    with Simulator(build_world(), quota=UNMETERED) as served:
        yield served


def test_billing_answers_what_the_contract_names(call: Call, simulator: Simulator) -> None:
    called = call("billing", "--json")
    assert called[0] == 0
    found = answer(called)
    world = simulator.world
    assert found["balance"] == pytest.approx(world.balance, abs=0.05)
    assert found["spend_per_hour"] == pytest.approx(world.burn, abs=0.001)
    assert found["spend_per_hour_computed"] == pytest.approx(world.burn, abs=0.001)
    assert found["runway_hours"] == pytest.approx(world.balance / world.burn, rel=0.01)
    assert found["stopped_storage_per_hour"] == pytest.approx(40 * 0.2 / 730, abs=1e-5)
    assert found["network_volumes_per_hour"] > 0
    bare = {pod.id for pod in world.pods.values() if pod.spec.network is None}
    assert set(found["terminated_at_zero"]) == bare
    assert set(found["stopped_at_zero"]) == world.pods.keys() - bare


def test_billing_tells_what_was_spent_by_the_services_own_records(
    call: Call, simulator: Simulator
) -> None:
    found = answer(call("billing", "--json"))
    now = simulator.world.now
    month = simulator.world.ledger.total((now // 86400 - 29) * 86400, now)
    assert found["spent"]["days_30"] == pytest.approx(month, rel=0.01)
    stopped = next(pod for pod in found["pods"] if pod["name"] == "old-ckpt")
    assert stopped["stopped_storage_billed"] == pytest.approx(stopped["so_far"], abs=0.01)
    assert stopped["stopped_first_seen"] is not None


def test_a_balance_that_is_refused_is_null_with_its_reason_and_nothing_else_is_lost(
    call: Call, simulator: Simulator
) -> None:
    simulator.faults.path, simulator.faults.status = "/graphql", 403
    try:
        code, out, _ = call("billing", "--json")
    finally:
        simulator.faults.clear()
    found = json.loads(out)
    assert code == 0
    assert found["balance"] is None
    assert found["runway_hours"] is None
    assert "balance" in found["balance_unknown"]
    assert found["stopped_storage_per_hour"] > 0


def test_billing_that_is_forbidden_is_null_with_its_reason(
    call: Call, simulator: Simulator
) -> None:
    simulator.faults.path, simulator.faults.status = "/v2/billing", 403
    try:
        found = answer(call("billing", "--json"))
    finally:
        simulator.faults.clear()
    assert found["spent"]["today"] is None
    assert found["spent"]["unknown"]
    assert found["network_volumes_per_hour"] is None, "the fast tier's price came from billing"
    assert found["unpriced"] != []
    assert found["balance"] is not None


def test_the_balance_is_remembered_from_call_to_call(call: Call) -> None:
    answer(call("billing", "--json"))
    points = answer(call("billing", "--json"))["history"]
    known = [point for point in points if point["balance"] is not None]
    assert len(known) == 2
    assert known[0]["balance"] > known[1]["balance"]


def test_billing_as_text_says_the_runway_and_who_dies(call: Call) -> None:
    code, out, _ = call("billing")
    assert code == 0
    assert "lasts ~" in out
    assert "DELETED with all data" in out
    assert "old-ckpt" in out


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {volume["name"]: volume for volume in found["volumes"]}


def test_volumes_tells_size_price_mounts_and_orphans(call: Call, simulator: Simulator) -> None:
    called = call("volumes", "--json", "--no-ssh")
    assert called[0] == 0
    volumes = by_name(answer(called))
    used, orphan = volumes["nv-eu-01"], volumes["datasets-2025"]
    train = simulator.world.find("train-a").id
    assert (used["per_month"], used["price_source"]) == (pytest.approx(170), "list")
    assert (used["pods"], used["running_writers"], used["orphan"]) == ([train], [train], False)
    assert (orphan["per_month"], orphan["price_source"]) == (pytest.approx(14), "billing")
    assert (orphan["pods"], orphan["orphan"]) == ([], True)
    assert used["used_bytes"] is None
    assert used["gpu_stock"]
    assert used["s3_endpoint"] == "https://s3api-eu-ro-1.runpod.io"


def test_volumes_lists_every_pods_own_disks_with_their_fate(
    call: Call, simulator: Simulator
) -> None:
    found = answer(call("volumes", "--json", "--no-ssh"))
    stopped = simulator.world.find("old-ckpt").id
    disks = {d["kind"]: d for d in found["pod_disks"] if d["pod"] == stopped}
    assert disks["volume"]["per_month"] == pytest.approx(8)
    assert disks["volume"]["survives_stop"]
    assert not disks["volume"]["survives_terminate"]
    assert disks.keys() == {"volume"}, "the container disk of a stopped Pod is gone"


def test_volumes_that_cannot_be_read_are_null_and_not_none(
    call: Call, simulator: Simulator
) -> None:
    simulator.faults.path, simulator.faults.status = "/v2/network-volumes", 403
    try:
        found = answer(call("volumes", "--json", "--no-ssh"))
    finally:
        simulator.faults.clear()
    assert found["volumes"] is None
    assert found["unknown"]


def test_volumes_as_text_flags_the_orphan(call: Call) -> None:
    code, out, _ = call("volumes", "--no-ssh")
    assert code == 0
    assert "ORPHAN" in next(line for line in out.splitlines() if "datasets-2025" in line)


def test_whatif_says_what_each_choice_costs_and_loses(call: Call, simulator: Simulator) -> None:
    called = call("whatif", "sweep-07", "--json", "--no-ssh")
    assert called[0] == 0
    found = answer(called)
    options = {option["key"]: option for option in found["options"]}
    assert found["pod"] == simulator.world.find("sweep-07").id
    assert list(options) == ["keep", "stop", "terminate", "relaunch"]
    assert options["stop"]["per_day"] == pytest.approx(200 * 0.2 / 730 * 24, abs=0.001)
    assert options["stop"]["loses"] == ["all on the container disk /"]
    assert options["terminate"]["break_even_hours"] > 0
    assert "RP1" in options["stop"]["risk"]


def test_whatif_of_a_volume_tells_the_way_to_another_data_center(call: Call) -> None:
    found = answer(call("whatif", "nv-eu-01", "--json", "--no-ssh"))
    first = found["options"][0]
    assert first["key"] == "move"
    assert "EU-RO-1" not in first["title"]
    assert first["seconds"][0] < first["seconds"][1]
    assert len(first["steps"]) > 3


def test_whatif_of_something_unknown_is_wrong_usage_with_the_nearest_name(call: Call) -> None:
    code, out, _ = call("whatif", "sweep-08", "--json", "--no-ssh")
    assert code == 2
    assert "sweep-07" in json.loads(out)["error"]["hint"]


def test_whatif_sends_nothing_but_reads(call: Call, simulator: Simulator) -> None:
    call("whatif", "sweep-07", "--no-ssh")
    assert {request.method for request in simulator.requests if request.path != "/graphql"} == {
        "GET"
    }
