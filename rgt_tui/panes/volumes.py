"""Everything that holds data and costs money: network volumes, then each Pod's own disks."""

from collections.abc import Iterable
from decimal import Decimal

from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.objects import StoredUses, no_s3, s3_endpoint
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.rates import a_month, network_volume_per_hour, pod_rates
from rgt_tui.domain.units import GIB, UNKNOWN, show_age, show_bytes, show_usd
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.facts import gpu_word, stores
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.spending import fast_price
from rgt_tui.storage import Store
from rgt_tui.volume_facts import (
    GROW_ONLY,
    could_serve,
    gpus_of,
    is_orphan,
    pods_of,
    stock_in,
    stock_words,
    use_of,
    writers_of,
)

_NOTHING = Cell("--", Tone.DIM)
_UNKNOWN = Cell(UNKNOWN, Tone.UNKNOWN)
FOLDERS = 12
_OWN = (MountKind.VOLUME, MountKind.CONTAINER)

_COLUMNS = (
    Column(title="VOLUME", width=14, rank=0, grows=True, kind=VolumeList),
    Column(title="KIND", width=9, rank=4, kind=VolumeList),
    Column(title="SIZE", width=6, rank=2, align="right", kind=VolumeList),
    Column(title="USED", width=6, rank=5, align="right", kind=PodList),
    Column(title="BY", width=6, rank=8, kind=PodList),
    Column(title="$/MONTH", width=8, rank=1, align="right", kind=VolumeList),
    Column(title="PODS", width=9, rank=3, kind=PodList),
    Column(title="DC", width=9, rank=7, kind=VolumeList),
    Column(title="GPU STOCK", width=15, rank=10, kind=DataCenterList),
    Column(title="TIER", width=5, rank=11, kind=VolumeList),
    Column(title="STOP", width=5, rank=9, kind=PodList),
    Column(title="TERMINATE", width=9, rank=6, kind=PodList),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    volumes = sorted(
        scene.account.volumes,
        key=lambda volume: (is_orphan(volume, scene.account) is not True, volume.name, volume.id),
    )
    pods = sorted(scene.account.pods, key=lambda pod: (pod.label, pod.id))
    disks = (
        _disk(pod, store)
        for pod in pods
        for store in stores(pod, scene.account)
        if _is_own(pod, store)
    )
    return (*(_volume(volume, scene) for volume in volumes), *disks)


def _is_own(pod: Pod, store: Store) -> bool:
    """Whether it is a disk of the Pod that exists: a stopped Pod has no container disk."""
    if store.kind not in _OWN:
        return False
    return not (pod.is_stopped and store.kind is MountKind.CONTAINER)


def _volume(volume: NetworkVolume, scene: Scene) -> Row:
    price, _ = fast_price(scene.account, scene.high_performance)
    rate = a_month(network_volume_per_hour(volume, price))
    words, level = stock_words(volume, scene.account)
    is_gone = level == "NONE"
    size = None if volume.size_gb is None else volume.size_gb * GIB
    cells = (
        Cell(volume.name or volume.id),
        Cell("network"),
        Cell(show_bytes(size), Tone.UNKNOWN if size is None else Tone.PLAIN),
        *_use(volume, scene),
        Cell(show_usd(rate), Tone.UNKNOWN if rate is None else Tone.PLAIN),
        _mounted(volume, scene),
        Cell(volume.data_center or UNKNOWN),
        Cell(f"{words}{'!' if is_gone else ''}", Tone.BAD if is_gone else Tone.PLAIN)
        if words
        else _UNKNOWN,
        _tier(volume),
        Cell("kept", Tone.GOOD),
        Cell("kept", Tone.GOOD),
    )
    return Row(f"nv:{volume.id}", cells, volume=volume.id)


def _use(volume: NetworkVolume, scene: Scene) -> tuple[Cell, Cell]:
    use = use_of(volume, scene.account)
    if use is None:
        return _UNKNOWN, _NOTHING
    at_least = "" if use.is_whole else ">="
    age = show_age(scene.now - use.at)
    return Cell(f"{at_least}{show_bytes(use.used_bytes)}"), Cell(f"{use.source} {age}", Tone.DIM)


def _mounted(volume: NetworkVolume, scene: Scene) -> Cell:
    orphan = is_orphan(volume, scene.account)
    if orphan is None:
        return _UNKNOWN
    if orphan:
        return Cell("ORPHAN", Tone.WARN)
    writers = len(writers_of(volume, scene.account))
    if writers > 1:
        return Cell(f"{writers} write!", Tone.WARN)
    count = len(pods_of(volume, scene.account))
    return Cell(f"{writers} of {count} up")


def _tier(volume: NetworkVolume) -> Cell:
    words = {"STANDARD": "std", "HIGH_PERFORMANCE": "fast"}
    return Cell(words.get(volume.tier or "", volume.tier or UNKNOWN), Tone.DIM)


def _disk(pod: Pod, store: Store) -> Row:
    rate = pod_rates(pod)
    usd = rate.volume_disk if store.kind is MountKind.VOLUME else rate.container_disk
    month = a_month(usd)
    star = "*" if pod.is_stopped else ""
    is_volume = store.kind is MountKind.VOLUME
    used = store.used_bytes
    cells = (
        Cell(f"{pod.label} {store.path}", Tone.PLAIN),
        Cell("volume" if is_volume else "container"),
        Cell(
            show_bytes(store.size_bytes), Tone.UNKNOWN if store.size_bytes is None else Tone.PLAIN
        ),
        _UNKNOWN if used is None else Cell(show_bytes(used)),
        _NOTHING if used is None else Cell("df", Tone.DIM),
        _UNKNOWN if month is None else Cell(f"{show_usd(month)}{star}"),
        Cell("stopped" if pod.is_stopped else pod.status.lower(), Tone.DIM),
        Cell(pod.data_center or UNKNOWN),
        _NOTHING,
        _NOTHING,
        Cell("kept", Tone.GOOD) if store.survives_stop else Cell("wiped", Tone.WARN),
        Cell("DELETED", Tone.BAD) if is_volume else Cell("wiped", Tone.WARN),
    )
    return Row(f"disk:{pod.id}:{store.path}", cells, pod.id)


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    kind, _, rest = key.partition(":")
    if kind == "nv":
        volume = next((v for v in scene.account.volumes if v.id == rest), None)
        return () if volume is None else _volume_blocks(volume, scene)
    pod_id, _, path = rest.partition(":")
    pod = next((pod for pod in scene.account.pods if pod.id == pod_id), None)
    store = next((s for s in stores(pod, scene.account) if s.path == path), None) if pod else None
    return () if pod is None or store is None else (_disk_block(pod, store),)


def _volume_blocks(volume: NetworkVolume, scene: Scene) -> tuple[Block, ...]:
    lines = [*_who(volume, scene), *_money(volume, scene), *_fullness(volume, scene)]
    lines.append((Cell(GROW_ONLY, Tone.DIM),))
    lines.append(_outside(volume))
    name = volume.name or volume.id
    note = f"{volume.id}, {volume.tier or 'tier ?'}, {volume.data_center or 'data center ?'}"
    return (
        Block(name, tuple(lines), note),
        _lock(volume, scene),
        *_files(volume, scene),
        *_moves(volume, scene),
    )


def _who(volume: NetworkVolume, scene: Scene) -> Iterable[Line]:
    pods = pods_of(volume, scene.account)
    if not pods and is_orphan(volume, scene.account):
        yield (Cell("ORPHAN: no Pod mounts it, and it bills all the same", Tone.WARN),)
        return
    for pod in pods:
        paths = [m.path for m in pod.network_mounts if m.volume_id == volume.id]
        yield (Cell(f"{pod.label}: {', '.join(paths)}, {pod.status}"),)
    writers = writers_of(volume, scene.account)
    if len(writers) > 1:
        said = f"{len(writers)} running Pods can write at once: nothing locks files between them!"
        yield (Cell(said, Tone.WARN),)


def _money(volume: NetworkVolume, scene: Scene) -> Iterable[Line]:
    price, source = fast_price(scene.account, scene.high_performance)
    rate = network_volume_per_hour(volume, price)
    if rate is None:
        yield (
            Cell("? its price is not published: set money.high_performance_price", Tone.UNKNOWN),
        )
        return
    by = f" (price from {source})" if volume.tier != "STANDARD" and source else ""
    month, day = show_usd(a_month(rate)), show_usd(rate * Decimal(24))
    wasted = " for nothing" if is_orphan(volume, scene.account) else ""
    yield (Cell(f"${month} a month, ${day} a day{wasted}{by}, also while no Pod runs"),)


def _fullness(volume: NetworkVolume, scene: Scene) -> Iterable[Line]:
    use = use_of(volume, scene.account)
    size = None if volume.size_gb is None else volume.size_gb * GIB
    if use is None:
        said = "used ?: counted once an hour in a running Pod that mounts it; df shows the cluster"
        yield (Cell(said, Tone.UNKNOWN),)
        return
    at_least = "" if use.is_whole else "at least "
    share = f", {100 * use.used_bytes / size:.0f}% of {show_bytes(size)}" if size else ""
    age = show_age(scene.now - use.at)
    ago = "now" if age == "now" else f"{age} ago"
    yield (
        Cell(
            f"used {at_least}{show_bytes(use.used_bytes)}{share} ({use.source} in {use.by}, {ago})"
        ),
    )


def _outside(volume: NetworkVolume) -> Line:
    endpoint = s3_endpoint(volume.data_center)
    if endpoint is None:
        return (Cell(no_s3(volume.data_center), Tone.DIM),)
    return (
        Cell(
            f"b looks inside without a Pod, as rgt-tui browse {volume.name or volume.id}", Tone.DIM
        ),
        Cell(f"  ({endpoint})", Tone.DIM),
    )


def _lock(volume: NetworkVolume, scene: Scene) -> Block:
    """RP7: a network volume is pinned to its data center, and so are its Pods."""
    here = volume.data_center or "its data center"
    lines: list[Line] = [(Cell(f"pinned to {here} (RP7): Pods that mount it can run there only"),)]
    stock = stock_in(volume.data_center, scene.account)
    if not stock:
        failure = scene.account.evidence.reading(DataCenterList).failure
        why = "read while this pane is open" if failure is None else failure.error
        lines.append((Cell(f"? GPU stock is not known: {why}", Tone.UNKNOWN),))
        return Block("Locked", tuple(lines))
    for gpu in gpus_of(volume, scene.account):
        lines.extend(_where(gpu, volume, scene, stock.get(gpu, "NONE")))
    there = sorted(stock.items(), key=lambda pair: (pair[1] == "NONE", pair[0]))
    words = ", ".join(f"{gpu_word(gpu)} {level}" for gpu, level in there)
    lines.append((Cell(f"stock in {here}: {words}"),))
    return Block(f"GPUs in {here}", tuple(lines))


def _files(volume: NetworkVolume, scene: Scene) -> Iterable[Block]:
    """What lies on it by S3; nothing where that was not asked."""
    seen = scene.account.evidence.latest(StoredUses)
    use = seen.value.of(volume.id) if seen is not None else None
    if seen is None or use is None:
        return
    if use.trouble:
        yield Block("Files", ((Cell(f"? {use.trouble}", Tone.UNKNOWN),),))
        return
    lines: list[Line] = []
    if use.trash:
        said = f"{show_bytes(use.trash)} lie in trash folders and fill the quota"
        lines.append((Cell(said, Tone.WARN),))
    for folder in use.folders[:FOLDERS]:
        name = f"{folder.name}/" if folder.name else "files at the top"
        lines.append(
            (
                Cell(f"{show_bytes(folder.size):>6}  {name}"),
                Cell(f"  {folder.files} files", Tone.DIM),
            )
        )
    if len(use.folders) > FOLDERS:
        lines.append((Cell(f"and {len(use.folders) - FOLDERS} more folders", Tone.DIM),))
    more = "b lists folders and files, verifies checkpoints and empties the trash"
    lines.append((Cell(more, Tone.DIM),))
    at_least = "" if use.is_whole else "at least "
    note = f"s3 {show_age(scene.now - seen.at)}, {at_least}{use.files} files"
    yield Block("Files", tuple(lines), note)


def _moves(volume: NetworkVolume, scene: Scene) -> Iterable[Block]:
    """What if it lay where its Pods find their GPU."""
    from rgt_tui.choices import of_volume  # reckoned only when a volume is selected
    from rgt_tui.domain.whatif import show_span

    price, _ = fast_price(scene.account, scene.high_performance)
    for option in of_volume(volume, scene.account, price):
        cost = "?" if option.once is None else show_usd(option.once)
        span = show_span(option.seconds)
        first: Line = (Cell(f"about {span}; up to ${cost} while both volumes bill"),)
        steps = ((Cell(f"{n}. {step}", Tone.DIM),) for n, step in enumerate(option.steps, 1))
        yield Block(f"What if: {option.title}", (first, *steps))


def _where(gpu: str, volume: NetworkVolume, scene: Scene, level: str) -> Iterable[Line]:
    """The stock of a GPU type here, and who could serve instead."""
    tone = Tone.BAD if level == "NONE" else Tone.WARN if level == "LOW" else Tone.PLAIN
    mark = "!" if level == "NONE" else ""
    yield (Cell(f"{gpu_word(gpu)} here: {level}{mark}", tone),)
    others = could_serve(gpu, scene.account, tier=volume.tier, besides=volume.data_center)
    said = ", ".join(f"{place} {stock}" for place, stock in others[:5]) or "none with this tier"
    yield (Cell(f"could serve instead, after a move: {said}"),)


def _disk_block(pod: Pod, store: Store) -> Block:
    rate = pod_rates(pod)
    if store.kind is MountKind.VOLUME:
        lines: list[Line] = [
            (
                Cell("survives stop, ", Tone.GOOD),
                Cell("DELETED by terminate and at a balance of $0", Tone.BAD),
            ),
            (Cell("$0.10 per GB and month while the Pod runs, $0.20 while it is stopped"),),
            (
                Cell(
                    "it can only grow; it lives on one host, where a GPU may be missing later (RP1)"
                ),
            ),
        ]
        usd = rate.volume_disk
    else:
        lines = [
            (Cell("wiped by stop and by terminate", Tone.WARN),),
            (Cell("$0.10 per GB and month while the Pod runs, nothing while it is stopped"),),
        ]
        usd = rate.container_disk
    price = "?" if usd is None else f"${show_usd(a_month(usd))} a month as now"
    lines.insert(1, (Cell(f"{store.label}: {show_bytes(store.size_bytes)}, {price}"),))
    return Block(f"{pod.label} {store.path}", tuple(lines))


def _empty(scene: Scene) -> str:
    failure = scene.account.evidence.reading(VolumeList).failure
    if failure is not None:
        return failure.told
    if scene.account.evidence.latest(VolumeList) is None:
        return "The network volumes have not been read yet."
    return "This account has no network volume and no Pod disk: no storage bills."


def _count(scene: Scene) -> int | None:
    seen = scene.account.evidence.latest(VolumeList)
    return None if seen is None else len(seen.value.volumes)


PANE = Pane(
    name="volumes",
    title="Volumes",
    order=2,
    columns=_COLUMNS,
    kinds=(VolumeList, PodList, DataCenterList),
    wants=(StoredUses,),
    rows=_rows,
    detail=_detail,
    count=_count,
    empty=_empty,
    joins=False,  # the Disk pane says more of a Pod's disks
)
