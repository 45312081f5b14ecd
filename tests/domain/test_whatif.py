from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgt_tui.domain.pod import NetworkMount, VolumeDisk
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.domain.whatif import Data, Offer, Option, move_options, pod_options
from tests.values import a_pod

DATA = Data(volume_bytes=22 * GIB, container_bytes=8 * GIB)
OFFER = Offer(
    gpu_id="NVIDIA L40S",
    name="L40S",
    per_gpu_hour=Decimal("0.86"),
    memory_gb=48,
    places=(("EU-RO-1", "HIGH"),),
)


def options(stock: str = "LOW", data: Data = DATA, **changed: Any) -> dict[str, Option]:
    return {o.key: o for o in pod_options(a_pod(**changed), data, stock, (OFFER,))}


def a_day(per_hour: str | Decimal) -> Decimal:
    return Decimal(per_hour) * 24


def test_keeping_costs_compute_and_both_disks_and_loses_nothing() -> None:
    keep = options()["keep"]
    assert keep.per_day is not None
    assert abs(keep.per_day - a_day(Decimal("1.19") + 220 * Decimal("0.1") / 730)) < Decimal("1e-9")
    assert keep.loses == ()
    assert keep.saves_per_day is None


def test_stopping_costs_the_disk_twice_loses_the_container_and_risks_the_gpu() -> None:
    found = options()
    stop, keep = found["stop"], found["keep"]
    assert stop.per_day is not None
    assert keep.per_day is not None
    assert abs(stop.per_day - a_day(200 * Decimal("0.2") / 730)) < Decimal("1e-9")
    assert stop.saves_per_day == keep.per_day - stop.per_day
    assert stop.loses == ("8.0G on the container disk /",)
    assert "0 GPUs at the next start (RP1)" in stop.risk
    assert "LOW" in stop.risk


def test_terminating_brings_the_data_to_a_network_volume_that_costs_less_than_a_stopped_disk() -> (
    None
):
    found = options()
    terminate, stop = found["terminate"], found["stop"]
    assert terminate.title == "terminate it, its data on a network volume of 27 GB"
    assert terminate.per_day is not None
    assert stop.per_day is not None
    assert terminate.per_day < stop.per_day
    assert "22.0G on the network volume" in terminate.keeps
    assert terminate.seconds[0] < terminate.seconds[1]


def test_the_break_even_is_when_what_was_saved_has_paid_for_the_way_there() -> None:
    terminate = options()["terminate"]
    assert terminate.once is not None
    assert terminate.saves_per_day is not None
    assert terminate.break_even_h is not None
    paid = terminate.saves_per_day / 24 * terminate.break_even_h
    assert abs(paid - terminate.once) < Decimal("1e-9")


def test_a_pod_on_a_network_volume_loses_only_its_container() -> None:
    mount = NetworkMount(volume_id="v", path="/workspace")
    found = options(
        data=Data(container_bytes=GIB, network=True), volume_disk=None, network_mounts=(mount,)
    )
    assert found["terminate"].per_day == 0
    assert found["terminate"].keeps == ("the network volume",)
    assert found["terminate"].once == 0
    assert "starts on any host" in found["stop"].risk


def test_a_stopped_pod_can_stay_stopped_but_not_be_stopped() -> None:
    found = options(status="EXITED")
    assert "stop" not in found
    assert found["keep"].title == "stay stopped"
    assert found["keep"].loses == ()
    assert found["terminate"].loses == ("the volume disk itself",)


def test_unknown_use_is_reckoned_with_the_whole_size() -> None:
    terminate = options(data=Data())["terminate"]
    assert "200G on the network volume" in terminate.keeps


def test_an_unknown_price_makes_no_figures_up() -> None:
    found = options(cost_per_hour=None)
    assert found["keep"].per_day is None
    assert found["stop"].saves_per_day is None
    assert found["stop"].break_even_h is None


def test_relaunching_says_what_it_costs_and_where_there_is_stock() -> None:
    relaunch = options(gpu_count=4)["relaunch"]
    assert relaunch.title == "relaunch on 4xL40S (48 GB VRAM)"
    assert relaunch.risk == "stock: EU-RO-1 HIGH"
    assert relaunch.saves_per_day is not None
    assert relaunch.saves_per_day < 0
    assert relaunch.break_even_h is None


VOLUME = NetworkVolume(id="v", name="nv", size_gb=1000, data_center="EU-RO-1", tier="STANDARD")


def test_a_volume_moves_over_s3_or_with_two_pods_and_bills_twice_meanwhile() -> None:
    s3, pods = move_options(VOLUME, "US-KS-2", 200 * 10**9, Decimal("0.0959"))
    assert "over S3" in s3.title
    assert "two Pods" in pods.title
    assert s3.seconds[0] == 1000.0
    assert round(s3.seconds[1]) == 6061
    assert s3.once is not None
    assert abs(s3.once - Decimal("0.0959") * 6061 / 3600) < Decimal("0.001")
    assert "delete nv only when nothing mounts it" in s3.steps[-1]


@pytest.mark.parametrize(
    ("source", "target"), [("US-TX-3", "US-KS-2"), ("EU-RO-1", "US-TX-3"), (None, "EU-RO-1")]
)
def test_without_s3_on_both_sides_only_two_pods_remain(source: str | None, target: str) -> None:
    from dataclasses import replace

    found = move_options(replace(VOLUME, data_center=source), target, None, None)
    assert len(found) == 1
    assert found[0].once is None


@given(
    volume=st.integers(0, 4000),
    used=st.one_of(st.none(), st.integers(0, 4000 * GIB)),
    cost=st.decimals(0, 50, places=2),
)
def test_saving_is_always_the_difference_of_the_days(
    volume: int, used: int | None, cost: Decimal
) -> None:
    pod = a_pod(cost_per_hour=cost, volume_disk=VolumeDisk(size_gb=volume, path="/workspace"))
    keep, *others = pod_options(pod, Data(volume_bytes=used), "", (OFFER,))
    for option in others:
        assert option.per_day is not None
        assert keep.per_day is not None
        assert option.saves_per_day == keep.per_day - option.per_day
        assert option.break_even_h is None or option.break_even_h >= 0
