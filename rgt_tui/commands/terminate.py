"""Shows what stands between a Pod and its deletion; deletes only in the console, by a person."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from rgt_tui.commands import _options
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.units import rfc3339, show_bytes
from rgt_tui.invocation import Options, emit, narrate

MARKS: Final = {
    "open": "[  ]",
    "running": "[..]",
    "ok": "[ok]",
    "failed": "[!!]",
    "could not look": "[ ?]",
    "waived": "[w ]",
}


@click.command("terminate", help=__doc__)
@click.argument("pod", metavar="POD")
@click.option(
    "--plan", is_flag=True, help="Gather the evidence and print the checklist; nothing is sent."
)
@_options.as_json
@_options.identities
@click.pass_context
def run(
    ctx: click.Context, pod: str, plan: bool, as_json: bool, identities: tuple[Path, ...]
) -> None:
    """Prints the plan, or opens the console where a person can go through the checklist."""
    options: Options = ctx.obj
    is_person = sys.stdin.isatty() and sys.stdout.isatty()
    if is_person and options.console is not None and not (plan or as_json):
        ctx.exit(options.console(replace(options, examine=pod, identities=identities)))
    permitted = _print_plan(options, pod, as_json=as_json, identities=identities)
    if not (plan or as_json):
        narrate("nothing is terminated here: the checklist wants a person at a terminal")
        ctx.exit(GuardRefused.exit_code)
    ctx.exit(0 if permitted and plan else GuardRefused.exit_code)


def _print_plan(
    options: Options, name: str, *, as_json: bool, identities: tuple[Path, ...]
) -> bool:
    """Prints the checklist of a Pod; whether every line but the approval is satisfied."""
    from rgt_tui.doing import plan

    checklist, expires_at = plan(options, name, identities)
    if as_json:
        emit(answer(checklist, expires_at))
    else:
        _print(checklist)
    return checklist.is_complete


def answer(checklist: Any, expires_at: float | None) -> dict[str, object]:
    """The plan as JSON."""
    from rgt_tui.guard.items import Item
    from rgt_tui.termination.evidence import JSON_NAMES

    loss = checklist.dossier.loss
    stays = [f"{it.path} {it.label}" for it in loss.mounts if it.stays]
    return {
        "pod": checklist.pod,
        "name": checklist.dossier.names.name,
        "permitted": checklist.is_complete,
        "items": [_item(checklist, item, JSON_NAMES[item]) for item in Item],
        "loses": [{"path": file.path, "bytes": file.size} for file in loss.single],
        "loses_work": [{"path": work.path, "said": work.said} for work in loss.works],
        "loses_is_complete": loss.is_complete,
        "keeps": [*stays, *loss.keeps],
        "warnings": list(checklist.dossier.consequences.warnings),
        "manifest": checklist.dossier.binding.manifest or None,
        "expires_at": rfc3339(expires_at),
    }


def _item(checklist: Any, item: Any, name: str) -> dict[str, object]:
    """One line; what could not be looked at is `open` in the words of the contract, and says so."""
    line = checklist.line(item)
    is_blind = line.mark.value == "could not look"
    is_human = item.value == "approval"
    return {
        "name": name,
        "state": "open" if is_blind else line.mark.value,
        "could_not_look": is_blind,
        "waivable": checklist.why_not_waivable(item) is None,
        "why": "a person types the challenge in the console" if is_human else line.why,
        "evidence": [
            {
                "what": datum.what,
                "place": datum.place,
                "bytes": datum.size,
                "at": rfc3339(datum.at),
                "sha256": datum.sha256 or None,
                "said": datum.said,
            }
            for datum in line.data
        ],
    }


def _print(checklist: Any) -> None:
    from rgt_tui.guard.items import PROVEN

    click.echo(f"TERMINATE {checklist.dossier.names.name} {checklist.pod}: nothing is sent by this")
    for number, item in enumerate(PROVEN, 1):
        line = checklist.line(item)
        click.echo(f"{number} {MARKS[line.mark.value]} {item.value}: {line.why}")
        for datum in line.data:
            size = f" {show_bytes(datum.size)}" if datum.size is not None else ""
            digest = f" {datum.sha256[:12]}" if datum.sha256 else ""
            click.echo(f"       {datum.what}{size}{digest}  {datum.place}  {datum.said}".rstrip())
    click.echo("6 [  ] approval: typed by a person in the console (Ctrl-D)")
    loss = checklist.dossier.loss
    click.echo(f"loss: {loss.said}")
    for work in loss.works:
        click.echo(f"  git   {work.path}  {work.said}")
    for mount in loss.mounts:
        click.echo(
            f"  {'stays' if mount.stays else 'ends '} {mount.path}  {mount.label}  {mount.why}"
        )


COMMAND = run
