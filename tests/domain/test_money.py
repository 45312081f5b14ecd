from decimal import Decimal

from rgt_tui.domain.money import burn_per_hour, network_volume_per_hour, stopped_storage_per_hour
from rgt_tui.domain.pod import VolumeDisk
from rgt_tui.domain.volume import NetworkVolume
from tests.values import a_pod


def a_volume(size_gb: int | None, tier: str = "STANDARD") -> NetworkVolume:
    return NetworkVolume(id="v", name="v", size_gb=size_gb, data_center="EU-RO-1", tier=tier)


def test_a_stopped_volume_disk_bills_20_cents_a_gb_and_month() -> None:
    pod = a_pod(status="EXITED", volume_disk=VolumeDisk(size_gb=730, path="/workspace"))
    assert stopped_storage_per_hour(pod) == Decimal("0.20")


def test_a_running_pod_has_no_stopped_storage() -> None:
    assert stopped_storage_per_hour(a_pod()) == 0


def test_a_network_volume_is_cheaper_beyond_a_terabyte() -> None:
    assert network_volume_per_hour(a_volume(2000)) == Decimal(120) / 730


def test_the_price_of_another_tier_is_unknown_not_zero() -> None:
    assert network_volume_per_hour(a_volume(100, "HIGH_PERFORMANCE")) is None


def test_burn_adds_pods_stopped_disks_and_volumes() -> None:
    pods = (a_pod(cost_per_hour=Decimal(2)), a_pod(status="EXITED", cost_per_hour=Decimal(0)))
    assert (
        burn_per_hour(pods, (a_volume(730),))
        == Decimal(2) + 200 * Decimal("0.2") / 730 + Decimal("51.1") / 730
    )


def test_burn_with_an_unknown_price_is_unknown() -> None:
    assert burn_per_hour((a_pod(cost_per_hour=None),), ()) is None
