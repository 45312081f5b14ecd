"""Checks an API key and stores it in the system's keyring."""

import asyncio
import os
import sys
from typing import Final

import click

from rgt_tui.clients import credentials, keyring_store
from rgt_tui.clients.handed_down import KEY_VARIABLE
from rgt_tui.clock import session_clock
from rgt_tui.domain.errors import ApiError, NoCredentials, UsageError
from rgt_tui.domain.secret import Secret
from rgt_tui.invocation import Options
from rgt_tui.opening import configuration
from rgt_tui.places import why

LONGEST: Final = 64 * 1024
CONSENT: Final = (
    "Other ways: put the key into RUNPOD_API_KEY, or into a file that RUNPOD_API_KEY_FILE names; "
    "or run rgt-tui login --insecure-storage to keep it in clear text in a file that only you "
    "can read."
)


@click.command("login", help=__doc__)
@click.option("--with-token", is_flag=True, help="Read the key from standard input.")
@click.option(
    "--insecure-storage",
    is_flag=True,
    help="If there is no keyring, keep the key in a file in clear text (mode 0600).",
)
@click.option("--skip-check", is_flag=True, help="Do not ask the API whether the key is valid.")
@click.pass_obj
def run(options: Options, with_token: bool, insecure_storage: bool, skip_check: bool) -> None:
    """Stores one API key."""
    if options.demo:
        raise UsageError("The simulated account needs no key.")
    base_url = configuration(options).base_url
    key = _read_token() if with_token else _ask()
    if not skip_check:
        _check(base_url, key)
    _store(key, insecure=insecure_storage)
    for variable in (credentials.FILE_VARIABLE, KEY_VARIABLE):
        if os.environ.get(variable, "").strip():
            click.echo(f"Note: {variable} is set, and wins over what was stored.", err=True)


def _ask() -> Secret:
    if not sys.stdin.isatty():
        raise UsageError(
            "There is no terminal to ask for the key on.",
            hint="rgt-tui login --with-token reads it from standard input.",
        )
    typed = click.prompt("RunPod API key (not shown)", hide_input=True, err=True)
    return credentials.sound(str(typed), "your answer")


def _read_token() -> Secret:
    raw = sys.stdin.buffer.read(LONGEST)
    return credentials.sound(raw.decode("utf-8", errors="replace"), "standard input")


def _check(base_url: str, key: Secret) -> None:
    """Asks the API for one Pod.

    Raises:
        ApiError: the key is not valid, or nobody could tell.
    """
    from rgt_tui.clients.reach import reach  # loads httpx

    try:
        seen = asyncio.run(reach(base_url=base_url, key=key, clock=session_clock()))
    except ApiError:
        click.echo("The key was not stored; --skip-check stores it unchecked.", err=True)
        raise
    if seen.refusal is not None:
        raise seen.refusal
    click.echo(f"{seen.host} accepts the key.", err=True)


def _store(key: Secret, *, insecure: bool) -> None:
    """Into the keyring, or with consent into a file.

    Raises:
        NoCredentials: neither took it.
    """
    answer = keyring_store.keep(key)
    if answer.done:
        click.echo(f"Stored in the keyring {answer.backend}.", err=True)
        if credentials.drop_file():
            click.echo("The key that was kept in clear text is removed.", err=True)
        return
    if not insecure:
        raise NoCredentials(f"The key was not stored: {answer.problem}.", hint=CONSENT)
    try:
        path = credentials.keep_in_file(key)
    except OSError as error:
        raise NoCredentials(f"The key was not stored: {why(error)}.", hint=CONSENT) from error
    click.echo(f"No keyring: {answer.problem}.", err=True)
    click.echo(f"Stored in clear text in {path}, readable by you alone.", err=True)


COMMAND = run
