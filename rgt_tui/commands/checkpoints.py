"""Checkpoints of a Pod: where they lie, how old they are, what stop and terminate would do to them."""

from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList, CheckpointProofs
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.evidence import Evidence
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import rfc3339, show_bytes, show_duration
from rgt_tui.facts import find_pod, stores, unreachable_why
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.look import Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.probes.df import DiskReport
from rgt_tui.storage import Fate, fate_of


@click.command("checkpoints", help=__doc__)
@click.argument("pod_name", metavar="POD")
@_options.as_json
@_options.identities
@click.pass_obj
def run(options: Options, pod_name: str, as_json: bool, identities: tuple[Path, ...]) -> None:
    """Lists the checkpoints of one Pod, newest first."""
    kinds = frozenset({CheckpointList})
    looked = look(options, Wanted(pods=(pod_name,), identities=identities, kinds=kinds, slow=True))
    pod = find_pod(looked.scene.account.pods, pod_name)
    evidence = looked.scene.account.about(pod.id)
    found = evidence.value(CheckpointList)
    if found is None:
        raise _not_listed(pod, evidence)
    if as_json:
        emit(_answer(pod, found, looked.scene))
    else:
        _print(pod, found, looked.scene)


def _not_listed(pod: Pod, evidence: Evidence) -> SshError:
    failure = evidence.reading(CheckpointList).failure
    why = failure.error if failure is not None else unreachable_why(pod, evidence)
    hint = failure.hint if failure is not None else ""
    if not pod.is_running:
        hint = "A stopped Pod has no shell; its network volume can be listed over S3 (volumes)"
    elif pod.ssh_direct is None:
        hint = "RP6: the gateway runs no programs; expose 22/tcp on the Pod for direct SSH"
    said = f"The checkpoints of {clean(pod.label)} are not known: {why or 'it was not examined'}"
    return SshError(SshFault.NO_ADDRESS, said, hint=hint)


def fate(pod: Pod, one: Checkpoint, scene: Scene) -> Fate:
    """What stop and terminate do to a checkpoint."""
    report = scene.account.about(pod.id).value(DiskReport)
    return fate_of(one.real_path or one.path, stores(pod, scene.account), report)


def _answer(pod: Pod, found: CheckpointList, scene: Scene) -> dict[str, Any]:
    proofs = scene.account.about(pod.id).value(CheckpointProofs) or CheckpointProofs()
    return {
        "pod": pod.id,
        "name": pod.name,
        "checkpoints": [_row(pod, one, found, scene, proofs) for one in found.checkpoints],
        "complete": found.is_complete,
        "gaps": list(found.gaps),
        "links": [{"path": clean(x.path), "target": clean(x.target)} for x in found.links],
        "roots": [clean(root) for root in found.roots],
        "observed_at": rfc3339(scene.now),
    }


def _row(
    pod: Pod, one: Checkpoint, found: CheckpointList, scene: Scene, proofs: CheckpointProofs
) -> dict[str, Any]:
    end = fate(pod, one, scene)
    verdict, reason = proofs.verdict_of(one)
    return {
        "path": one.shown,
        "format": one.format,
        "bytes": one.size,
        "files": len(one.files),
        "step": one.step,
        "modified_at": rfc3339(one.modified),
        "age_seconds": max(0, round(found.pod_now - one.modified)),
        "unfinished": one.unfinished or None,
        "mount": end.store.path if end.store is not None else None,
        "storage": end.store.kind.value if end.store is not None else None,
        "survives_stop": end.survives_stop,
        "survives_terminate": end.survives_terminate,
        "why": end.why,
        "verdict": verdict.value,
        "reason": reason,
    }


def _print(pod: Pod, found: CheckpointList, scene: Scene) -> None:
    if found.checkpoints:
        lost = max(0.0, found.pod_now - found.checkpoints[0].modified)
        click.echo(f"{clean(pod.label)}: the newest checkpoint is {show_duration(lost)} old")
    elif found.is_complete:
        click.echo(f"{clean(pod.label)}: there is no checkpoint")
    for one in found.checkpoints:
        end = fate(pod, one, scene)
        age = show_duration(max(0.0, found.pod_now - one.modified))
        kept = "kept by terminate" if end.survives_terminate else "LOST by terminate"
        step = f"step {one.step}" if one.step is not None else "step ?"
        open_ = f", still being written ({one.unfinished})" if one.unfinished else ""
        click.echo(
            f"{age:>7}  {show_bytes(one.size):>6}  {one.format:<12} {step:<12} {kept}  "
            f"{one.shown}  ({end.why}{open_})"
        )
    for link in found.links:
        narrate(f"{clean(link.path)} is a link to {clean(link.target)}: not followed")
    for gap in found.gaps:
        narrate(f"not seen: {gap}")


COMMAND = run
