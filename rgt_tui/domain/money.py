"""Balance and burn: what the account has, what it spends an hour, and what ends when nothing is left."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.rates import (
    HOURS_A_MONTH,
    VOLUME_DISK_STOPPED,
    network_volume_per_hour,
    pod_rates,
    stopped_storage_per_hour,
)
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.volume import NetworkVolume

__all__ = [
    "HOURS_A_MONTH",
    "VOLUME_DISK_STOPPED",
    "AtZero",
    "Balance",
    "Burn",
    "at_zero",
    "burn_of",
    "burn_per_hour",
    "network_volume_per_hour",
    "runway_hours",
    "stopped_storage_per_hour",
]

AGREE: Final = Decimal("0.01")
"""USD an hour by which the service's figure and ours may differ without a word: it is rounded."""
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What GraphQL says of the account's money, in USD; a field it refused is None."""

    balance: Decimal | None
    spend_per_hour: Decimal | None
    spend_limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """What the account spends an hour, by kind, as the rules of `domain.rates` have it.

    Attributes:
        compute: GPUs and CPUs of Pods that run or start.
        container_disk, volume_disk: disks of those Pods.
        stopped_storage: volume disks of stopped Pods, at twice the price.
        network_volumes: those whose price is known.
        unpriced: in words, what is missing in the sums above.
    """

    compute: Decimal = _NOTHING
    container_disk: Decimal = _NOTHING
    volume_disk: Decimal = _NOTHING
    stopped_storage: Decimal = _NOTHING
    network_volumes: Decimal = _NOTHING
    unpriced: tuple[str, ...] = ()

    @property
    def disks(self) -> Decimal:
        """Disks of Pods that run."""
        return self.container_disk + self.volume_disk

    @property
    def known(self) -> Decimal:
        """The sum of what is known; `unpriced` says what it lacks."""
        return self.compute + self.disks + self.stopped_storage + self.network_volumes

    @property
    def total(self) -> Decimal | None:
        """The sum; None when something is unpriced."""
        return None if self.unpriced else self.known


def burn_of(
    pods: Iterable[Pod],
    volumes: Iterable[NetworkVolume],
    high_performance: Decimal | None = None,
) -> Burn:
    """What these Pods and network volumes cost an hour.

    Args:
        pods: of the account.
        volumes: of the account.
        high_performance: USD per GB and month for network volumes of that tier; None is unknown.
    """
    compute = container = volume_disk = stopped = network = _NOTHING
    unpriced: list[str] = []
    for pod in pods:
        rate = pod_rates(pod)
        if rate.total is None:
            unpriced.append(f"Pod {pod.label}")
        compute += rate.compute or _NOTHING
        container += rate.container_disk or _NOTHING
        if pod.status in (PodStatus.EXITED, PodStatus.ERROR):
            stopped += rate.volume_disk or _NOTHING
        else:
            volume_disk += rate.volume_disk or _NOTHING
    for volume in volumes:
        price = network_volume_per_hour(volume, high_performance)
        if price is None:
            unpriced.append(
                f"network volume {volume.name or volume.id} ({volume.tier or 'tier ?'})"
            )
        network += price or _NOTHING
    return Burn(
        compute=compute,
        container_disk=container,
        volume_disk=volume_disk,
        stopped_storage=stopped,
        network_volumes=network,
        unpriced=tuple(unpriced),
    )


def burn_per_hour(
    pods: tuple[Pod, ...],
    volumes: tuple[NetworkVolume, ...],
    high_performance: Decimal | None = None,
) -> Decimal | None:
    """USD an hour for Pods with their disks, stopped disks and priced network volumes.

    None when the price of a Pod that is meant to run is unknown: a sum with a hole in it
    would be shown as if it were whole.
    """
    if any(pod_rates(pod).compute is None for pod in pods):
        return None
    return burn_of(pods, volumes, high_performance).known


def runway_hours(balance: Balance, burn: Burn) -> Decimal | None:
    """Hours until the balance is used up, by the greater of the service's burn and ours.

    None when nothing is spent or the balance is unknown. 0 when it is used up already.
    """
    if balance.balance is None:
        return None
    if balance.balance <= 0:
        return _NOTHING
    spend = max(balance.spend_per_hour or _NOTHING, burn.known)
    return balance.balance / spend if spend > 0 else None


@dataclass(frozen=True, slots=True)
class AtZero:
    """What happens to the Pods when the balance reaches 0.

    Attributes:
        terminated: without a network volume: deleted with all their data, stopped or not.
        stopped: with a network volume, which they keep; those stopped already included.
    """

    terminated: tuple[Pod, ...] = ()
    stopped: tuple[Pod, ...] = ()


def at_zero(pods: Iterable[Pod]) -> AtZero:
    """The fate of each Pod at a balance of 0.

    Source: RunPod documentation, accounts-billing/billing, rule of 2026-06-16. Network volumes
    bill on, and "may eventually be terminated".
    """
    there = [pod for pod in pods if pod.status != PodStatus.TERMINATED]
    return AtZero(
        terminated=tuple(pod for pod in there if not pod.network_mounts),
        stopped=tuple(pod for pod in there if pod.network_mounts),
    )


def burn_difference(
    service: Decimal | None, burn: Burn, elsewhere: Decimal | None = None
) -> str | None:
    """Why the service's spend rate and ours differ, in words; None when they agree or one is unknown.

    Args:
        service: `currentSpendPerHr`.
        burn: ours.
        elsewhere: USD an hour billed lately for serverless, endpoints and clusters; None is unknown.
    """
    if service is None:
        return None
    gap = service - burn.known
    if abs(gap) <= AGREE:
        return None
    if gap > 0 and elsewhere is not None and abs(gap - elsewhere) <= max(AGREE, gap / 10):
        return "serverless, endpoints and clusters, which are not Pods"
    if gap > 0 and burn.unpriced:
        return f"what has no known price here: {', '.join(burn.unpriced)}"
    if gap > 0:
        return "something that is neither a Pod nor a network volume, or prices that have changed"
    parts = {
        "the disks of running Pods": burn.disks,
        "the disks of stopped Pods": burn.stopped_storage,
        "network volumes": burn.network_volumes,
        "all storage": burn.disks + burn.stopped_storage + burn.network_volumes,
    }
    for what, amount in parts.items():
        if amount > 0 and abs(-gap - amount) <= AGREE:
            return f"the service leaves out {what}"
    return "the service lags behind a change, or grants a discount (savings plan)"
