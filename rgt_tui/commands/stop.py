"""Stops a Pod: tells what is lost and what it costs, then asks."""

from pathlib import Path

import click

from rgt_tui.actions import stop
from rgt_tui.commands import _options
from rgt_tui.commands._doing import Doing, Given, carry_out, pod_argument, yes
from rgt_tui.invocation import Options


@click.command("stop", help=__doc__)
@pod_argument
@yes
@_options.as_json
@_options.identities
@click.pass_obj
def run(options: Options, pod: str, yes: bool, as_json: bool, identities: tuple[Path, ...]) -> None:
    """Carries it out."""
    doing = Doing(
        word="stop",
        action=stop.ACTION,
        consequences=stop.consequences,
        request=stop.request,
    )
    carry_out(options, doing, Given(pod=pod, yes=yes, as_json=as_json, identities=identities))


COMMAND = run
