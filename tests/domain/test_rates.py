"""The rules of money: the pricing page's own examples, and laws that hold for any figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgt_tui.domain.pod import VolumeDisk
from rgt_tui.domain.rates import (
    Billed,
    a_month,
    billed,
    by_hour,
    by_second,
    monthly,
    network_volume_per_hour,
    pod_rates,
    rates,
    stopped_storage_per_hour,
)
from rgt_tui.domain.volume import NetworkVolume
from tests.values import a_pod

SIZES = st.integers(0, 10_000)
PRICES = st.decimals(0, 100, places=4)
TINY = Decimal("1e-15")
TIMES = st.integers(0, 40 * 86_400).map(float)


def a_volume(size_gb: int | None, tier: str = "STANDARD") -> NetworkVolume:
    return NetworkVolume(id="v", name="v", size_gb=size_gb, data_center="EU-RO-1", tier=tier)


def a_thing(status: str = "RUNNING", cost: str = "1", disk: int = 20, volume: int = 50) -> Billed:
    return Billed(status=status, cost_per_hour=Decimal(cost), disk_gb=disk, volume_gb=volume)


@pytest.mark.parametrize(
    ("size_gb", "dollars_a_month"),
    [(10, "0.70"), (100, "7.00"), (1000, "70.00"), (2000, "120.00"), (4096, "224.80")],
)
def test_a_standard_network_volume_costs_7_cents_a_gb_up_to_a_terabyte_and_5_beyond(
    size_gb: int, dollars_a_month: str
) -> None:
    price = a_month(network_volume_per_hour(a_volume(size_gb)))
    assert price is not None
    assert round(price, 6) == Decimal(dollars_a_month)


@pytest.mark.parametrize(
    ("status", "container", "volume"),
    [
        ("RUNNING", "2.00", "5.00"),
        ("STARTING", "2.00", "5.00"),
        ("PROVISIONING", "2.00", "5.00"),
        ("EXITED", "0", "10.00"),
        ("ERROR", "0", "10.00"),
        ("TERMINATED", "0", "0"),
    ],
)
def test_disks_cost_10_cents_running_and_a_stopped_volume_disk_costs_20_and_nothing_else(
    status: str, container: str, volume: str
) -> None:
    found = rates(a_thing(status))
    assert round(a_month(found.container_disk) or Decimal(0), 6) == Decimal(container)
    assert round(a_month(found.volume_disk) or Decimal(0), 6) == Decimal(volume)


def test_a_stopped_pod_pays_no_compute_whatever_the_api_says_of_its_cost() -> None:
    assert rates(a_thing("EXITED", cost="2.69")).compute == 0
    assert rates(a_thing("RUNNING", cost="2.69")).compute == Decimal("2.69")


def test_an_unknown_size_or_price_makes_the_sum_unknown_and_not_smaller() -> None:
    assert pod_rates(a_pod(disk_gb=None)).total is None
    assert pod_rates(a_pod(cost_per_hour=None)).total is None
    assert pod_rates(a_pod(volume_disk=VolumeDisk(size_gb=None, path="/w"))).total is None


def test_a_pod_without_a_volume_disk_pays_none() -> None:
    assert pod_rates(a_pod(volume_disk=None)).volume_disk == 0
    assert stopped_storage_per_hour(a_pod(volume_disk=None, status="EXITED")) == 0


def test_the_fast_tier_is_priced_by_the_configuration_or_not_at_all() -> None:
    fast = a_volume(100, "HIGH_PERFORMANCE")
    assert network_volume_per_hour(fast) is None
    assert a_month(network_volume_per_hour(fast, Decimal("0.14"))) == Decimal(14)
    assert network_volume_per_hour(a_volume(100, "NEW_TIER"), Decimal("0.14")) is None


def test_a_pod_is_billed_by_the_second_and_a_network_volume_by_the_hour() -> None:
    assert by_second(Decimal(3600), 1.0) == 1
    assert by_hour(Decimal(1), 10.0, 3599.0) == 0
    assert by_hour(Decimal(1), 3599.0, 3600.0) == 1


@given(size=SIZES, more=SIZES)
def test_more_storage_never_costs_less(size: int, more: int) -> None:
    small = network_volume_per_hour(a_volume(size))
    large = network_volume_per_hour(a_volume(size + more))
    assert small is not None
    assert large is not None
    assert small <= large


@given(size=st.integers(1, 10_000))
def test_stopping_doubles_the_volume_disk(size: int) -> None:
    running = rates(a_thing(volume=size)).volume_disk
    stopped = rates(a_thing("EXITED", volume=size)).volume_disk
    assert running is not None
    assert stopped is not None
    assert abs(stopped - 2 * running) < TINY


@given(price=PRICES, first=TIMES, second=TIMES)
def test_seconds_cost_the_same_whole_or_in_parts(
    price: Decimal, first: float, second: float
) -> None:
    parts = by_second(price, first) + by_second(price, second)
    assert abs(parts - by_second(price, first + second)) < TINY


@given(price=PRICES, start=TIMES, first=TIMES, second=TIMES)
def test_hours_cost_the_same_whole_or_in_parts(
    price: Decimal, start: float, first: float, second: float
) -> None:
    cut, end = start + first, start + first + second
    assert by_hour(price, start, cut) + by_hour(price, cut, end) == by_hour(price, start, end)


@given(price=PRICES, start=TIMES, length=TIMES)
def test_hourly_billing_is_off_by_less_than_an_hour(
    price: Decimal, start: float, length: float
) -> None:
    exact = by_second(price, length)
    assert abs(by_hour(price, start, start + length) - exact) <= price


@given(
    status=st.sampled_from(["RUNNING", "STARTING", "EXITED", "ERROR", "TERMINATED", "NEW"]),
    cost=PRICES,
    disk=SIZES,
    volume=SIZES,
)
def test_nothing_ever_costs_less_than_nothing_and_the_sum_is_that_of_its_parts(
    status: str, cost: Decimal, disk: int, volume: int
) -> None:
    found = rates(Billed(status=status, cost_per_hour=cost, disk_gb=disk, volume_gb=volume))
    assert found.compute is not None
    assert found.storage is not None
    assert found.total is not None
    assert abs(found.total - found.compute - found.storage) < TINY
    assert min(found.compute, found.storage) >= 0


def test_a_month_has_730_hours() -> None:
    assert a_month(monthly(10, Decimal("0.10"))) == Decimal("1.00")


def test_what_is_billed_of_a_pod_is_read_off_its_api_fields() -> None:
    assert billed(a_pod()) == Billed(
        status="RUNNING", cost_per_hour=Decimal("1.19"), disk_gb=20, volume_gb=200
    )
