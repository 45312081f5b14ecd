"""An Esc key in one burst with what was typed after it is an Esc key."""

import pytest

from rgt_tui.ui.terminal.input import EscapeKeys

E = "\x1b"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"{E}q", [E, "q"]),
        (f"ab{E}:pods\r", ["ab", E, ":pods\r"]),
        (f"{E}{E}2", [E, E, "2"]),
        (f"{E}\rj", [E, "\rj"]),
        (f"{E}é", [E, "é"]),
    ],
    ids=["a letter", "a command", "twice", "Enter", "not ASCII"],
)
def test_what_was_typed_is_parted_from_the_escape_before_it(text: str, parts: list[str]) -> None:
    assert [part for part in EscapeKeys().parts(text) if part] == parts


@pytest.mark.parametrize(
    "text",
    [
        E,
        f"{E}[A{E}OP{E}[1;5D",
        f"{E}{E}[A",
        f"{E}b{E}f{E}\x7f",
        f"{E}]11;rgb:00/00/00{E}\\",
        f"{E}P1$r0m{E}",
        f"{E}[200~a{E}qb",
    ],
    ids=["alone", "keys", "Alt and a key", "by words", "a colour", "a report", "a paste"],
)
def test_what_a_terminal_sends_by_itself_stays_whole(text: str) -> None:
    assert [part for part in EscapeKeys().parts(text) if part] == [text]


def test_a_paste_may_come_in_two_reads() -> None:
    keys = EscapeKeys()
    assert list(keys.parts(f"{E}[200~one{E}q")) == [f"{E}[200~one{E}q"]
    assert list(keys.parts(f"two{E}q{E}[201~{E}q")) == [f"two{E}q{E}[201~", E, "q"]
