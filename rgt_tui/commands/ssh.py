"""Opens a shell on a Pod with the system's ssh, or runs a command there."""

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from rgt_tui.actions.copy_ssh import words
from rgt_tui.clients.handed_down import handed_down
from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh_program import QUIET, believe, identity, printed_key
from rgt_tui.clients.ssh_target import SshTarget
from rgt_tui.clock import session_clock
from rgt_tui.commands import _options
from rgt_tui.commands._targets import pod_target
from rgt_tui.config import Config
from rgt_tui.domain.errors import RgtError, SshError, SshFault
from rgt_tui.domain.pod import SshEndpoint, SshRoad
from rgt_tui.domain.text import clean
from rgt_tui.invocation import Options, narrate
from rgt_tui.opening import Address, address, configuration, pool, with_identities

OUR_LOGIN: Final = frozenset({SshFault.NO_KEY, SshFault.KEY_LOCKED, SshFault.AUTH})
"""What keeps us from logging in and may not keep `ssh`: it can ask for a passphrase."""


@click.command("ssh", help=__doc__)
@click.argument("pod", metavar="POD")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option("-t", "--tty", is_flag=True, help="Ask for a terminal also for a command.")
@click.option("--print", "prints", is_flag=True, help="Print the ssh command, and run nothing.")
@_options.transport
@_options.identities
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> None:
    """Becomes the system's `ssh`, which knows the one host key that may answer.

    Its exit code is that of `ssh`. A command is given to the Pod's shell as `ssh` does it.
    """
    options: Options = ctx.obj
    config = configuration(options)
    with address(options, config) as told:
        where = with_identities(told, given["identities"])
        if where.source == "demo":
            config = replace(config, jump_host="")
        target = asyncio.run(pod_target(where, given["pod"], given["transport"]))
        if target.road is SshRoad.PROXY:
            _gateway(target, given["command"])
        argv = _argv(where, config, target, given)
        if given["prints"]:
            if where.source == "demo":
                narrate("the simulated Pod, its key and this file end with this program")
            click.echo(shlex.join(argv))
            return
        _require_program()
        if where.source != "demo":
            _become(argv)
        ctx.exit(_child(argv))


def _gateway(target: SshTarget, command: tuple[str, ...]) -> None:
    """Says what RunPod's gateway cannot do.

    Raises:
        SshError: a command is wanted, which it does not run.
    """
    hint = f"{target.to_go_straight}."
    if command:
        said = f"{target.where}: only RunPod's SSH gateway is offered, which runs no commands (RP6)"
        raise SshError(SshFault.NO_ADDRESS, said, hint=hint)
    narrate(
        "by RunPod's gateway: a terminal and nothing else, no commands, copies or forwards (RP6)"
    )
    narrate(hint)


def _argv(where: Address, config: Config, target: SshTarget, given: dict[str, Any]) -> list[str]:
    key = asyncio.run(_host_key(where, config, target, may_connect=not given["prints"]))
    believed = believe(target, key, where.host_keys.parent)
    if not believed.is_known:
        narrate("its host key is not known yet: ssh takes the first one, and keeps to it")
    more = [*believed.options, *QUIET]
    for path in where.identities or _usual():
        more += identity(path)
    if where.source == "demo":
        more += ["-F", "none"]
    if given["tty"] or target.road is SshRoad.PROXY:
        more.append("-t" if sys.stdin.isatty() else "-tt")
    endpoint = SshEndpoint(host=target.host, port=target.port, username=target.username)
    return [*words(target.owner, endpoint, config.jump_host, more), *given["command"]]


async def _host_key(where: Address, config: Config, target: SshTarget, *, may_connect: bool) -> str:
    """The accepted key of the host: pinned, or now compared with its boot log and pinned.

    Returns:
        As OpenSSH writes it; empty when it is not known.

    Raises:
        SshError: another key is shown than may be, or the host cannot be reached.
    """
    book = HostKeys(where.host_keys)
    pinned = book.trusted(target.place).keys
    if pinned or not may_connect:
        return pinned[0] if pinned else ""
    try:
        async with pool(where, config, book, session_clock()) as shells:
            return (await shells.road(target)).host_key
    except SshError as error:
        if error.kind not in OUR_LOGIN:
            raise
        narrate(f"ssh has to log in by itself: {clean(error.message)}")
        key = await printed_key(target, config.connect_timeout_s)
        if key:
            book.accept(target.place, key)
        return key
    finally:
        for note in book.notes:
            narrate(note)


def _usual() -> tuple[Path, ...]:
    from rgt_tui.clients.ssh_keys import usual_keys  # loads asyncssh

    return usual_keys()


def _require_program() -> None:
    if shutil.which("ssh") is None:
        raise RgtError(
            "there is no `ssh` on PATH to open a shell with",
            hint="Install an OpenSSH client. `rgt-tui probe POD` and the console do without.",
        )


def _become(argv: list[str]) -> NoReturn:
    """Replaces this process. What Python ignores is not to be ignored by the next program."""
    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvpe(argv[0], argv, handed_down())  # noqa: S606  # a list of words: no shell


def _child(argv: list[str]) -> int:
    """Runs it beside the simulated account, which lives in this process; its exit code."""
    code = subprocess.run(argv, env=handed_down(), check=False).returncode
    return code if code >= 0 else 128 - code


COMMAND = run
