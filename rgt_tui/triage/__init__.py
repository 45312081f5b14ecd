"""Symptoms: one file a symptom. Evidence in, findings out; nothing here reads or draws.

`examine` asks every detector about every Pod and about the account. A detector that lacks fresh
evidence is not asked: its finding is `unknown` and says what is missing. `classify` asks the
same detectors about lines of text.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from types import MappingProxyType, ModuleType

from rgt_tui import specs
from rgt_tui.domain.account import Account
from rgt_tui.domain.finding import Detector, Finding, Findings, Present, Said, Scope, Subject
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.transcript import lines_in
from rgt_tui.domain.units import PodId
from rgt_tui.triage._classifier import Classifier, Heard
from rgt_tui.triage._examiner import Examiner
from rgt_tui.triage._handbook import evidence_wanted, index, page, reasons
from rgt_tui.triage._panel import Panel
from rgt_tui.triage._standing import Standing
from rgt_tui.triage._verdicts import Missing, finding_of

__all__ = [
    "Examiner",
    "Findings",
    "Standing",
    "absent_findings",
    "adopt",
    "all_detectors",
    "classify",
    "evidence_wanted",
    "examine",
    "index",
    "kin_of",
    "open_findings",
    "page",
    "reasons",
    "remedy_of",
    "signs_in",
]


_OWN: list[Detector] = []


@cache
def all_detectors() -> tuple[Detector, ...]:
    """Every detector, by file name, which is the order of their codes; then a person's own."""
    return (*specs.find_specs(_family(), "DETECTOR", Detector), *_OWN)


def adopt(detectors: Iterable[Detector]) -> None:
    """Has a person's own symptoms asked too, in place of those adopted before.

    Whoever has taken `all_detectors` already goes on with those: call it before.
    """
    _OWN[:] = detectors
    all_detectors.cache_clear()


def examine(account: Account, now: float) -> Findings:
    """What all detectors say of an account and its Pods, absent verdicts included.

    Args:
        account: everything known.
        now: Unix seconds of the session's clock.
    """
    return Examiner(all_detectors(), is_brief=False).examine(account, now)


def open_findings(findings: Findings) -> Findings:
    """The findings that are present or unknown."""
    return MappingProxyType(
        {key: tuple(f for f in values if f.verdict != "absent") for key, values in findings.items()}
    )


def absent_findings(account: Account, pod_id: PodId | None, now: float) -> tuple[Finding, ...]:
    """What was looked for of a Pod, or of the account for None, and is not there."""
    pod = next((pod for pod in account.pods if pod.id == pod_id), None)
    if pod_id is not None and pod is None:
        return ()
    evidence = account.evidence if pod is None else account.about(pod.id)
    subject = Subject(account=account, pod=pod, evidence=evidence, now=now)
    panel = _panel(Scope.ACCOUNT if pod is None else Scope.POD)
    found = panel.findings(Missing(subject))
    return tuple(finding for finding in found if finding.verdict == "absent")


@cache
def _panel(scope: Scope) -> Panel:
    """All detectors of that scope."""
    return Panel(detector for detector in all_detectors() if detector.scope is scope)


@cache
def kin_of(code: str) -> frozenset[str]:
    """The codes that are told by the same evidence as `code`, besides the Pod list."""
    by_code = {detector.code: detector for detector in all_detectors()}
    if code not in by_code:
        return frozenset()
    needs = set(by_code[code].needs) - {PodList}
    return frozenset(d.code for d in by_code.values() if not needs.isdisjoint(d.needs))


def classify(
    lines: Iterable[str], now: float, row_of: Callable[[int], int] = int
) -> tuple[Finding, ...]:
    """A finding for each symptom that the lines show, in the order of their first lines.

    Args:
        lines: of a log or an error message, cleaned; read once, as a stream of any length.
        now: Unix seconds, the time of the reading.
        row_of: which row of the text a line is from, both counted from 1.
    """
    reader = Classifier(all_detectors())
    reader.read(lines)
    return tuple(
        _told(detector, replace(heard, number=row_of(heard.number)), now)
        for detector, heard in reader.found()
    )


def remedy_of(refusal: str, pod: PodId) -> str:
    """The symptom that a refusal tells and its first steps for this Pod; empty where it tells none.

    Blocks.
    """
    for found in (one for one in classify([refusal], 0.0) if one.is_present):
        steps = ". Or: ".join(found.fix[:3]).replace(" POD", f" {pod}")
        return f". {found.code} {found.title}. {steps}"
    return ""


def signs_in(lines: Iterable[LogLine]) -> LogSigns:
    """What the two log streams of a Pod show; each is read as a text of its own.

    Args:
        lines: of both streams, oldest first.
    """
    known = tuple(lines)
    signs: list[LogSign] = []
    for stream in dict.fromkeys(line.source for line in known):
        of_stream = [line for line in known if line.source == stream]
        parts = [(line.at, part) for line in of_stream for part in lines_in(line.text)]
        reader = Classifier(all_detectors())
        reader.read(part for _, part in parts)
        signs += [
            LogSign(
                code=detector.code,
                reason=heard.reason,
                line=heard.last,
                stream=stream,
                at=parts[heard.last_number - 1][0],
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
