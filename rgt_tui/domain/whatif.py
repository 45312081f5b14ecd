"""What would be cheaper: a Pod stopped, terminated, kept or relaunched; a volume moved. Pure.

Nothing here is done; every option says what it costs a day, what is lost, when it has paid for
itself, and how likely the GPU is to be missing afterwards.
"""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Final

from rgt_tui.domain.objects import s3_endpoint
from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.rates import (
    HOURS_A_DAY,
    Billed,
    billed,
    by_second,
    network_volume_per_hour,
    rates,
    whole_sum,
)
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import GIB, show_bytes, show_duration
from rgt_tui.domain.volume import NetworkVolume

SLOWEST: Final = 33_000_000
"""Bytes a second of a cold read from a network volume (public measurement; see the documentation's
200 to 400 MB/s)."""
FASTEST: Final = 200_000_000
"""Bytes a second: the lower end of what the documentation names (storage/types, read 2026-08-20)."""
SMALLEST_GB: Final = 10
"""The least size of a network volume (REST v2 document of 2026-08-18)."""
ROOM: Final = Decimal("1.2")
"""How much larger a new volume is taken than what is to lie on it."""
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What lies in a Pod.

    Attributes:
        volume_bytes: on the volume disk; None is unknown, and its whole size is reckoned with.
        container_bytes: on the container disk; None is unknown.
        network: whether it mounts a network volume.
    """

    volume_bytes: int | None = None
    container_bytes: int | None = None
    network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A GPU type that could be rented instead.

    Attributes:
        gpu_id: as the catalogue names it.
        name: short.
        per_gpu_hour: USD.
        memory_gb: VRAM of one; None is unknown.
        places: data centers that have it, with their stock, the greatest first.
    """

    gpu_id: str
    name: str
    per_gpu_hour: Decimal
    memory_gb: int | None
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that could be done.

    Attributes:
        key: `keep`, `stop`, `terminate`, `relaunch` or `move`.
        title: what it is.
        per_day: USD a day afterwards; None is unknown.
        once: USD it costs to get there; None is unknown.
        seconds: how long that takes, from best to worst; both 0 when it takes none.
        keeps: what is still there afterwards.
        loses: what is not.
        risk: of finding no GPU afterwards, in words.
        steps: what a person would do, in order.
        saves_per_day: USD a day compared with keeping things as they are; None is unknown.
        break_even_h: hours after which the cost of getting there is saved; None is never or unknown.
    """

    key: str
    title: str
    per_day: Decimal | None
    once: Decimal | None = NOTHING
    seconds: tuple[float, float] = (0.0, 0.0)
    keeps: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    risk: str = ""
    steps: tuple[str, ...] = ()
    saves_per_day: Decimal | None = None
    break_even_h: Decimal | None = None


def pod_options(
    pod: Pod, data: Data, stock: str, offers: tuple[Offer, ...] = ()
) -> tuple[Option, ...]:
    """What could be done with a Pod, keeping it as it is first.

    Args:
        pod: of the account.
        data: what lies in it.
        stock: of its GPU type in its data center: `NONE`, `LOW`, ...; empty is unknown.
        offers: GPU types that could take its place.
    """
    keep = _keep(pod, data)
    found = [keep]
    if not pod.is_stopped:
        found.append(_stop(pod, data, stock))
    found.append(_terminate(pod, data))
    found.extend(_relaunch(pod, data, offer) for offer in offers)
    return tuple(_against(keep, option) for option in found)


def move_options(
    volume: NetworkVolume, target: str, used_bytes: int | None, per_hour: Decimal | None
) -> tuple[Option, ...]:
    """The ways to bring a network volume's data to another data center.

    Args:
        volume: to move; it cannot be moved itself, only copied (RP7).
        target: the data center.
        used_bytes: what lies on it; None is unknown, and its whole size is reckoned with.
        per_hour: USD an hour of a volume of that size; None is unknown.
    """
    size = used_bytes if used_bytes is not None else (volume.size_gb or 0) * GIB
    span = (size / FASTEST, size / SLOWEST)
    once = None if per_hour is None else by_second(per_hour, span[1])
    per_day = None if per_hour is None else per_hour * HOURS_A_DAY
    name = volume.name or volume.id
    made = f"make a network volume of {volume.size_gb or '?'} GB in {target}"
    checked = (
        "compare sizes and checksums on both sides, then start the Pods anew on the new volume"
    )
    last = (
        f"delete {name} only when nothing mounts it and the copy is verified: until then both bill"
    )
    ways: list[tuple[str, tuple[str, ...]]] = []
    if s3_endpoint(volume.data_center) and s3_endpoint(target):
        copied = (
            f"copy over S3 with no Pod, by rclone or aws s3 sync: {s3_endpoint(volume.data_center)} "
            f"to {s3_endpoint(target)}; every byte passes the machine that copies, twice"
        )
        steps: tuple[str, ...] = (made, copied)
        ways.append(("over S3, without a Pod", steps))
    pods = (
        made,
        f"start the cheapest Pod in {volume.data_center or '?'} on {name} and one in {target} on the new one",
        "rsync from the one to the other over direct SSH (22/tcp); terminate both afterwards",
    )
    ways.append(("with two Pods and rsync, which bill meanwhile", pods))
    return tuple(
        Option(
            key="move",
            title=f"move {name} to {target} {how}",
            per_day=per_day,
            once=once,
            seconds=span,
            keeps=(f"{show_bytes(size)} on {name} until you delete it",),
            risk="",
            steps=(*steps, checked, last),
        )
        for how, steps in ways
    )


def _keep(pod: Pod, data: Data) -> Option:
    total = rates(billed(pod)).total
    title = "stay stopped" if pod.is_stopped else "keep it running as it is"
    kept = _own(pod, data) if pod.is_stopped else (*_own(pod, data), *_container(pod, data))
    return Option(key="keep", title=title, per_day=_day(total), keeps=(*kept, *_network(data)))


def _stop(pod: Pod, data: Data, stock: str) -> Option:
    thing = replace(billed(pod), status=PodStatus.EXITED)
    return Option(
        key="stop",
        title="stop it",
        per_day=_day(rates(thing).total),
        keeps=(*_own(pod, data), *_network(data)),
        loses=_container(pod, data),
        risk=_zero_gpu(pod, stock),
        steps=("stop it; start it again later: new host keys, another SSH port",),
    )


def _terminate(pod: Pod, data: Data) -> Option:
    """Terminate; what lies on a volume disk is brought to a new network volume first."""
    if pod.volume_disk is None:
        title = "terminate it; its network volume stays" if data.network else "terminate it"
        return Option(
            key="terminate",
            title=title,
            per_day=NOTHING,
            keeps=_network(data),
            loses=_container(pod, data),
            risk="a new Pod takes any free host" if pod.gpu_id else "",
            steps=("verify what must stay, then terminate through the checklist",),
        )
    size = _volume_bytes(pod, data)
    needed = max(SMALLEST_GB, math.ceil(size / GIB * float(ROOM)))
    volume = NetworkVolume(
        id="", name="", size_gb=needed, data_center=pod.data_center, tier="STANDARD"
    )
    per_hour = network_volume_per_hour(volume)
    span = (size / FASTEST, size / SLOWEST)
    running = replace(billed(pod), status=PodStatus.RUNNING)
    meanwhile = None if pod.is_stopped else whole_sum(rates(running).total, per_hour)
    return Option(
        key="terminate",
        title=f"terminate it, its data on a network volume of {needed} GB",
        per_day=_day(per_hour),
        once=None if meanwhile is None else by_second(meanwhile, span[1]),
        seconds=span,
        keeps=(f"{show_bytes(size)} on the network volume",),
        loses=(*_container(pod, data), "the volume disk itself"),
        risk=f"a new Pod takes any free host in {pod.data_center or 'that data center'} (RP7)",
        steps=(
            f"make a network volume of {needed} GB in {pod.data_center or 'a data center'}",
            "start a Pod on it there, and copy over direct SSH with rsync",
            "compare sizes and checksums, then terminate through the checklist",
        ),
    )


def _relaunch(pod: Pod, data: Data, offer: Offer) -> Option:
    count = pod.gpu_count or 1
    thing = Billed(
        status=PodStatus.RUNNING,
        cost_per_hour=offer.per_gpu_hour * count,
        disk_gb=pod.disk_gb,
        volume_gb=0 if pod.volume_disk is None else pod.volume_disk.size_gb,
    )
    size = 0 if pod.volume_disk is None else _volume_bytes(pod, data)
    memory = f"{offer.memory_gb} GB VRAM" if offer.memory_gb else "VRAM ?"
    places = ", ".join(f"{place} {stock}" for place, stock in offer.places[:4]) or "nowhere now"
    moved = (f"{show_bytes(size)} of the volume disk, once copied",) if size else ()
    return Option(
        key="relaunch",
        title=f"relaunch on {count}x{offer.name} ({memory})",
        per_day=_day(rates(thing).total),
        once=by_second(rates(thing).total or NOTHING, size / SLOWEST),
        seconds=(size / FASTEST, size / SLOWEST),
        keeps=(*moved, *_network(data)),
        loses=_container(pod, data),
        risk=f"stock: {places}",
        steps=("start the new Pod, copy, verify, then terminate the old one",),
    )


def _against(keep: Option, option: Option) -> Option:
    """The option with what it saves, compared with keeping things as they are."""
    if option is keep or option.per_day is None or keep.per_day is None:
        return option
    saves = keep.per_day - option.per_day
    pays = saves > 0 and option.once is not None
    hours = (option.once or NOTHING) / (saves / HOURS_A_DAY) if pays else None
    return replace(option, saves_per_day=saves, break_even_h=hours)


def _zero_gpu(pod: Pod, stock: str) -> str:
    if pod.gpu_id is None:
        return ""
    if pod.volume_disk is not None:
        known = f"stock in {pod.data_center or 'its data center'} is {stock or '?'}"
        return f"it stays on its one host, whose GPUs others may take: 0 GPUs at the next start (RP1); {known}"
    return f"starts on any host in {pod.data_center or 'its data center'}: stock is {stock or '?'}"


def _own(pod: Pod, data: Data) -> tuple[str, ...]:
    if pod.volume_disk is None:
        return ()
    used = show_bytes(data.volume_bytes) if data.volume_bytes is not None else "all"
    return (f"{used} on the volume disk {pod.volume_disk.path}",)


def _container(pod: Pod, data: Data) -> tuple[str, ...]:
    if pod.is_stopped:
        return ()
    used = f"{show_bytes(data.container_bytes)} " if data.container_bytes is not None else "all "
    return (f"{used}on the container disk /",)


def _network(data: Data) -> tuple[str, ...]:
    return ("the network volume",) if data.network else ()


def _volume_bytes(pod: Pod, data: Data) -> int:
    if data.volume_bytes is not None:
        return data.volume_bytes
    return ((pod.volume_disk.size_gb if pod.volume_disk else 0) or 0) * GIB


def _day(per_hour: Decimal | None) -> Decimal | None:
    return None if per_hour is None else per_hour * HOURS_A_DAY


def show_span(seconds: tuple[float, float]) -> str:
    """A range of time: `3m to 17m`; empty when it takes none."""
    best, worst = seconds
    if worst <= 0:
        return ""
    return f"{show_duration(best)} to {show_duration(worst)}"
