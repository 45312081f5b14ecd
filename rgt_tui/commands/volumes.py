"""Network volumes and each Pod's disks: size, use, cost, who mounts them, what survives."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.billing import Billing
from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.objects import StoredUses, s3_endpoint
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.rates import a_month, network_volume_per_hour, pod_rates
from rgt_tui.domain.units import rfc3339
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.facts import stores
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.spending import fast_price
from rgt_tui.storage import Store
from rgt_tui.volume_facts import (
    could_serve,
    gpus_of,
    is_orphan,
    pods_of,
    stock_in,
    use_of,
    writers_of,
)

KINDS = frozenset({DataCenterList, Billing})


@click.command("volumes", help=__doc__)
@_options.as_json
@click.option("--no-ssh", is_flag=True, help="Ask the API only; what is used stays unknown.")
@click.option("--slow", is_flag=True, help="Count what lies on network volumes; takes minutes.")
@_options.identities
@click.pass_obj
def run(
    options: Options, as_json: bool, no_ssh: bool, slow: bool, identities: tuple[Path, ...]
) -> None:
    """Lists what holds data and costs money."""
    kinds = KINDS | {StoredUses} if slow else KINDS
    wanted = Wanted(shells=not no_ssh, slow=slow, identities=identities, kinds=kinds)
    looked = look(options, wanted)
    if as_json:
        emit(as_answer(looked.scene))
    else:
        _print(looked)


def as_answer(scene: Scene) -> dict[str, Any]:
    """The answer of `volumes --json`: USD and bytes as numbers, null where unknown."""
    seen = scene.account.evidence.latest(VolumeList)
    failure = scene.account.evidence.reading(VolumeList).failure
    return {
        "volumes": None
        if seen is None
        else [_volume(volume, scene) for volume in scene.account.volumes],
        "pod_disks": [
            _disk(pod, store)
            for pod in scene.account.pods
            for store in stores(pod, scene.account)
            if store.kind in (MountKind.VOLUME, MountKind.CONTAINER)
        ],
        "unknown": None if failure is None else failure.error,
        "observed_at": None if seen is None else rfc3339(seen.at),
    }


def _volume(volume: NetworkVolume, scene: Scene) -> dict[str, Any]:
    account = scene.account
    price, source = fast_price(account, scene.high_performance)
    rate, use = network_volume_per_hour(volume, price), use_of(volume, account)
    stock = stock_in(volume.data_center, account)
    return {
        "id": volume.id,
        "name": volume.name,
        "size_gb": volume.size_gb,
        "tier": volume.tier,
        "data_center": volume.data_center,
        "per_hour": _number(rate),
        "per_month": _number(a_month(rate)),
        "price_source": None if rate is None else ("list" if volume.tier == "STANDARD" else source),
        "used_bytes": None if use is None else use.used_bytes,
        "used_source": None if use is None else use.source,
        "used_is_whole": None if use is None else use.is_whole,
        "used_observed_at": None if use is None else rfc3339(use.at),
        "pods": [pod.id for pod in pods_of(volume, account)],
        "running_writers": [pod.id for pod in writers_of(volume, account)],
        "orphan": is_orphan(volume, account),
        "gpu_stock": dict(stock) if stock else None,
        "could_serve": {
            gpu: [place for place, _ in could_serve(gpu, account, tier=volume.tier)]
            for gpu in gpus_of(volume, account)
        },
        "s3_endpoint": s3_endpoint(volume.data_center),
    }


def _disk(pod: Pod, store: Store) -> dict[str, Any]:
    rate = pod_rates(pod)
    usd = rate.volume_disk if store.kind is MountKind.VOLUME else rate.container_disk
    return {
        "pod": pod.id,
        "path": store.path,
        "kind": store.kind.value,
        "size_bytes": store.size_bytes,
        "used_bytes": store.used_bytes,
        "per_hour": _number(usd),
        "per_month": _number(a_month(usd)),
        "survives_stop": store.survives_stop,
        "survives_terminate": store.survives_terminate,
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 6)


def _print(looked: Looked) -> None:
    from rgt_tui.panes.volumes import PANE
    from rgt_tui.plain import print_pane, stdout

    print_pane(PANE, looked.scene, PANE.rows(looked.scene), stdout())


COMMAND = run
