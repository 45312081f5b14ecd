"""What could be done with a Pod or a network volume of the account: evidence for `domain.whatif`."""

from decimal import Decimal
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.catalog import GpuType, GpuTypeList
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.rates import network_volume_per_hour
from rgt_tui.domain.volume import MountKind, NetworkVolume
from rgt_tui.domain.whatif import Data, Offer, Option, move_options, pod_options
from rgt_tui.facts import gpu_word, stores
from rgt_tui.volume_facts import LEVELS, could_serve, gpus_of, stock_in, use_of

OFFERS: Final = 4
"""Other GPU types shown: the cheapest with at least as much memory, where there are so many."""


def of_pod(pod: Pod, account: Account) -> tuple[Option, ...]:
    """What could be done with a Pod."""
    disks = {store.kind: store for store in stores(pod, account)}
    volume, container = disks.get(MountKind.VOLUME), disks.get(MountKind.CONTAINER)
    data = Data(
        volume_bytes=None if volume is None else volume.used_bytes,
        container_bytes=None if container is None else container.used_bytes,
        network=bool(pod.network_mounts),
    )
    stock = stock_in(pod.data_center, account).get(pod.gpu_id or "", "")
    return pod_options(pod, data, stock, _offers(pod, account))


def of_volume(volume: NetworkVolume, account: Account, price: Decimal | None) -> tuple[Option, ...]:
    """The ways to bring a network volume to the data center that serves its Pods best.

    Empty when no other data center is known to serve.
    """
    gpus = gpus_of(volume, account)
    places = [
        place
        for gpu in gpus[:1]
        for place, _ in could_serve(gpu, account, tier=volume.tier, besides=volume.data_center)
    ]
    use = use_of(volume, account)
    rate = network_volume_per_hour(volume, price)
    used = use.used_bytes if use is not None and use.is_whole else None
    return move_options(volume, places[0], used, rate) if places else ()


def _offers(pod: Pod, account: Account) -> tuple[Offer, ...]:
    """Other GPU types, cheapest first, that have stock where the Pod's data can be."""
    types = account.evidence.value(GpuTypeList)
    if types is None or pod.gpu_id is None:
        return ()
    own = next((gpu for gpu in types.gpu_types if gpu.id == pod.gpu_id), None)
    least = own.memory_gb if own is not None and own.memory_gb else 0
    known = [offer for gpu in types.gpu_types if (offer := _offer(gpu, pod, account)) is not None]
    fit = [o for o in known if (o.memory_gb or 0) >= least] or known
    return tuple(sorted(fit, key=lambda o: (o.per_gpu_hour, o.name))[:OFFERS])


def _offer(gpu: GpuType, pod: Pod, account: Account) -> Offer | None:
    price = gpu.community_price if pod.cloud == "COMMUNITY" else gpu.secure_price
    here = pod.data_center if pod.network_mounts else None
    places = [
        (place, level)
        for place, level in gpu.data_centers.items()
        if level in LEVELS[1:] and here in (None, place)
    ]
    is_same = gpu.id == pod.gpu_id
    if is_same:
        places = [(place, level) for place, level in places if place != pod.data_center]
    if price is None or not places:
        return None
    places.sort(key=lambda offer: (-LEVELS.index(offer[1]), offer[0]))
    name = gpu_word(gpu.id) + (" elsewhere" if is_same else "")
    return Offer(
        gpu_id=gpu.id,
        name=name,
        per_gpu_hour=price,
        memory_gb=gpu.memory_gb,
        places=tuple(places),
    )
