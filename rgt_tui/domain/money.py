"""Balance and burn: what the account has, and what it spends an hour."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rgt_tui.domain.pod import Pod
from rgt_tui.domain.volume import NetworkVolume

HOURS_A_MONTH: Final = Decimal(730)
VOLUME_DISK_STOPPED: Final = Decimal("0.20")
"""USD per GB and month of a stopped Pod's volume disk (RunPod pricing page, 2026-08-20)."""
NETWORK_VOLUME_FIRST_TB: Final = Decimal("0.07")
NETWORK_VOLUME_BEYOND: Final = Decimal("0.05")
"""USD per GB and month of a STANDARD network volume up to 1 TB and beyond (same page)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What GraphQL says of the account's money, in USD; a field it refused is None."""

    balance: Decimal | None
    spend_per_hour: Decimal | None
    spend_limit: Decimal | None = None


def stopped_storage_per_hour(pod: Pod) -> Decimal:
    """USD an hour for the volume disk of a stopped Pod; 0 for any other Pod.

    The API reports cost 0.0 for it, so this is computed: size x 0.20 / 730.
    """
    if not pod.is_stopped or pod.volume_disk is None or pod.volume_disk.size_gb is None:
        return Decimal(0)
    return pod.volume_disk.size_gb * VOLUME_DISK_STOPPED / HOURS_A_MONTH


def network_volume_per_hour(volume: NetworkVolume) -> Decimal | None:
    """USD an hour for a STANDARD network volume; None for a tier whose price is not published."""
    if volume.size_gb is None or volume.tier != "STANDARD":
        return None
    first = min(volume.size_gb, 1000) * NETWORK_VOLUME_FIRST_TB
    beyond = max(volume.size_gb - 1000, 0) * NETWORK_VOLUME_BEYOND
    return (first + beyond) / HOURS_A_MONTH


def burn_per_hour(pods: tuple[Pod, ...], volumes: tuple[NetworkVolume, ...]) -> Decimal | None:
    """USD an hour for Pods, stopped disks and STANDARD network volumes.

    None when the price of a Pod that is meant to run is unknown: a sum with a hole in it
    would be shown as if it were whole.
    """
    total = Decimal(0)
    for pod in pods:
        if pod.is_stopped:
            total += stopped_storage_per_hour(pod)
        elif pod.cost_per_hour is None:
            return None
        else:
            total += pod.cost_per_hour
    return total + sum(
        (network_volume_per_hour(volume) or Decimal(0) for volume in volumes), Decimal(0)
    )
