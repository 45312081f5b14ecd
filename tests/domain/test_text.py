import json
from pathlib import Path

import pytest

from rgt_tui.domain.text import LIMIT, clean, clean_lines, decode
from tests.shared import shared_file


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("train-a", "train-a"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\x9b31mb", "a\\x9b31mb"),
        ("\x1b]52;c;eA==\x07", "\\x1b]52;c;eA==\\x07"),
        ("two\nlines", "two\\x0alines"),
        ("tab\there", "tab here"),
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("模型 été", "模型 été"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_what_a_terminal_could_obey_is_shown_as_a_visible_escape(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_cleaned_text_is_printable_whatever_came_in() -> None:
    every = "".join(chr(code) for code in range(0x3000))
    assert clean(every, limit=1_000_000).isprintable()


def test_piled_combining_marks_are_cut_to_two() -> None:
    assert clean("o" + "\u0301" * 40 + "k") == "o\u0301\u0301k"


def test_a_long_string_says_how_much_was_cut() -> None:
    assert clean("x" * (LIMIT + 7)).endswith("… (+7 characters)")


def test_a_progress_bar_shows_its_last_state_only() -> None:
    assert clean_lines("10%\r50%\r90%\r\ndone\n") == ("90%", "done", "")


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    assert decode(b"caf\xe9") == "caf\ufffd"


def test_the_hostile_corpus_leaves_nothing_a_terminal_obeys() -> None:
    corpus = json.loads(Path(shared_file("design/hostile.json")).read_text())["cases"]
    texts = [case["value"] for case in corpus if isinstance(case.get("value"), str)]
    assert len(texts) > 50
    assert all(clean(text).isprintable() for text in texts)


@pytest.mark.parametrize("code", [0x2800, 0x3164, 0x115F, 0x1160, 0x17B4, 0x17B5, 0xFFA0, 0xFE00])
def test_a_character_that_draws_nothing_is_shown_as_an_escape(code: int) -> None:
    assert clean(f"a{chr(code)}b") == f"a\\u{code:04x}b"


def test_variation_selectors_are_escaped_but_for_the_one_behind_an_emoji() -> None:
    assert clean("❤\ufe0f\ufe0f a\ufe0f \U000e0100 \U000e01ef") == (
        "❤\\ufe0f a\\ufe0f \\U000e0100 \\U000e01ef"
    )


def test_a_keycap_is_an_emoji_but_a_styled_digit_alone_is_not() -> None:
    assert clean("1\ufe0f\u20e3 #\ufe0f\u20e3 1\ufe0f") == "1\u20e3 #\u20e3 1\\ufe0f"


@pytest.mark.parametrize("mark", ["\u0e47", "\u20dd"])
def test_marks_without_a_combining_class_are_cut_to_two(mark: str) -> None:
    assert clean("o" + mark * 60 + "k") == f"o{mark}{mark}k"
