from rgt_tui.ui.terminal.grid import blank_row, with_runs


def test_a_run_beyond_the_edge_is_cut() -> None:
    row = with_runs(blank_row(4), [(2, "abcd", "1")])

    assert row.texts == (" ", " ", "a", "b")
    assert row.pens == ("", "", "1", "1")


def test_boxes_and_latin_letters_do_not_make_a_row_fragile() -> None:
    assert not with_runs(blank_row(10), [(0, "│ é ─ ● ⣿", "")]).fragile


def test_a_wide_character_makes_a_row_fragile_until_it_is_gone() -> None:
    wide = with_runs(blank_row(6), [(0, "a表b", "")])

    assert wide.texts == ("a", "表", "", "b", " ", " ")
    assert wide.fragile
    assert not with_runs(wide, [(0, "abcd", "")]).fragile


def test_half_a_wide_character_becomes_a_space() -> None:
    wide = with_runs(blank_row(4), [(0, "表表", "")])

    assert with_runs(wide, [(1, "x", "")]).texts == (" ", "x", "表", "")
    assert with_runs(wide, [(2, "x", "")]).texts == ("表", "", "x", " ")


def test_a_joined_emoji_is_one_text_in_two_cells() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert with_runs(blank_row(3), [(0, f"{family}x", "")]).texts == (family, "", "x")


def test_what_is_not_printable_never_becomes_a_cell() -> None:
    row = with_runs(blank_row(8), [(0, "a\x1b]0;\x07\x9b\u202eb", "")])

    assert "".join(row.texts) == "a]0;b   "
