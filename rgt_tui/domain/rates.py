"""What RunPod charges: the rules of money, each with its source and the date it was read.

All from RunPod's documentation, pages pods/pricing, accounts-billing/billing and storage/types,
read 2026-08-20. Prices are USD per GB and month; a month is 730 hours, the usual convention, which
the pages do not state. Compute and the disks of a Pod are billed by the second, network volumes
by the hour. A Pod's `cost` in REST v2 is taken as its compute alone: the document of 2026-08-18
says "current cost in USD per hour" and no more, so the disks are added here and shown apart.
"""

import math
from decimal import Decimal
from typing import Final

from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.volume import NetworkVolume

HOURS_A_MONTH: Final = Decimal(730)
HOURS_A_DAY: Final = Decimal(24)
HOUR_S: Final = 3600.0
CONTAINER_DISK: Final = Decimal("0.10")
"""Of a running Pod's container disk; a stopped Pod has none, and it is free."""
VOLUME_DISK_RUNNING: Final = Decimal("0.10")
VOLUME_DISK_STOPPED: Final = Decimal("0.20")
"""Of a volume disk while its Pod runs, and while it is stopped: twice as much."""
NETWORK_VOLUME_FIRST_TB: Final = Decimal("0.07")
NETWORK_VOLUME_BEYOND: Final = Decimal("0.05")
"""Of a STANDARD network volume up to 1 TB and beyond, whatever its Pods do."""
FIRST_TB_GB: Final = 1000
STANDARD: Final = "STANDARD"
HIGH_PERFORMANCE: Final = "HIGH_PERFORMANCE"
"""Its price "varies by data center" and is published nowhere: it comes from the configuration or
from what was billed, else it is unknown."""

_NOTHING: Final = Decimal(0)
_AT_REST: Final = (PodStatus.EXITED, PodStatus.ERROR)
"""Without a container: no compute and no container disk, but the volume disk bills on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodRates:
    """What one Pod costs, in USD an hour; None where it is unknown.

    Attributes:
        compute: GPU or CPU.
        container_disk, volume_disk: its own disks.
    """

    compute: Decimal | None = _NOTHING
    container_disk: Decimal | None = _NOTHING
    volume_disk: Decimal | None = _NOTHING

    @property
    def storage(self) -> Decimal | None:
        """Both disks."""
        return whole_sum(self.container_disk, self.volume_disk)

    @property
    def total(self) -> Decimal | None:
        """All of it; None when a part is unknown, since a sum with a hole would look whole."""
        return whole_sum(self.compute, self.container_disk, self.volume_disk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """What of a Pod decides its price.

    Attributes:
        status: as sent.
        cost_per_hour: as sent; None is unknown.
        disk_gb, volume_gb: sizes; None is unknown, 0 is none.
    """

    status: str
    cost_per_hour: Decimal | None
    disk_gb: int | None
    volume_gb: int | None


def billed(pod: Pod) -> Billed:
    """What of this Pod decides its price."""
    volume = pod.volume_disk
    return Billed(
        status=pod.status,
        cost_per_hour=pod.cost_per_hour,
        disk_gb=pod.disk_gb,
        volume_gb=0 if volume is None else volume.size_gb,
    )


def rates(thing: Billed) -> PodRates:
    """USD an hour in the state it is in.

    Starting counts as running: the documents name no free phase. A Pod in ERROR has no container,
    so its disk bills as stopped; its compute is what the API says, 0 or not.
    """
    if thing.status == PodStatus.TERMINATED:
        return PodRates()
    if thing.status in _AT_REST:
        is_error = thing.status == PodStatus.ERROR
        return PodRates(
            compute=thing.cost_per_hour if is_error else _NOTHING,
            volume_disk=monthly(thing.volume_gb, VOLUME_DISK_STOPPED),
        )
    return PodRates(
        compute=thing.cost_per_hour,
        container_disk=monthly(thing.disk_gb, CONTAINER_DISK),
        volume_disk=monthly(thing.volume_gb, VOLUME_DISK_RUNNING),
    )


def pod_rates(pod: Pod) -> PodRates:
    """USD an hour of this Pod now."""
    return rates(billed(pod))


def stopped_storage_per_hour(pod: Pod) -> Decimal:
    """USD an hour for the volume disk of a stopped Pod; 0 for any other Pod, or without a size.

    The API reports cost 0.0 for it, so this is computed: size x 0.20 / 730.
    """
    return (pod_rates(pod).volume_disk or _NOTHING) if pod.is_stopped else _NOTHING


def network_volume_per_hour(
    volume: NetworkVolume, high_performance: Decimal | None = None
) -> Decimal | None:
    """USD an hour for a network volume; None when its price or its size is unknown.

    Args:
        volume: of either tier.
        high_performance: USD per GB and month for that tier, from the configuration or billing.
    """
    if volume.size_gb is None:
        return None
    if volume.tier == STANDARD:
        first = min(volume.size_gb, FIRST_TB_GB) * NETWORK_VOLUME_FIRST_TB
        beyond = max(volume.size_gb - FIRST_TB_GB, 0) * NETWORK_VOLUME_BEYOND
        return (first + beyond) / HOURS_A_MONTH
    if volume.tier == HIGH_PERFORMANCE and high_performance is not None:
        return monthly(volume.size_gb, high_performance)
    return None


def monthly(size_gb: int | None, price: Decimal) -> Decimal | None:
    """USD an hour of `size_gb` at USD per GB and month; None for an unknown size."""
    return None if size_gb is None else size_gb * price / HOURS_A_MONTH


def by_second(per_hour: Decimal, seconds: float) -> Decimal:
    """USD for a length of time of something billed by the second: compute and disks of Pods."""
    return per_hour * Decimal(max(0.0, seconds)) / Decimal(HOUR_S)


def by_hour(per_hour: Decimal, start: float, end: float) -> Decimal:
    """USD for a time of something billed by the hour: network volumes.

    Counts the full hours that begin within (start, end], so that a time cut in two costs the same.
    """
    begun = math.floor(max(start, end) / HOUR_S) - math.floor(start / HOUR_S)
    return per_hour * begun


def a_month(per_hour: Decimal | None) -> Decimal | None:
    """USD a month of 730 hours."""
    return None if per_hour is None else per_hour * HOURS_A_MONTH


def a_day(per_hour: Decimal | None) -> Decimal | None:
    """USD a day."""
    return None if per_hour is None else per_hour * HOURS_A_DAY


def whole_sum(*amounts: Decimal | None) -> Decimal | None:
    """The sum; None when an amount is unknown."""
    total = _NOTHING
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
