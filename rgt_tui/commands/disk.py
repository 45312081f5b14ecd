"""Disks of each Pod: used, size, what stop and terminate would wipe."""

from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import rfc3339
from rgt_tui.facts import stores, unreachable_why
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.probes.df import DiskReport
from rgt_tui.storage import Store


@click.command("disk", help=__doc__)
@_options.pods
@_options.as_json
@_options.identities
@click.pass_obj
def run(
    options: Options, pods: tuple[str, ...], as_json: bool, identities: tuple[Path, ...]
) -> None:
    """Shows the disks of some Pods, or of all."""
    looked = look(options, Wanted(pods=pods, identities=identities))
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
    }


def _print(looked: Looked) -> None:
    from rgt_tui.panes.disk import PANE
    from rgt_tui.plain import print_pane, print_unreachable, stdout

    wanted = {pod.id for pod in looked.pods}
    rows = tuple(row for row in PANE.rows(looked.scene) if row.pod in wanted)
    print_pane(PANE, looked.scene, rows, stdout())
    print_unreachable(looked.pods, looked.scene)


COMMAND = run
