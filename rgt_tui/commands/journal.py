"""The audit log: every change that was asked for, by whom, and how it ended."""

import click

from rgt_tui import places
from rgt_tui.clients.journal import Journal
from rgt_tui.clock import session_clock
from rgt_tui.commands import _options
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.journal import Entry, JournalReport
from rgt_tui.domain.units import rfc3339
from rgt_tui.invocation import Options, emit


@click.command("journal", help=__doc__)
@_options.as_json
@click.option("--verify", is_flag=True, help="Check the hash chain; exit 1 if it is broken.")
@click.pass_obj
def run(options: Options, as_json: bool, verify: bool) -> None:
    """Prints or checks the journal."""
    path = places.journal_file()
    try:
        report = Journal(path, account="", clock=session_clock()).read()
    except OSError as error:
        raise RgtError(f"the journal {path} cannot be read: {places.why(error)}") from error
    if verify:
        _verify(report, as_json=as_json)
    elif as_json:
        entries = [_as_json(entry) for entry in report.entries]
        emit({"entries": entries, "faults": list(report.faults), "notes": list(report.notes)})
    else:
        _print(report)


def _verify(report: JournalReport, *, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "ok": not report.faults,
                "entries": len(report.entries),
                "faults": list(report.faults),
                "notes": list(report.notes),
                "unsettled": [entry.op for entry in report.unsettled],
            }
        )
    else:
        for note in report.notes:
            click.echo(f"note: {note}", err=True)
        for fault in report.faults:
            click.echo(f"broken: {fault}")
        if not report.faults:
            click.echo(f"whole: {len(report.entries)} entries in an unbroken chain")
    if report.faults:
        raise click.exceptions.Exit(1)


def _as_json(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": rfc3339(entry.at),
        "op": entry.op,
        "event": entry.event,
        "what": entry.what,
        "who": entry.who,
        "host": entry.host,
        "pod": entry.pod or None,
        "said": entry.said,
        "record": dict(entry.raw),
    }


def _print(report: JournalReport) -> None:
    if not report.entries:
        click.echo("nothing was ever asked for")
    for entry in report.entries:
        said = f": {entry.said}" if entry.said else ""
        at = rfc3339(entry.at) or "?"
        click.echo(f"{at}  {entry.who}@{entry.host}  {entry.event:8}  {entry.what}{said}")
    for entry in report.unsettled:
        click.echo(f"! no known outcome: {entry.what} (line {entry.seq})", err=True)
    for fault in report.faults:
        click.echo(f"! broken: {fault}", err=True)


COMMAND = run
