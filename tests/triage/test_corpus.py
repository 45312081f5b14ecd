"""Real excerpts, file by file: each symptom we know is found, and benign text finds nothing."""

from pathlib import Path

import pytest

from rgt_tui.triage import all_detectors
from tests.shared import FOLDER, shared_file
from tests.triage.texts import codes_of_bytes

CORPUS = FOLDER / "symptoms" / "corpus"
KNOWN = {detector.code for detector in all_detectors()}
FILES = sorted(CORPUS.glob("*/*.txt"))


def codes(path: Path) -> set[str]:
    return set(codes_of_bytes(path.read_bytes()))


@pytest.mark.parametrize(
    "path",
    [p for p in FILES if p.parent.name.split("-")[0] in KNOWN] or [shared_file],
    ids=lambda p: f"{p.parent.name}/{p.name}" if isinstance(p, Path) else "absent",
)
def test_an_excerpt_of_a_known_symptom_is_recognised(path: Path) -> None:
    shared_file("symptoms/corpus")
    assert path.parent.name.split("-")[0] in codes(path)


@pytest.mark.parametrize(
    "path",
    [p for p in FILES if p.parent.name == "benign"] or [shared_file],
    ids=lambda p: f"{p.parent.name}/{p.name}" if isinstance(p, Path) else "absent",
)
def test_a_benign_excerpt_finds_nothing(path: Path) -> None:
    shared_file("symptoms/corpus")
    assert codes(path) == set()
