"""A page about each symptom, written from its detector: what it prints, why, how to mend it.

The pages of `docs/symptoms` and `rgt-tui explain` are these. A page begins with what people search
for: the literal text that a program prints.
"""

from collections.abc import Iterable, Iterator, Sequence

from rgt_tui.domain.finding import Detector, Scope
from rgt_tui.domain.units import show_duration

_MEANING = {
    "critical": "work has stopped, or data or money are lost",
    "warning": "something goes wrong, or soon will",
    "info": "nothing is wrong yet; this could be lost or cost one day",
}


def page(detector: Detector) -> str:
    """A symptom's page as Markdown, ending with a line feed."""
    return "\n".join(_page(detector)) + "\n"


def index(detectors: Sequence[Detector]) -> str:
    """The list of all symptoms as Markdown, each with what it prints."""
    lines = [
        "# Symptoms",
        "",
        "Search this page for what you see. Each code has a page of its own: why it happens, how it",
        "is told, how it is mended. `rgt-tui explain CODE` prints the same, `rgt-tui triage` looks for all.",
        "",
        "| code | symptom | what is printed |",
        "|---|---|---|",
    ]
    for detector in detectors:
        printed = _cell(_first(detector))
        lines.append(f"| [{detector.code}]({detector.code}.md) | {detector.title} | {printed} |")
    return "\n".join([*lines, ""])


def evidence_wanted(detector: Detector) -> tuple[str, ...]:
    """What must have been seen, and how lately, before the symptom can be told at all."""
    age = show_duration(detector.max_age_s)
    names = (str(getattr(kind, "called", kind.__name__)) for kind in detector.needs)
    return tuple(f"{name}, not older than {age}" for name in names)


def reasons(detector: Detector) -> tuple[str, ...]:
    """What a line of a log that shows the symptom is read as; each reason once."""
    told = (rule.reason for rule in detector.text if rule.reason and not rule.takes_back)
    return tuple(dict.fromkeys(told))


def _page(detector: Detector) -> Iterator[str]:
    yield from _fenced(_first(detector) or detector.title)
    yield ""
    yield f"# {detector.code}: {detector.title}"
    yield ""
    word = detector.severity.word
    scope = "the account" if detector.scope is Scope.ACCOUNT else "a Pod"
    yield f"Of {scope}; {word}: {_MEANING[word]}."
    yield from _section("Why", [detector.cause])
    yield from _section("What to do", _numbered(detector.fix))
    yield from _section("How it is told", _bullets(_told(detector)))
    if detector.strings:
        yield from _section("What is printed", _printed(detector.strings))
    if detector.outdated:
        yield from _section("Advice that no longer holds", _corrected(detector.outdated))
    yield from _section("Source", [detector.source])
    yield ""
    yield "[All symptoms](README.md)"


def _told(detector: Detector) -> Iterator[str]:
    wanted = evidence_wanted(detector)
    if wanted and detector.detect is not None:
        yield f"Figures first. Needed: {'; '.join(wanted)}. Without them the verdict is unknown."
    elif wanted:
        yield f"Needed: {'; '.join(wanted)}."
    elif detector.detect is not None:
        yield "From what the account and its Pods say; nothing more is needed."
    found = reasons(detector)
    if found:
        yield f"In a log or an error message (`rgt-tui triage -`): {'; '.join(found)}."
    if detector.log_stands and detector.detect is not None:
        yield "A log counts here even where the figures show nothing of it."
    if detector.gives_way_to:
        yield f"Not told of a text that shows {', '.join(detector.gives_way_to)}, which explains it."


def _first(detector: Detector) -> str:
    """What people search for; empty for a symptom that prints nothing."""
    return detector.strings[0][0] if detector.strings else ""


def _printed(strings: Iterable[tuple[str, str]]) -> Iterator[str]:
    for number, (text, origin) in enumerate(strings):
        yield from ([""] if number else [])
        yield f"{origin}:"
        yield ""
        yield from _fenced(text)


def _corrected(outdated: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f'- "{advice}": {holds}.' for advice, holds in outdated)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from lines


def _numbered(steps: Iterable[str]) -> Iterator[str]:
    return (f"{number}. {_text(step)}" for number, step in enumerate(steps, 1))


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    return (f"- {line}" for line in lines)


def _fenced(text: str) -> Iterator[str]:
    fence = "````" if "```" in text else "```"
    yield from (f"{fence}text", *text.split("\n"), fence)


def _text(step: str) -> str:
    """A sentence in which Markdown sees nothing but text: paths with stars, names in angles."""
    return step.translate({ord(sign): f"\\{sign}" for sign in "\\*_`<>[]"})


def _cell(text: str) -> str:
    """The first line of a printed text for a table."""
    line = text.split("\n")[0]
    short = line if len(line) <= 90 else f"{line[:89]}…"
    return f"`{short.replace('|', chr(92) + '|').replace('`', chr(39))}`" if short else ""
