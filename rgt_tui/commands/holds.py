"""Copies that are held on this machine so that they cannot vanish: list them, release them."""

import sys
from typing import Any, Final

import click

from rgt_tui.clients import holds
from rgt_tui.clock import session_clock
from rgt_tui.commands import _options
from rgt_tui.domain.errors import RgtError, UsageError
from rgt_tui.domain.holding import HoldGroup
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import rfc3339, show_age, show_bytes
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.look import Wanted, look

SHORTEST: Final = 4
"""Characters of an id that name a group, where no other begins so."""
NEEDED: Final = "needed"
GONE: Final = "Pod gone"


@click.group("holds", help=__doc__, invoke_without_command=True)
@_options.as_json
@click.pass_context
def run(context: click.Context, as_json: bool) -> None:
    """Lists all groups where no command follows."""
    if context.invoked_subcommand is None:
        listing(context.obj, as_json)


@run.command("list")
@_options.as_json
@click.pass_obj
def show(options: Options, as_json: bool) -> None:
    """Lists what is held: of which Pod, how much, since when, and whether a terminate needs it."""
    listing(options, as_json)


@run.command("release")
@click.argument("group", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--last-copies",
    is_flag=True,
    help="Release those, too, of which no other name is left: their bytes are deleted.",
)
@_options.as_json
@click.pass_obj
def release(options: Options, group: str, yes: bool, last_copies: bool, as_json: bool) -> None:
    """Lets go of one group; the copies stay, and a last copy stays unless it is asked for."""
    chosen = _chosen(group)
    told = _told(chosen, _need(chosen, _pods(options)), last_copies)
    if not yes:
        _ask(told)
    elif not as_json:
        click.echo("\n".join(told), err=True)
    removed, kept = holds.let_go(chosen, last=last_copies)
    if as_json:
        emit({"released": {"id": chosen.id, "links": removed, "last_copies_kept": kept}})
        return
    size, count = chosen.last
    deleted = f"{count} last copies, {show_bytes(size)}, are deleted"
    what = deleted if last_copies and count else "the copies stay"
    click.echo(f"released {removed} holds of {clean(chosen.target)}; {what}")
    if kept:
        narrate(f"{kept} files have no other name and stay held: --last-copies deletes them")


def listing(options: Options, as_json: bool) -> None:
    """Prints the groups."""
    found = holds.groups()
    pods = _pods(options) if found else None
    if as_json:
        emit({"holds": [_row(one, _need(one, pods)) for one in found]})
        return
    now = session_clock()()
    for one in found:
        click.echo(
            f"{one.id}  {show_bytes(one.size):>6}  {one.files:>6} files  "
            f"{show_age(now - one.at):>8}  {clean(one.pod)}  {_need(one, pods)}  {clean(one.target)}"
            f"{_faults(one)}"
        )
    if not found:
        narrate("nothing is held on this machine")


def _pods(options: Options) -> tuple[Pod, ...] | None:
    """The Pods of the account; None where they are not known."""
    try:
        return look(options, Wanted(shells=False)).scene.account.pods
    except RgtError as error:
        narrate(f"whether a Pod is still there is not known: {error.message}")
        return None


def _need(group: HoldGroup, pods: tuple[Pod, ...] | None) -> str:
    """Whether a terminate may still rest on a group."""
    if pods is None:
        return "?"
    return NEEDED if any(pod.id == group.pod for pod in pods) else GONE


def _faults(group: HoldGroup) -> str:
    said = []
    if group.changed:
        said.append(f"{group.changed} are read again before a terminate: their status changed")
    if group.gone:
        said.append(f"{group.gone} are not there")
    if group.last[1]:
        said.append(f"{group.last[1]} have no other name, {show_bytes(group.last[0])}")
    return f"  ({'; '.join(said)})" if said else ""


def _row(group: HoldGroup, need: str) -> dict[str, Any]:
    return {
        "id": group.id,
        "pod": clean(group.pod),
        "origin": clean(group.origin),
        "target": clean(group.target),
        "files": group.files,
        "bytes": group.size,
        "proven_at": rfc3339(group.at),
        "needed": {NEEDED: True, GONE: False}.get(need),
        "changed": group.changed,
        "gone": group.gone,
        "last_copies": group.last[1],
        "last_copy_bytes": group.last[0],
    }


def _chosen(word: str) -> HoldGroup:
    found = [one for one in holds.groups() if one.id.startswith(word)]
    if len(found) == 1 and (len(word) >= SHORTEST or found[0].id == word):
        return found[0]
    why = "several begin so" if len(found) > 1 else "too short" if found else "none begins so"
    raise UsageError(
        f"{clean(word)} names no group of holds: {why}.", hint="rgt-tui holds lists them."
    )


def _told(group: HoldGroup, need: str, last_copies: bool) -> list[str]:
    """What a release means."""
    what = f"{group.files} holds, {show_bytes(group.size)}, of Pod {clean(group.pod)} in"
    told = [f"{what} {clean(group.target)}"]
    if need == NEEDED:
        told.append("Its Pod is still there: a terminate can no longer rest on these copies.")
    elif need == "?":
        told.append("Whether its Pod is still there is not known.")
    size, count = group.last
    if count:
        left = f"{count} files ({show_bytes(size)}) have no other name on this machine"
        told.append(f"{left}: they are DELETED." if last_copies else f"{left}: they stay held.")
    return told


def _ask(told: list[str]) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "release asks before it acts, and there is no terminal to ask on",
            hint="Give --yes if you know what it does.",
        )
    click.echo("\n".join(told), err=True)
    if not click.confirm("Release them?", err=True):
        raise click.Abort


COMMAND = run
