import pytest

from rgt_tui.ui.terminal.pen import change, erases, with_link

RED_ON_BLACK = "38;2;255;0;0;48;2;0;0;0"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("", "1", "\x1b[1m"),
        ("1", "", "\x1b[m"),
        (RED_ON_BLACK, f"1;{RED_ON_BLACK}", "\x1b[1m"),
        (f"1;{RED_ON_BLACK}", RED_ON_BLACK, "\x1b[22m"),
        (f"1;2;{RED_ON_BLACK}", f"2;{RED_ON_BLACK}", "\x1b[22;2m"),
        ("31;44", "32;44", "\x1b[32m"),
        ("31;44", "31", "\x1b[49m"),
        ("38;5;9;1", "38;5;10;1", "\x1b[38;5;10m"),
        ("97;100", "97;107", "\x1b[107m"),
        ("39;49", "", ""),
        ("7;31", "31", "\x1b[27m"),
    ],
)
def test_the_shortest_way_from_one_pen_to_another(old: str, new: str, expected: str) -> None:
    assert change(old, new) == expected


def test_a_link_is_opened_and_closed_around_its_cells() -> None:
    linked = with_link("1", "7", "https://docs.runpod.io")

    assert change("1", linked) == "\x1b]8;id=7;https://docs.runpod.io\x1b\\"
    assert change(linked, "") == "\x1b[m\x1b]8;;\x1b\\"


def test_spaces_under_an_attribute_are_written_not_erased() -> None:
    assert erases(RED_ON_BLACK)
    assert not erases("4")
    assert not erases("7;31")
    assert not erases(with_link("", "1", "https://docs.runpod.io"))
