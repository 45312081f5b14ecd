"""A new Pod like one that is there, on a fresh host: what can be chosen, and the request for it.

What to offer and why (RunPod documentation read 2026-08-20, REST v2 document of 2026-08-18): a CUDA
floor where the host's driver was too old (RP9); a larger container disk with caches on a disk that
lasts (RP11); 22/tcp and startSsh where only the proxy leads in (RP6, RP10); another place or volume
where the data center is sold out (RP7); a port above 70000, which is the same outside as inside,
for requests longer than the proxy's 100 s (RP5; whether v2 takes it was not seen).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.catalog import GpuType, GpuTypeList
from rgt_tui.domain.pod import SSH_PORT, Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import Body, Launch
from rgt_tui.domain.units import show_usd
from rgt_tui.facts import gpu_word
from rgt_tui.volume_facts import LEVELS

OFFERS: Final = 4
"""Other GPU types offered, cheapest first."""
FLOORS: Final = ("12.4", "12.6", "12.8", "13.0")
SYMMETRIC: Final = "70000/tcp"
_CUDA: Final = re.compile(r"cu(?:da)?[-_]?(\d\d)[.]?(\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to answer a choice.

    Attributes:
        label: what it is.
        body: fields of the request.
        env: variables that are added.
        price: USD per hour of the whole Pod's GPUs; None when it is not known.
    """

    label: str
    body: Body = field(default_factory=lambda: MappingProxyType({}))
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose; `default` is the index of what is offered first."""

    title: str
    options: tuple[Option, ...]
    default: int = 0


Picks = Mapping[int, int]
"""Which option was picked of which choice, by their indexes; the others stay at their default."""


def why_not(pod: Pod) -> str | None:
    """Why a Pod like this cannot be asked for; None when it can."""
    if pod.cluster is not None:
        return "it belongs to a cluster, which is made as a whole"
    if pod.gpu_id is None and pod.cpu_id is None:
        return "the service did not say which GPU or CPU it has"
    if (pod.gpu_id is not None and pod.gpu_count is None) or (
        pod.cpu_id is not None and pod.vcpu_count is None
    ):
        return "the service did not say how many it has"
    if pod.disk_gb is None or not pod.image:
        return "the service did not say its image or disk"
    return None


def choices(pod: Pod, account: Account, codes: Collection[str], picks: Picks) -> tuple[Choice, ...]:
    """What can be chosen, in the order of the keys.

    Args:
        pod: whose specification it is.
        account: what is known of stock, prices and volumes.
        codes: symptoms that the Pod has: they set what is offered first.
        picks: what was picked so far; the place of a volume limits the places offered.
    """
    storage = Choice("storage", tuple(_storage(pod, account)))
    kept = storage.options[picks.get(0, storage.default) % len(storage.options)]
    place = _place_of(kept, account)
    return (
        storage,
        Choice("where", tuple(_places(pod, account, place))),
        _floors(pod, codes),
        _disks(pod, kept, codes),
        _ways_in(pod, codes),
    )


def picked(found: Sequence[Choice], picks: Picks) -> tuple[Option, ...]:
    """The option of each choice that is in force."""
    return tuple(
        choice.options[picks.get(n, choice.default) % len(choice.options)]
        for n, choice in enumerate(found)
    )


def launch(pod: Pod, options: Sequence[Option]) -> Launch:
    """The request for these options."""
    body: dict[str, object] = {
        "name": f"{pod.name or pod.id}-2",
        "cloud": pod.cloud or "SECURE",
        "disk": pod.disk_gb,
        "ports": list(pod.ports or ()),
    }
    if pod.gpu_id is not None:
        body["gpu"] = {"id": pod.gpu_id, "count": pod.gpu_count}
    else:
        body["cpu"] = {"id": pod.cpu_id, "vcpuCount": pod.vcpu_count}
    env: dict[str, str] = {}
    for option in options:
        env.update(option.env)
        for name, value in option.body.items():
            if name == "gpu" and isinstance(value, Mapping):
                body["gpu"] = {**_object(body.get("gpu")), **value}
            elif name == "ports" and isinstance(value, list):
                body["ports"] = [*dict.fromkeys([*list(pod.ports or ()), *value])]
            else:
                body[name] = value
    return Launch(
        pod=pod.id,
        name=pod.label,
        start=pod.start,
        body=MappingProxyType(body),
        env=MappingProxyType(env),
    )


def shown(request: Launch, pod: Pod) -> dict[str, object]:
    """The request as a person may see it: values of variables and arguments are masked."""
    names = (*pod.env_names, "RGT_TUI_LAUNCH_...")
    env = {name: "***" for name in names if not name.startswith("RUNPOD_")}
    args: dict[str, object] = {"args": "*** (as it is)"} if pod.args else {}
    return {**request.body, "image": pod.image, **args, "env": {**env, **request.env}}


def _object(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _storage(pod: Pod, account: Account) -> list[Option]:
    known = {volume.id: volume for volume in account.volumes}
    found: list[Option] = []
    mount = pod.network_mounts[0] if pod.network_mounts else None
    path = mount.path if mount is not None else "/workspace"
    if mount is not None:
        found.append(_network(mount.volume_id, path, known, "the same network volume "))
    elif pod.volume_disk is not None and pod.volume_disk.size_gb is not None:
        disk = {"size": pod.volume_disk.size_gb, "path": pod.volume_disk.path}
        label = f"a new, empty volume disk of {pod.volume_disk.size_gb} GB, deleted with the Pod"
        found.append(Option(label=label, body={"mounts": {"persistent": disk}}))
    used = mount.volume_id if mount is not None else None
    found += [_network(v, path, known, "network volume ") for v in known if v != used]
    found.append(Option(label="container disk alone: wiped by every stop"))
    return found


def _network(volume_id: str, path: str, known: Mapping[str, object], lead: str) -> Option:
    volume = known.get(volume_id)
    name = getattr(volume, "name", "") or volume_id
    where = getattr(volume, "data_center", None) or "data center ?"
    mounts = {"network": [{"volumeId": volume_id, "path": path}]}
    return Option(label=f"{lead}{name} in {where}", body={"mounts": mounts})


def _place_of(option: Option, account: Account) -> str | None:
    """The only data center that the option leaves; None when it leaves all."""
    network = _object(option.body.get("mounts")).get("network")
    if not isinstance(network, list):
        return None
    volume_id = network[0]["volumeId"]
    return next((v.data_center for v in account.volumes if v.id == volume_id), None)


def _places(pod: Pod, account: Account, place: str | None) -> list[Option]:
    ids = [place] if place is not None else []
    if pod.gpu_id is None:
        where = place or "any data center"
        return [Option(label=f"the same CPU in {where}", body={"dataCenterIds": ids})]
    types = account.evidence.value(GpuTypeList)
    own = next((t for t in types.gpu_types if t.id == pod.gpu_id), None) if types else None
    found = [_offer(own, pod, dc, level) for dc, level in _stock(own, place)]
    same = gpu_word(pod.gpu_id)
    anywhere = Option(
        label=f"{same}, {place or 'any data center'}, stock ?",
        body={"dataCenterIds": ids},
        price=_price(own, pod),
    )
    others = [
        _offer(other, pod, *_stock(other, place)[0])
        for other in (types.gpu_types if types else ())
        if other.id != pod.gpu_id and _stock(other, place) and _is_enough(other, own)
    ]
    others.sort(key=lambda option: option.price if option.price is not None else Decimal(10**6))
    priced = [option for option in others if option.price is not None]
    return [*found, anywhere, *priced[:OFFERS]]


def _is_enough(other: GpuType, own: GpuType | None) -> bool:
    return own is None or (other.memory_gb or 0) >= (own.memory_gb or 0)


def _stock(gpu: GpuType | None, place: str | None) -> list[tuple[str, str]]:
    """Data centers with any of it, the best stocked first."""
    if gpu is None:
        return []
    there = [(dc, level) for dc, level in gpu.data_centers.items() if level in LEVELS[1:]]
    there = [pair for pair in there if place in (None, pair[0])]
    return sorted(there, key=lambda pair: (-LEVELS.index(pair[1]), pair[0]))


def _offer(gpu: GpuType | None, pod: Pod, data_center: str, level: str) -> Option:
    gpu_id = gpu.id if gpu is not None else pod.gpu_id or ""
    price = _price(gpu, pod)
    usd = "$?" if price is None else f"${show_usd(price)}"
    return Option(
        label=f"{pod.gpu_count}x{gpu_word(gpu_id)} in {data_center}, stock {level}, {usd}/h",
        body={"gpu": {"id": gpu_id}, "dataCenterIds": [data_center]},
        price=price,
    )


def _price(gpu: GpuType | None, pod: Pod) -> Decimal | None:
    if gpu is None or pod.gpu_count is None:
        return None
    one = gpu.community_price if pod.cloud == "COMMUNITY" else gpu.secure_price
    return None if one is None else one * pod.gpu_count


def _floors(pod: Pod, codes: Collection[str]) -> Choice:
    if pod.gpu_id is None:
        return Choice("CUDA floor", (Option(label="none: it has no GPU"),))
    named = _CUDA.search(pod.image)
    wanted = f"{int(named[1])}.{named[2]}" if named else None
    floors = [*dict.fromkeys([*([wanted] if wanted else []), *FLOORS])]
    options = [Option(label="none: any host driver")]
    for floor in floors:
        own = ", as the image's name says" if floor == wanted else ""
        options.append(Option(label=f"CUDA {floor}{own}", body={"gpu": {"minCudaVersion": floor}}))
    return Choice("CUDA floor", tuple(options), 1 if "RP9" in _plain(codes) else 0)


def _disks(pod: Pod, storage: Option, codes: Collection[str]) -> Choice:
    now = pod.disk_gb or 10
    options = [Option(label=f"{now} GB, as it is")]
    mounts = _object(storage.body.get("mounts"))
    network = mounts.get("network")
    path = (
        str(network[0]["path"])
        if isinstance(network, list)
        else str(_object(mounts.get("persistent")).get("path") or "")
    )
    for size in (now * 2, now * 4):
        options.append(Option(label=f"{size} GB", body={"disk": size}))
        if path:
            label = f"{size} GB, caches of pip and Hugging Face on {path}"
            options.append(Option(label=label, body={"disk": size}, env=caches_on(path)))
    return Choice("container disk", tuple(options), len(options) // 2 if _fills(codes) else 0)


def _fills(codes: Collection[str]) -> bool:
    return "RP11" in _plain(codes)


def _plain(codes: Collection[str]) -> frozenset[str]:
    """Codes without leading zeros: `RP9`."""
    return frozenset(re.sub(r"^RP0+", "RP", code) for code in codes)


def caches_on(path: str) -> dict[str, str]:
    """The variables that move what fills container disks most to a disk that lasts."""
    base = f"{path.rstrip('/')}/.cache"
    return {"HF_HOME": f"{base}/huggingface", "PIP_CACHE_DIR": f"{base}/pip"}


def _ways_in(pod: Pod, codes: Collection[str]) -> Choice:
    has_ssh = SSH_PORT in (pod.ports or ())
    options = (
        Option(label="ports as they are"),
        Option(label=f"{SSH_PORT} and startSsh", body={"ports": [SSH_PORT], "startSsh": True}),
        Option(
            label=f"{SSH_PORT}, startSsh and {SYMMETRIC}, the same port outside as inside",
            body={"ports": [SSH_PORT, SYMMETRIC], "startSsh": True},
        ),
    )
    plain = _plain(codes)
    if "RP5" in plain:
        return Choice("ways in", options, 2)
    return Choice("ways in", options, 1 if not has_ssh or plain & {"RP6", "RP10"} else 0)
