"""Removes the stored API key, and says where one still comes from."""

from typing import Final

import click

from rgt_tui.clients import credentials, keyring_store
from rgt_tui.clients.handed_down import KEY_VARIABLE
from rgt_tui.domain.errors import NoCredentials, UsageError
from rgt_tui.invocation import Options
from rgt_tui.opening import configuration
from rgt_tui.places import credentials_file, why

_REMEDY: Final = {
    KEY_VARIABLE: "unset RUNPOD_API_KEY",
    credentials.FILE_VARIABLE: "unset RUNPOD_API_KEY_FILE",
    credentials.RUNPOD_FILE: "it belongs to runpodctl and RunPod's SDK; edit it if you mean to",
    credentials.KEYRING: "the keyring did not let go of it; remove it with the keyring's own tool",
}


@click.command("logout", help=__doc__)
@click.pass_context
def run(ctx: click.Context) -> None:
    """Removes the key from the keyring and from our own file."""
    options = ctx.ensure_object(Options)
    if options.demo:
        raise UsageError("The simulated account keeps no key.")
    profile = configuration(options).runpod_profile
    removed = _forget_keyring()
    problem = _drop_file()
    if problem:
        click.echo(problem, err=True)
    _say_what_is_left(options, profile)
    if problem or not removed:
        ctx.exit(1)


def _forget_keyring() -> bool:
    """Removes the key from the keyring; gives False only if it is still in there."""
    answer = keyring_store.forget()
    if answer.done:
        click.echo(f"Removed from the keyring {answer.backend}.", err=True)
    elif answer.problem:
        click.echo(f"Not removed from a keyring: {answer.problem}.", err=True)
    else:
        click.echo(f"The keyring {answer.backend} holds no key.", err=True)
    return answer.is_refused or not answer.problem


def _drop_file() -> str:
    """Removes our own file; gives a sentence if it is there and stays."""
    try:
        if credentials.drop_file():
            click.echo(f"Removed {credentials_file()}.", err=True)
    except OSError as error:
        return f"Not removed: {credentials_file()}: {why(error)}."
    return ""


def _say_what_is_left(options: Options, profile: str | None) -> None:
    try:
        left = credentials.find_key(key_file=options.api_key_file, profile=profile)
    except NoCredentials as error:
        click.echo(error.message, err=True)
        return
    remedy = _REMEDY.get(left.source)
    click.echo(f"A key still comes from {left.source}{f' ({remedy})' if remedy else ''}.", err=True)


COMMAND = run
