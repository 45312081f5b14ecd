"""Disks of each Pod: used, size, what stop and terminate would wipe.

What lies on a network volume is counted over S3 where there is a key for it, or by a walk inside a Pod.
"""

from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.objects import StoredUses
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import rfc3339
from rgt_tui.facts import road_of, stores, unreachable_why
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.probes._walk import Offender
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.environment import CACHES, EnvironmentReport
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.volume_use import VolumeUseReport
from rgt_tui.storage import Store

S3_S = 15.0
"""How long a list over S3 is waited for; with `--measure` until it has come."""


@click.command("disk", help=__doc__)
@_options.pods
@_options.as_json
@_options.identities
@click.option(
    "--measure", is_flag=True, help="Walk the disks too: largest files, use of network volumes."
)
@click.pass_obj
def run(
    options: Options,
    pods: tuple[str, ...],
    as_json: bool,
    identities: tuple[Path, ...],
    measure: bool,
) -> None:
    """Shows the disks of some Pods, or of all."""
    wanted = Wanted(
        pods=pods,
        identities=identities,
        slow=measure,
        kinds=frozenset({StoredUses}),
        patience_s=None if measure else S3_S,
    )
    looked = look(options, wanted)
    if as_json:
        emit({"pods": [_pod(pod, looked.scene) for pod in looked.pods]})
    else:
        _print(looked)


def _pod(pod: Pod, scene: Scene) -> dict[str, Any]:
    evidence = scene.account.about(pod.id)
    seen = evidence.latest(DiskReport)
    return {
        "id": pod.id,
        "name": pod.name,
        "mounts": [mount(store, seen=seen is not None) for store in stores(pod, scene.account)],
        "largest": _largest(pod, scene),
        "caches": _caches(evidence.value(EnvironmentReport)),
        "road": road_of(evidence),
        "unreachable": unreachable_why(pod, evidence),
        "observed_at": rfc3339(seen.at) if seen is not None else None,
    }


def mount(store: Store, *, seen: bool) -> dict[str, Any]:
    """One mount of `disk --json`; sizes in bytes, null where unknown or not looked at."""
    return {
        "path": store.path,
        "kind": store.kind.value,
        "label": store.label,
        "used_bytes": store.used_bytes,
        "size_bytes": store.size_bytes,
        "size_source": store.size_source,
        "survives_stop": store.survives_stop,
        "survives_terminate": store.survives_terminate,
        "answered": not store.hung if seen else None,
        "api_and_mounts_agree": store.agrees if seen else None,
        "source": store.source,
        "used_source": store.used_source,
        "used_at": rfc3339(store.used_at),
        "used_is_at_least": store.used_is_least,
        "inodes_percent": store.inodes_percent,
        "read_only": store.is_read_only if seen else None,
    }


def _largest(pod: Pod, scene: Scene) -> list[dict[str, Any]] | None:
    """What fills the disks; null when they were not walked, which `--measure` asks for."""
    evidence = scene.account.about(pod.id)
    seen = (evidence.latest(LargestReport), evidence.latest(VolumeUseReport))
    walked = [it for it in seen if it is not None]
    if not walked:
        return None
    return [
        {
            "path": use.mount,
            "total_bytes": use.total_bytes,
            "files": use.files,
            "is_whole": use.is_whole,
            "includes_image": use.includes_image,
            "folders": [_offender(one) for one in use.offenders],
            "large_files": [_offender(one) for one in use.large_files],
            "trash": [_offender(one) for one in use.trash],
            "observed_at": rfc3339(it.at),
        }
        for it in walked
        for use in it.value.mounts
    ]


def _offender(one: Offender) -> dict[str, Any]:
    return {"path": one.path, "bytes": one.size_bytes}


def _caches(report: EnvironmentReport | None) -> dict[str, str | None] | None:
    """Where the cache variables point; null for one that is not set, or for all when unknown."""
    return None if report is None else {name: report.cache(name) for name in CACHES}


def _print(looked: Looked) -> None:
    from rgt_tui.panes.disk import PANE
    from rgt_tui.plain import print_pane, print_unreachable, stdout

    wanted = {pod.id for pod in looked.pods}
    rows = tuple(row for row in PANE.rows(looked.scene) if row.pod in wanted)
    print_pane(PANE, looked.scene, rows, stdout())
    print_unreachable(looked.pods, looked.scene)


COMMAND = run
