"""What every detector has to say of itself, whichever it is, and the scenario that goes with it."""

import re
from pathlib import Path

import pytest

from rgt_tui import commands
from rgt_tui.domain.account import Account
from rgt_tui.domain.finding import Detector, Scope, Severity, Subject, Unknown
from rgt_tui.simulator import build_world
from rgt_tui.triage import all_detectors, page
from rgt_tui.triage._verdicts import with_logs
from tests.values import NOW, a_pod

YEAR = 366 * 86400
DATED = re.compile(r"\bsince \w+ \d|\b20[12]\d\b|\bRFC ?\d+|(?:\d+\.\d+)")
PRINTS_NOTHING = {"RP51", "RP52"}
"""What is missing has no words."""
FAMILY = pytest.mark.parametrize("detector", all_detectors(), ids=lambda it: it.code)


@FAMILY
def test_a_detector_says_what_it_is_why_it_is_and_how_it_is_mended(detector: Detector) -> None:
    assert 5 <= len(detector.title) <= 50
    assert detector.cause.endswith(".")
    assert 40 <= len(detector.cause) <= 400
    assert len(detector.fix) >= 3
    assert len(set(detector.fix)) == len(detector.fix)
    assert all(len(step) >= 15 for step in detector.fix)
    assert isinstance(detector.severity, Severity)


@FAMILY
def test_a_command_that_a_step_names_is_one(detector: Detector) -> None:
    named = re.findall(r"rgt-tui ([a-z]+)", " ".join((*detector.fix, detector.cause)))
    known = {path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py")}
    assert set(named) <= known


@FAMILY
def test_a_detector_names_its_source_with_a_date(detector: Detector) -> None:
    assert re.search(r"\b20[12]\d\b", detector.source), detector.source


@FAMILY
def test_a_detector_needs_typed_evidence_that_is_not_older_than_it_says(detector: Detector) -> None:
    assert detector.detect is not None
    assert detector.needs or detector.code == "RP44"  # what failed, of whatever was asked
    assert all(isinstance(kind, type) for kind in detector.needs)
    assert 60 <= detector.max_age_s <= YEAR


@FAMILY
def test_without_its_evidence_a_detector_says_what_is_missing(detector: Detector) -> None:
    pod = a_pod() if detector.scope is Scope.POD else None
    account = Account()
    about = account.evidence if pod is None else account.about(pod.id)
    subject = Subject(account=account, pod=pod, evidence=about, now=NOW)
    lacks = tuple(kind.__name__ for kind in detector.needs)
    verdict = with_logs(detector, subject, lacks, ())
    assert isinstance(verdict, Unknown)
    assert all(verdict.missing)


@FAMILY
def test_every_string_has_a_version_or_a_date_and_every_correction_a_since(
    detector: Detector,
) -> None:
    assert bool(detector.strings) is (detector.code not in PRINTS_NOTHING)
    assert all(DATED.search(origin) or re.search(r"\d", origin) for _, origin in detector.strings)
    for advice, holds in detector.outdated:
        assert advice
        assert DATED.search(holds), holds


@FAMILY
def test_the_page_of_a_symptom_begins_with_what_is_printed(detector: Detector) -> None:
    text = page(detector)
    first = detector.strings[0][0] if detector.strings else detector.title
    assert text.splitlines()[1] == first.split("\n")[0]
    for part in ("## Why", "## What to do", "## How it is told", "## Source"):
        assert part in text


@FAMILY
def test_a_symptom_has_a_scenario_of_its_own_stem(detector: Detector) -> None:
    number = detector.code.removeprefix("RP").zfill(2)
    world = build_world(scenarios=[f"rp{number}"], now=NOW)
    assert world.pods or world.volumes
