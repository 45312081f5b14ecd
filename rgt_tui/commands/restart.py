"""Restarts a running Pod's container in place: all its processes end."""

from pathlib import Path

import click

from rgt_tui.actions import restart
from rgt_tui.commands import _options
from rgt_tui.commands._doing import Doing, Given, carry_out, pod_argument, yes
from rgt_tui.invocation import Options


@click.command("restart", help=__doc__)
@pod_argument
@yes
@_options.as_json
@_options.identities
@click.pass_obj
def run(options: Options, pod: str, yes: bool, as_json: bool, identities: tuple[Path, ...]) -> None:
    """Carries it out."""
    doing = Doing(
        word="restart",
        action=restart.ACTION,
        consequences=restart.consequences,
        request=restart.request,
    )
    carry_out(options, doing, Given(pod=pod, yes=yes, as_json=as_json, identities=identities))


COMMAND = run
