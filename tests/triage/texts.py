"""Asks the classifier about a text of one or more lines."""

from rgt_tui.domain.text import clean_lines
from rgt_tui.triage import classify
from tests.values import NOW


def codes(text: str) -> list[str]:
    """The codes that the text shows, in the order of their first lines."""
    return [finding.code for finding in classify(clean_lines(text), NOW)]
