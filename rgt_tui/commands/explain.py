"""What a symptom's code means: what is printed, why it happens, how it is told and mended."""

import difflib
from typing import Any, Final

import click

from rgt_tui.commands import _options
from rgt_tui.domain.errors import UsageError
from rgt_tui.domain.finding import Detector
from rgt_tui.domain.text import clean
from rgt_tui.invocation import emit, narrate

WIDTH: Final = 100
"""Columns at which sentences are wrapped on a terminal or in a pipe."""


@click.command("explain", help=__doc__)
@click.argument("code", required=False)
@_options.as_json
def run(code: str | None, as_json: bool) -> None:
    """Prints one symptom; the list of all for no code."""
    from rgt_tui.own_symptoms import adopt
    from rgt_tui.triage import all_detectors

    for fault in adopt().faults:
        narrate(fault)
    known = all_detectors()
    if code is None:
        _tell_all(known, as_json=as_json)
        return
    detector = find(known, code)
    if as_json:
        emit({"symptom": answer(detector)})
    else:
        click.echo("\n".join(_story(detector)))


def find(known: tuple[Detector, ...], word: str) -> Detector:
    """The symptom of that code, in any case, with or without zeros and letters: `rp01`, `1`.

    Raises:
        UsageError: there is none; the nearest one is in the hint.
    """
    wanted = word.strip().upper()
    digits = wanted.removeprefix("RP")
    if digits.isascii() and digits.isdigit():
        wanted = f"RP{int(digits[:9])}"
    by_code = {detector.code.upper(): detector for detector in known}
    if wanted in by_code:
        return by_code[wanted]
    near = difflib.get_close_matches(wanted, by_code, 1, cutoff=0.5)
    hint = "rgt-tui explain lists all codes."
    if near:
        hint = f"Did you mean {by_code[near[0]].code} ({by_code[near[0]].title})? {hint}"
    raise UsageError(f"There is no symptom {clean(word, 40)!r}.", hint=hint)


def answer(detector: Detector) -> dict[str, Any]:
    """A symptom as the command line's JSON has it."""
    from rgt_tui.triage import evidence_wanted, reasons

    return {
        "code": detector.code,
        "title": detector.title,
        "severity": detector.severity.word,
        "scope": detector.scope.value,
        "cause": detector.cause,
        "fix": list(detector.fix),
        "printed": [{"text": text, "origin": origin} for text, origin in detector.strings],
        "needs": list(evidence_wanted(detector)),
        "max_age_s": detector.max_age_s,
        "told_by": ["figures"] * (detector.detect is not None) + ["logs"] * bool(detector.text),
        "read_as": list(reasons(detector)),
        "gives_way_to": list(detector.gives_way_to),
        "outdated": [{"advice": advice, "holds": holds} for advice, holds in detector.outdated],
        "documentation": detector.source,
    }


def _tell_all(known: tuple[Detector, ...], *, as_json: bool) -> None:
    if as_json:
        emit({"symptoms": [answer(detector) for detector in known]})
        return
    for detector in known:
        click.echo(f"{detector.code:<5} {detector.severity.word:<9} {detector.title}")
    click.echo("rgt-tui explain CODE says more.")


def _story(detector: Detector) -> list[str]:
    """The page for a terminal: the same content, wrapped, without markup."""
    found = answer(detector)
    lines = [f"{detector.code} {detector.title} [{found['severity']}, of the {found['scope']}]"]
    lines += ["", "what is printed:"]
    for text, origin in detector.strings:
        lines += [f"    {line}" for line in text.split("\n")]
        lines += [f"        ({origin})"]
    lines += ["", "why:", *_wrapped(detector.cause, "    ")]
    lines += ["", "what to do:"]
    for number, step in enumerate(detector.fix, 1):
        lines += _wrapped(step, f"    {number}. ")
    told = [*found["needs"], *(f"a log that says: {reason}" for reason in found["read_as"])]
    lines += ["", "how it is told:", *(line for one in told for line in _wrapped(one, "    - "))]
    if detector.outdated:
        lines += ["", "advice that no longer holds:"]
    for advice, holds in detector.outdated:
        lines += _wrapped(f'"{advice}": {holds}', "    - ")
    return [*lines, "", *_wrapped(f"source: {detector.source}", "")]


def _wrapped(text: str, lead: str) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


COMMAND = run
