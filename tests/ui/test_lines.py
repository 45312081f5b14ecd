from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rgt_tui.domain.text import clean
from rgt_tui.panes import Tone
from rgt_tui.ui.widgets.lines import (
    ASCII,
    UNICODE,
    Line,
    Piece,
    fit,
    fit_line,
    glyphs_for,
    length,
    spread,
    wrap,
)

TEXTS = st.text(max_size=60).map(clean)
LINES = st.lists(TEXTS, min_size=1, max_size=4).map(
    lambda texts: tuple(Piece(text, Tone.PLAIN) for text in texts)
)


@given(TEXTS, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_fitted_text_takes_exactly_its_width(text: str, width: int, align: str) -> None:
    fitted = fit(text, width, "right" if align == "right" else "left")
    assert cell_len(fitted) == width


def test_a_text_that_does_not_fit_says_so() -> None:
    assert fit("container", 6) == "conta…"
    assert fit("训练实验", 6) == "训练 …"


@given(LINES, st.integers(0, 40))
def test_a_fitted_line_takes_exactly_its_width(line: Line, width: int) -> None:
    assert length(fit_line(line, width)) == width


@given(LINES, LINES, st.integers(0, 80))
def test_two_ends_take_exactly_the_width(left: Line, right: Line, width: int) -> None:
    assert length(spread(left, right, width)) == width


@given(LINES, st.integers(12, 40))
def test_wrapping_loses_no_word_and_stays_within_the_width(line: Line, width: int) -> None:
    rows = list(wrap(line, width))
    assert all(length(row) <= width for row in rows)
    said = "".join(piece.text for piece in line).replace(" ", "")
    shown = "".join(piece.text for row in rows for piece in row).replace(" ", "")
    assert shown == said


def test_wrapped_lines_hang_under_their_first_word() -> None:
    rows = list(wrap((Piece("  one two three four"),), 12))
    assert ["".join(piece.text for piece in row) for row in rows] == [
        "  one two",
        "    three",
        "    four",
    ]


def test_frames_are_plain_where_the_encoding_has_no_others() -> None:
    assert glyphs_for("utf-8") is UNICODE
    assert glyphs_for("ANSI_X3.4-1968") is ASCII
    assert glyphs_for(None) is ASCII
