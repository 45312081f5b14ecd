"""The Pods: their honest readiness, cost and symptoms."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.units import rfc3339
from rgt_tui.facts import codes, state_of
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene


@click.command("pods", help=__doc__)
@_options.as_json
@click.option(
    "--no-ssh", is_flag=True, help="Ask the API only; symptoms seen over SSH stay unknown."
)
@_options.identities
@click.pass_obj
def run(options: Options, as_json: bool, no_ssh: bool, identities: tuple[Path, ...]) -> None:
    """Lists the Pods."""
    looked = look(options, Wanted(shells=not no_ssh, identities=identities))
    if as_json:
        emit(as_answer(looked))
    else:
        _print(looked, shells=not no_ssh)


def as_answer(looked: Looked) -> dict[str, Any]:
    """The answer of `pods --json`."""
    seen = looked.scene.account.evidence.latest(PodList)
    return {
        "pods": [row(pod, looked.scene) for pod in looked.pods],
        "observed_at": rfc3339(seen.at) if seen is not None else None,
    }


def row(pod: Pod, scene: Scene) -> dict[str, Any]:
    """One Pod of `pods --json`."""
    findings = scene.of(pod.id)
    return {
        "id": pod.id,
        "name": pod.name,
        "status": pod.status,
        "readiness": state_of(pod, scene.account, scene.now).value,
        "gpu": {"id": pod.gpu_id, "count": pod.gpu_count} if pod.gpu_id is not None else None,
        "cloud": pod.cloud,
        "data_center": pod.data_center,
        "cost_per_hour": _number(pod.cost_per_hour),
        "storage": pod.storage.value,
        "symptoms": list(codes(findings)),
        "unknown_symptoms": [finding.code for finding in findings if finding.verdict == "unknown"],
        "ssh": pod.ssh_road.value,
        "image": pod.image,
        "uptime_seconds": pod.runtime.uptime_s if pod.runtime is not None else None,
        "created_at": rfc3339(pod.created_at),
        "started_at": rfc3339(pod.started_at),
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _print(looked: Looked, *, shells: bool) -> None:
    from rgt_tui.panes.pods import PANE
    from rgt_tui.plain import print_pane, print_unreachable, stdout

    print_pane(PANE, looked.scene, PANE.rows(looked.scene), stdout())
    if shells:
        print_unreachable([pod for pod in looked.pods if pod.ssh_road != "none"], looked.scene)


COMMAND = run
