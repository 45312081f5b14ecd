"""What is broken, how that is known, and how to mend it."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.errors import UsageError
from rgt_tui.domain.finding import Finding, Severity, steps_for
from rgt_tui.domain.history import History
from rgt_tui.domain.journal import JournalReport
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import rfc3339
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene

NEVER = "never"
KINDS = frozenset({LogSigns, DataCenterList, Balance, History, JournalReport})
"""What tells of symptoms beside the Pods, their shells and the volumes."""
LEVELS = (*(severity.word for severity in Severity), NEVER)


@click.command("triage", help=__doc__)
@click.argument("pods", nargs=-1, metavar="[POD...] | -")
@_options.as_json
@click.option("--fail-on", type=click.Choice(LEVELS), default="critical", show_default=True)
@click.option("--all", "absent", is_flag=True, help="List absent symptoms too.")
@_options.identities
@click.pass_context
def run(
    ctx: click.Context,
    /,
    pods: tuple[str, ...],
    as_json: bool,
    fail_on: str,
    absent: bool,
    identities: tuple[Path, ...],
) -> None:
    """Examines the account and its Pods, or the text on standard input for `-`."""
    if "-" in pods:
        findings = _from_stdin(pods)
        if not findings and not as_json:
            click.echo(f"nothing in this text was recognised; looked for {_known()}")
            ctx.exit(0)
        _tell({"findings": [as_json_finding(f) for f in findings]}, [("text", findings)], as_json)
        ctx.exit(exit_code(findings, fail_on))
    wanted = Wanted(pods=pods, identities=identities, absent=absent, kinds=KINDS)
    ctx.exit(report(look(ctx.ensure_object(Options), wanted), as_json=as_json, fail_on=fail_on))


def report(looked: Looked, *, as_json: bool, fail_on: str) -> int:
    """Prints the triage report; gives the exit code."""
    scene = looked.scene
    account = scene.of(None)
    answer = {
        "pods": [
            {
                "id": pod.id,
                "name": pod.name,
                "findings": [as_json_finding(f) for f in scene.of(pod.id)],
            }
            for pod in looked.pods
        ],
        "account": {"findings": [as_json_finding(f) for f in account]},
    }
    pods = sorted(looked.pods, key=lambda pod: worst_first(scene.of(pod.id)))
    groups = [
        ("account", account),
        *((f"{pod.label} {pod.id}", _named(pod, scene)) for pod in pods),
    ]
    _tell(answer, groups, as_json)
    found = [finding for _, findings in groups for finding in findings]
    if not as_json:
        click.echo(_total(len(pods), found))
    return exit_code(found, fail_on)


def _named(pod: Pod, scene: Scene) -> tuple[Finding, ...]:
    """What was found of a Pod, with its id in the commands of the steps."""
    return tuple(replace(it, fix=steps_for(it, pod.id)) for it in scene.of(pod.id))


def as_json_finding(finding: Finding) -> dict[str, Any]:
    """A finding as the command line's JSON has it."""
    return {
        "code": finding.code,
        "title": finding.title,
        "verdict": finding.verdict,
        "severity": finding.severity.word,
        "evidence": [
            {"source": said.source, "said": said.said, "at": rfc3339(said.at)}
            for said in finding.evidence
        ],
        "cause": finding.cause,
        "fix": list(finding.fix),
        "missing": list(finding.missing),
        "documentation": finding.source,
    }


def worst_first(findings: tuple[Finding, ...]) -> int:
    """Orders what has the worst present symptom first, keeping the order of equals."""
    return -max((f.severity + 1 for f in findings if f.is_present), default=0)


def _total(pods: int, found: Sequence[Finding]) -> str:
    """The last line, which is what one sees first at the end of a long report."""
    present = sum(finding.is_present for finding in found)
    unknown = sum(finding.verdict == "unknown" for finding in found)
    return f"{pods} Pods. Present: {present}, could not be told: {unknown}, looked for: {_known()}"


def _known() -> str:
    from rgt_tui.triage import all_detectors

    return ", ".join(detector.code for detector in all_detectors())


def exit_code(findings: Iterable[Finding], fail_on: str) -> int:
    """1 when a symptom is present at or above `fail_on`, else 0."""
    if fail_on == NEVER:
        return 0
    level = Severity[fail_on.upper()]
    return int(any(finding.is_present and finding.severity >= level for finding in findings))


def _from_stdin(pods: tuple[str, ...]) -> tuple[Finding, ...]:
    from rgt_tui.clock import session_clock
    from rgt_tui.domain.transcript import Rows, lines_of
    from rgt_tui.own_symptoms import adopt
    from rgt_tui.triage import classify

    if pods != ("-",):
        raise UsageError("`triage -` reads standard input and takes no Pods beside it.")
    for fault in adopt().faults:
        narrate(fault)
    rows = Rows()
    return classify(lines_of(sys.stdin.buffer, rows), session_clock()(), rows.of)


def _tell(
    answer: dict[str, Any], groups: list[tuple[str, tuple[Finding, ...]]], as_json: bool
) -> None:
    if as_json:
        emit(answer)
        return
    for name, findings in groups:
        click.echo("\n".join(_story(name, findings)))


def _story(name: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    present = [finding for finding in findings if finding.is_present]
    rest = [finding for finding in findings if not finding.is_present]
    if not present:
        yield f"{name}: no known symptom" + ("" if not rest else ", but not all could be told")
    for finding in present:
        yield f"{name}: {finding.code} {finding.title} [{finding.severity.word}]"
        yield from (f"    seen ({said.source}): {said.said}" for said in finding.evidence)
        yield f"    cause: {finding.cause}"
        yield from (f"    fix {number}: {step}" for number, step in enumerate(finding.fix, 1))
    yield from _untold(rest)


def _untold(rest: Sequence[Finding]) -> Iterator[str]:
    """What is not there or could not be told: a line for all symptoms that lack the same."""
    lacking: dict[str, list[Finding]] = {}
    for finding in rest:
        if finding.missing:
            lacking.setdefault("; ".join(finding.missing), []).append(finding)
        else:
            yield f"    {finding.code} {finding.title}: {finding.verdict}"
    for missing, found in lacking.items():
        codes = ", ".join(finding.code for finding in found)
        title = f" {found[0].title}" if len(found) == 1 else ""
        yield f"    {codes}{title}: unknown, missing: {missing}"


COMMAND = run
