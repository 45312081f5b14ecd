"""Launches the same Pod anew on a fresh host; the old one stays. --dry-run prints the request."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rgt_tui.actions import relaunch
from rgt_tui.commands import _options
from rgt_tui.commands._doing import Doing, Given, carry_out, pod_argument, yes
from rgt_tui.domain.pod import Pod
from rgt_tui.facts import find_pod
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Wanted, look
from rgt_tui.panes import Scene

if TYPE_CHECKING:
    from rgt_tui.domain.request import Launch


@click.command("relaunch", help=__doc__)
@pod_argument
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the request and send nothing; values of variables are masked.",
)
@yes
@_options.as_json
@_options.identities
@click.pass_obj
def run(  # one parameter an option
    options: Options,
    pod: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    identities: tuple[Path, ...],
) -> None:
    """Prints the request, or asks and launches."""
    if dry_run:
        _print(options, pod, identities, as_json=as_json)
        return
    doing = Doing(
        word="relaunch",
        action=relaunch.ACTION,
        consequences=lambda scene, found: relaunch.asked(scene, found, {}).blocks,
        request=_request,
    )
    carry_out(options, doing, Given(pod=pod, yes=yes, as_json=as_json, identities=identities))


def _request(scene: Scene, pod: Pod) -> "Launch":
    """The request as the console offers it first."""
    from rgt_tui import launching

    found = launching.choices(pod, scene.account, relaunch.codes_of(scene, pod), {})
    return launching.launch(pod, launching.picked(found, {}))


def _print(options: Options, name: str, identities: tuple[Path, ...], *, as_json: bool) -> None:
    from rgt_tui import launching

    wanted = Wanted(pods=(name,), identities=identities, kinds=relaunch.ACTION.kinds)
    scene = look(options, wanted).scene
    pod = find_pod(scene.account.pods, name)
    why = launching.why_not(pod)
    body = None if why is not None else launching.shown(_request(scene, pod), pod)
    if as_json:
        request = {"method": "POST", "path": "/v2/pods", "body": body}
        emit({"pod": pod.id, "why_not": why, "request": request if body is not None else None})
    elif body is None:
        click.echo(f"relaunch {pod.label}: {why}")
    else:
        click.echo("POST /v2/pods")
        click.echo(json.dumps(body, indent=2, ensure_ascii=True, sort_keys=True))


COMMAND = run
