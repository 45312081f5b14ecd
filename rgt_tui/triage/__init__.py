"""Symptoms: one file a symptom. Evidence in, findings out; nothing here reads or draws.

`examine` asks every detector about every Pod and about the account. A detector that lacks fresh
evidence is not asked: its finding is `unknown` and says what is missing. `classify` asks the
same detectors about lines of text.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from types import MappingProxyType, ModuleType

from rgt_tui import specs
from rgt_tui.domain.account import Account
from rgt_tui.domain.finding import Detector, Finding, Findings, Present, Said
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.triage._classifier import Classifier, Heard
from rgt_tui.triage._examiner import Examiner
from rgt_tui.triage._handbook import evidence_wanted, index, page, reasons
from rgt_tui.triage._standing import Standing
from rgt_tui.triage._verdicts import finding_of

__all__ = [
    "Examiner",
    "Findings",
    "Standing",
    "all_detectors",
    "classify",
    "evidence_wanted",
    "examine",
    "index",
    "open_findings",
    "page",
    "reasons",
    "signs_in",
]


@cache
def all_detectors() -> tuple[Detector, ...]:
    """Every detector, by file name, which is the order of their codes."""
    return specs.find_specs(_family(), "DETECTOR", Detector)


def examine(account: Account, now: float) -> Findings:
    """What all detectors say of an account and its Pods, absent verdicts included.

    Args:
        account: everything known.
        now: Unix seconds of the session's clock.
    """
    return Examiner(all_detectors()).examine(account, now)


def open_findings(findings: Findings) -> Findings:
    """The findings that are present or unknown."""
    return MappingProxyType(
        {key: tuple(f for f in values if f.verdict != "absent") for key, values in findings.items()}
    )


def classify(lines: Iterable[str], now: float) -> tuple[Finding, ...]:
    """A finding for each symptom that the lines show, in the order of their first lines.

    Args:
        lines: of a log or an error message, cleaned; read once, as a stream of any length.
        now: Unix seconds, the time of the reading.
    """
    reader = Classifier(all_detectors())
    reader.read(lines)
    return tuple(_told(detector, heard, now) for detector, heard in reader.found())


def signs_in(lines: Iterable[LogLine]) -> LogSigns:
    """What the two log streams of a Pod show; each is read as a text of its own.

    Args:
        lines: of both streams, oldest first.
    """
    known = tuple(lines)
    signs: list[LogSign] = []
    for stream in dict.fromkeys(line.source for line in known):
        of_stream = [line for line in known if line.source == stream]
        reader = Classifier(all_detectors())
        reader.read(line.text for line in of_stream)
        signs += [
            LogSign(
                code=detector.code,
                reason=heard.reason,
                line=heard.last,
                stream=stream,
                at=of_stream[heard.last_number - 1].at,
                count=heard.count,
            )
            for detector, heard in reader.found()
        ]
    return LogSigns(tuple(signs))


def _told(detector: Detector, heard: Heard, now: float) -> Finding:
    said = [Said("text", heard.line, now)]
    where = f"line {heard.number}"
    if heard.count > 1:
        where += f", {heard.count} such lines"
        if heard.last != heard.line:
            said.append(Said("text", heard.last, now))
    found = finding_of(detector, Present(tuple(said)))
    return replace(found, cause=f"Read as: {heard.reason} ({where}). {found.cause}")


def _family() -> ModuleType:
    import rgt_tui.triage as family  # the package itself, complete only once it is imported

    return family
