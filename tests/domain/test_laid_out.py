"""JSON in pieces reads back as what was laid out, and is never whole in memory."""

import json

import pytest

from rgt_tui.domain.laid_out import AT_ONCE, laid_out


@pytest.mark.parametrize("count", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE + 5])
def test_rows_that_are_made_as_they_are_taken_read_back_in_order(count: int) -> None:
    rows = [{"path": f"/\u202e{number}\n", "n": number} for number in range(count)]
    table = {"a": None, "of": {"rows": rows, "none": []}, "more": "x"}
    lazy = {"a": None, "of": {"rows": iter(rows), "none": []}, "more": "x"}
    pieces = list(laid_out(lazy))
    assert json.loads("".join(pieces)) == table
    assert "".join(pieces) == "".join(laid_out(table)) or not count
    assert max(map(len, pieces)) < 64 * AT_ONCE
