"""Shell exports that make a script fit one Pod, each with the reason."""

from pathlib import Path

import click

from rgt_tui.commands import _options
from rgt_tui.facts import find_pod, unreachable_why
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Wanted, look
from rgt_tui.overrides import as_shell, overrides_of


@click.command("overrides", help=__doc__)
@click.argument("name", metavar="POD")
@_options.as_json
@click.option("--no-ssh", is_flag=True, help="By the API's facts alone.")
@_options.identities
@click.pass_obj
def run(
    options: Options, name: str, as_json: bool, no_ssh: bool, identities: tuple[Path, ...]
) -> None:
    """Prints what to source on the Pod, and changes nothing."""
    wanted = Wanted(pods=(name,), shells=not no_ssh, identities=identities)
    account = look(options, wanted).scene.account
    pod = find_pod(account.pods, name)
    if not as_json:
        click.echo(as_shell(pod, account), nl=False)
        return
    found = overrides_of(pod, account)
    rows = [
        {"name": one.name, "value": one.value, "known": one.is_known, "why": one.why}
        for one in found
    ]
    unseen = unreachable_why(pod, account.about(pod.id))
    emit({"pod": pod.id, "overrides": rows, "shell": as_shell(pod, account), "unreachable": unseen})


COMMAND = run
