"""Boxes with details: what is cut says so."""

from rgt_tui.panes import Block, Cell
from rgt_tui.ui.layout import Shape
from rgt_tui.ui.widgets.boxes import Space, arranged

LONG = "at $0 three Pods are DELETED with all data: sweep-07, infer-x, and one whose name is cut"


def drawn(*blocks: Block) -> list[str]:
    lines = arranged(blocks, Shape.STRIP, Space(width=60, height=6))
    return ["".join(piece.text for piece in line) for line in lines]


def test_a_line_whose_end_gives_way_to_another_block_says_that_it_goes_on() -> None:
    first = Block("Money", ((Cell("$42"),), (Cell(LONG),)))
    rows = drawn(first, Block("Burn", ((Cell("today $64"),), (Cell("a month $6,514"),))))
    assert rows[2].rstrip(" │").endswith("…")
    assert "today" in rows[3]


def test_a_line_that_ends_where_a_block_gives_way_has_no_mark() -> None:
    first = Block("Money", ((Cell("$42"),), (Cell("lasts 4h"),), (Cell("a limit"),)))
    rows = drawn(first, Block("Burn", ((Cell("today $64"),), (Cell("a month $6,514"),))))
    assert "lasts 4h" in rows[2]
    assert "…" not in rows[2]
