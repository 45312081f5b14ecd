"""The page of what formats prove says what the verifiers say."""

from rgt_tui.verifiers import all_verifiers
from tests.pages.formats import FILE, page


def test_the_page_holds_what_the_verifiers_say() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "run: make pages"


def test_every_verifier_has_its_row_and_no_cell_breaks_the_table() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(all_verifiers())
    assert {row.count(" | ") for row in rows} == {4}
