"""The pages of the symptoms say what the detectors say, and begin with what people search for."""

import pytest

from rgt_tui.domain.finding import Detector
from rgt_tui.triage import all_detectors, page
from tests.pages.written import FOLDER, written


def test_the_folder_holds_what_the_detectors_say() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    different = {
        name for name in there.keys() | written().keys() if there.get(name) != written().get(name)
    }
    assert different == set(), "run: make pages"


@pytest.mark.parametrize("detector", all_detectors(), ids=lambda d: d.code)
def test_a_page_begins_with_the_literal_text_and_keeps_each_string_and_step(
    detector: Detector,
) -> None:
    text = page(detector)
    first = detector.strings[0][0] if detector.strings else detector.title
    assert text.startswith(f"```text\n{first}\n```\n")
    assert f"\n# {detector.code}: {detector.title}\n" in text
    assert all(string in text and origin in text for string, origin in detector.strings)
    assert all(advice in text and holds in text for advice, holds in detector.outdated)
    assert text.count("\n1. ") == 1
    assert f"\n{len(detector.fix)}. " in text
    assert detector.source in text


def test_corrected_advice_says_since_when() -> None:
    without = [
        holds
        for detector in all_detectors()
        for _, holds in detector.outdated
        if not any(sign.isdigit() for sign in holds)
    ]
    assert without == []
