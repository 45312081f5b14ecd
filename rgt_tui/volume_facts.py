"""Facts about network volumes that panes and commands state: who mounts them, how full, what is near."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.catalog import DataCenterList, GpuTypeList
from rgt_tui.domain.objects import StoredUses
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.facts import gpu_word
from rgt_tui.probes.volume_use import VolumeUseReport

LEVELS: Final = ("NONE", "LOW", "MEDIUM", "HIGH")
"""Stock of a GPU type in a data center, least first (REST v2, AvailabilityLevel)."""
GROW_ONLY: Final = "its size can only grow, from 10 to 4096 GB (REST v2 document of 2026-08-18)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much lies on a network volume.

    Attributes:
        used_bytes: of all files.
        at: when it was counted, Unix seconds.
        source: `du` for a walk inside a Pod, `s3` for a list from outside.
        by: who counted: a Pod, or the S3 interface.
        is_whole: whether all of it was counted; if not, the figure is "at least".
    """

    used_bytes: int
    at: float
    source: str
    by: str
    is_whole: bool


def pods_of(volume: NetworkVolume, account: Account) -> tuple[Pod, ...]:
    """The Pods that mount it, whatever they do."""
    return tuple(
        pod
        for pod in account.pods
        if any(mount.volume_id == volume.id for mount in pod.network_mounts)
    )


def writers_of(volume: NetworkVolume, account: Account) -> tuple[Pod, ...]:
    """The running Pods that mount it: each of them can write."""
    return tuple(pod for pod in pods_of(volume, account) if pod.is_running)


def is_orphan(volume: NetworkVolume, account: Account) -> bool | None:
    """Whether no Pod mounts it; None while the Pods are not known."""
    if account.evidence.latest(PodList) is None:
        return None
    return not pods_of(volume, account)


def use_of(volume: NetworkVolume, account: Account) -> Use | None:
    """The newest count of what lies on it. Never `df`, which shows the cluster's pool."""
    found: list[Use] = []
    for pod in pods_of(volume, account):
        seen = account.about(pod.id).latest(VolumeUseReport)
        for mount in pod.network_mounts if seen is not None else ():
            use = seen.value.at(mount.path) if seen is not None else None
            if mount.volume_id != volume.id or use is None or use.total_bytes is None:
                continue
            assert seen is not None  # noqa: S101  # as the loop says
            found.append(
                Use(
                    used_bytes=use.total_bytes,
                    at=seen.at,
                    source="du",
                    by=pod.label,
                    is_whole=use.is_whole,
                )
            )
    outside = account.evidence.latest(StoredUses)
    stored = outside.value.of(volume.id) if outside is not None else None
    if outside is not None and stored is not None and not stored.trouble:
        found.append(
            Use(
                used_bytes=stored.size,
                at=outside.at,
                source="s3",
                by="the S3 interface",
                is_whole=stored.is_whole,
            )
        )
    return max(found, key=lambda use: use.at, default=None)


def gpus_of(volume: NetworkVolume, account: Account) -> tuple[str, ...]:
    """The GPU types that its Pods use, as they name them."""
    return tuple(sorted({pod.gpu_id for pod in pods_of(volume, account) if pod.gpu_id is not None}))


def stock_in(data_center: str | None, account: Account) -> Mapping[str, str]:
    """The stock of each GPU type in a data center; empty when it is not known."""
    centers = account.evidence.value(DataCenterList)
    for center in centers.data_centers if centers is not None else ():
        if center.id == data_center and center.gpus:
            return center.gpus
    types = account.evidence.value(GpuTypeList)
    return MappingProxyType(
        {
            gpu.id: gpu.data_centers[data_center]
            for gpu in (types.gpu_types if types is not None else ())
            if data_center is not None and data_center in gpu.data_centers
        }
    )


def could_serve(
    gpu_id: str, account: Account, *, tier: str | None = None, besides: str | None = None
) -> tuple[tuple[str, str], ...]:
    """The data centers that have a GPU type, with its stock, the greatest first.

    Args:
        gpu_id: the GPU type.
        account: with the catalogue.
        tier: of network volumes that the data center must offer; None asks for none.
        besides: a data center to leave out.
    """
    centers = account.evidence.value(DataCenterList)
    offers = [
        (center.id, level)
        for center in (centers.data_centers if centers is not None else ())
        if center.id != besides
        and (tier is None or tier in center.volume_tiers)
        and (level := center.gpus.get(gpu_id, "NONE")) != "NONE"
    ]
    return tuple(sorted(offers, key=lambda offer: (-_rank(offer[1]), offer[0])))


def stock_words(volume: NetworkVolume, account: Account) -> tuple[str, str]:
    """What stock matters to a volume, in words and as the worst level; empty when not known.

    Of the GPU types that its Pods use; without a Pod, how many types there are at all.
    """
    stock = stock_in(volume.data_center, account)
    if not stock:
        return "", ""
    wanted = gpus_of(volume, account)
    if not wanted:
        there = [level for level in stock.values() if level != "NONE"]
        return f"{len(there)} of {len(stock)} GPUs", ""
    worst = min(wanted, key=lambda gpu: _rank(stock.get(gpu, "NONE")))
    level = stock.get(worst, "NONE")
    return f"{gpu_word(worst)} {level}", level


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
