"""The simulated billing: its buckets add up to what was spent, and know no future."""

from typing import Any

import httpx
import pytest

from rgt_tui.simulator import Simulator


def records(api: httpx.Client, path: str, **query: str) -> list[dict[str, Any]]:
    response = api.get(path, params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["records"]
    return found


@pytest.mark.parametrize(("bucket", "size"), [("hour", 3600), ("day", 86_400)])
def test_the_present_bucket_holds_what_was_spent_until_now_and_no_more(
    api: httpx.Client, simulator: Simulator, bucket: str, size: int
) -> None:
    world = simulator.world
    simulator.call(lambda world: world.advance(1800))
    spent = world.ledger.total(world.now // size * size, world.now)
    newest = records(api, "/v2/billing", bucketSize=bucket, lastN="1")
    assert sum(record["totalAmount"] for record in newest) == pytest.approx(spent, abs=1e-4)


def test_a_pods_buckets_know_no_future_either(api: httpx.Client, simulator: Simulator) -> None:
    pod = simulator.world.find("train-a")
    found = records(api, "/v2/billing/pods", podId=pod.id, bucketSize="day", lastN="31")
    charged = [
        charge.amounts(0, simulator.world.now) for charge in simulator.world.ledger.of(pod.id)
    ]
    expected = sum(sum(amounts.values()) for amounts in charged)
    assert sum(record["totalAmount"] for record in found) == pytest.approx(expected, abs=1e-3)
