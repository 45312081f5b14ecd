"""What each symptom literally prints is recognised, and each rule can be reached by its words."""

import pytest

from rgt_tui.domain.finding import Detector
from rgt_tui.triage import all_detectors
from tests.triage.texts import codes


@pytest.mark.parametrize(
    ("detector", "text"),
    [(d, text) for d in all_detectors() for text, _ in d.strings],
    ids=lambda value: value.code if isinstance(value, Detector) else None,
)
def test_every_literal_string_is_recognised(detector: Detector, text: str) -> None:
    assert detector.code in codes(text)


@pytest.mark.parametrize("detector", all_detectors(), ids=lambda d: d.code)
def test_every_string_names_its_version_or_date(detector: Detector) -> None:
    prints_nothing = detector.code in {"RP51", "RP52"}  # what is missing has no words
    assert bool(detector.strings) is bool(detector.text) is not prints_nothing
    assert all(text and any(sign.isdigit() for sign in origin) for text, origin in detector.strings)
    assert detector.fix
    assert detector.source


def test_the_codes_are_those_of_the_catalogue_without_a_gap() -> None:
    assert [detector.code for detector in all_detectors()] == [f"RP{n}" for n in range(1, 53)]
