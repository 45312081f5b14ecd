"""Asks the classifier about a text of one or more lines."""

from io import BytesIO

from rgt_tui.domain.transcript import lines_of
from rgt_tui.triage import classify
from tests.values import NOW


def codes(text: str) -> list[str]:
    """The codes that the text shows, in the order of their first lines."""
    return codes_of_bytes(text.encode(errors="replace"))


def codes_of_bytes(raw: bytes) -> list[str]:
    """The same of what a shell wrote."""
    return [finding.code for finding in classify(lines_of(BytesIO(raw)), NOW)]
