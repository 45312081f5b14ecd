from decimal import Decimal

import pytest

from rgt_tui.domain.money import (
    Balance,
    Burn,
    at_zero,
    burn_difference,
    burn_of,
    burn_per_hour,
    network_volume_per_hour,
    runway_hours,
    stopped_storage_per_hour,
)
from rgt_tui.domain.pod import NetworkMount, VolumeDisk
from rgt_tui.domain.volume import NetworkVolume
from tests.values import a_pod

DISKS = 220 * Decimal("0.10") / 730
"""USD an hour of the container and volume disk of `a_pod` while it runs."""


def a_volume(size_gb: int | None, tier: str = "STANDARD") -> NetworkVolume:
    return NetworkVolume(id="v", name="v", size_gb=size_gb, data_center="EU-RO-1", tier=tier)


def a_balance(balance: str | None, spend: str | None = None) -> Balance:
    return Balance(
        balance=None if balance is None else Decimal(balance),
        spend_per_hour=None if spend is None else Decimal(spend),
    )


def test_a_stopped_volume_disk_bills_20_cents_a_gb_and_month() -> None:
    pod = a_pod(status="EXITED", volume_disk=VolumeDisk(size_gb=730, path="/workspace"))
    assert stopped_storage_per_hour(pod) == Decimal("0.20")


def test_a_running_pod_has_no_stopped_storage() -> None:
    assert stopped_storage_per_hour(a_pod()) == 0


def test_a_network_volume_is_cheaper_beyond_a_terabyte() -> None:
    assert network_volume_per_hour(a_volume(2000)) == Decimal(120) / 730


def test_the_price_of_another_tier_is_unknown_not_zero() -> None:
    assert network_volume_per_hour(a_volume(100, "HIGH_PERFORMANCE")) is None


def test_burn_adds_pods_with_their_disks_stopped_disks_and_volumes() -> None:
    pods = (a_pod(cost_per_hour=Decimal(2)), a_pod(status="EXITED", cost_per_hour=Decimal(0)))
    burn = burn_per_hour(pods, (a_volume(730),))
    assert burn is not None
    expected = Decimal(2) + DISKS + 200 * Decimal("0.2") / 730 + Decimal("51.1") / 730
    assert abs(burn - expected) < Decimal("1e-20")


def test_burn_with_an_unknown_price_is_unknown() -> None:
    assert burn_per_hour((a_pod(cost_per_hour=None),), ()) is None


def test_burn_by_kind_names_what_it_could_not_price() -> None:
    volumes = (a_volume(730), a_volume(100, "HIGH_PERFORMANCE"))
    burn = burn_of((a_pod(name="x", cost_per_hour=None),), volumes)
    assert burn.total is None
    assert burn.unpriced == ("Pod x", "network volume v (HIGH_PERFORMANCE)")
    assert burn.known == burn.disks + burn.network_volumes


def test_a_configured_price_makes_the_fast_tier_known() -> None:
    burn = burn_of((), (a_volume(730, "HIGH_PERFORMANCE"),), Decimal("0.14"))
    assert burn.total == Decimal("0.14")


@pytest.mark.parametrize(
    ("balance", "spend", "hours"),
    [("10", None, 10), ("10", "0.5", 10), ("10", "2", 5), ("0", "2", 0), ("-1", None, 0)],
)
def test_the_runway_takes_the_greater_burn(balance: str, spend: str | None, hours: int) -> None:
    assert runway_hours(a_balance(balance, spend), Burn(compute=Decimal(1))) == hours


def test_the_runway_is_unknown_without_a_balance_and_endless_without_a_burn() -> None:
    assert runway_hours(a_balance(None, "2"), Burn(compute=Decimal(1))) is None
    assert runway_hours(a_balance("10"), Burn()) is None


def test_at_zero_pods_without_a_network_volume_are_deleted_even_when_stopped() -> None:
    mount = NetworkMount(volume_id="v", path="/workspace")
    bare, asleep = a_pod(id="bare"), a_pod(id="asleep", status="EXITED")
    safe = a_pod(id="safe", volume_disk=None, network_mounts=(mount,))
    gone = a_pod(id="gone", status="TERMINATED")
    fate = at_zero((bare, asleep, safe, gone))
    assert [pod.id for pod in fate.terminated] == ["bare", "asleep"]
    assert [pod.id for pod in fate.stopped] == ["safe"]


OURS = Burn(
    compute=Decimal(2),
    container_disk=Decimal("0.05"),
    stopped_storage=Decimal("0.20"),
    network_volumes=Decimal("0.40"),
)


@pytest.mark.parametrize(
    ("service", "elsewhere", "said"),
    [
        ("2.65", None, None),
        ("2.657", None, None),
        ("2.60", None, "leaves out the disks of running Pods"),
        ("2.45", None, "leaves out the disks of stopped Pods"),
        ("2.25", None, "leaves out network volumes"),
        ("2.00", None, "leaves out all storage"),
        ("1.10", None, "lags behind a change"),
        ("3.65", "1", "serverless"),
        ("3.65", None, "neither a Pod nor a network volume"),
    ],
)
def test_a_difference_between_the_two_burns_is_explained(
    service: str, elsewhere: str | None, said: str | None
) -> None:
    words = burn_difference(
        Decimal(service), OURS, None if elsewhere is None else Decimal(elsewhere)
    )
    assert (words is None) if said is None else (words is not None and said in words)


def test_what_has_no_price_here_explains_a_greater_figure_of_the_service() -> None:
    burn = Burn(compute=Decimal(1), unpriced=("network volume fast (HIGH_PERFORMANCE)",))
    words = burn_difference(Decimal("1.5"), burn)
    assert words is not None
    assert "network volume fast" in words


def test_an_unknown_figure_of_the_service_is_no_difference() -> None:
    assert burn_difference(None, OURS) is None
