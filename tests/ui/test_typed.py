"""What counts as typed: keys at a hand's pace."""

import pytest
from textual import events

from rgt_tui.ui.screens.typed import FASTEST_S, TypedText


def typed(text: str, each_s: float, held_back: int = 0) -> TypedText:
    """Keys that come so far apart; the first ones held back and delivered at once."""
    found = TypedText()
    for number, character in enumerate(text):
        event = events.Key(character, character)
        event.time = 100.0 + max(number, held_back) * each_s
        found.press(event)
    return found


def test_a_hand_counts_every_key() -> None:
    assert typed("sweep-07", 0.08).keys == len("sweep-07")
    assert typed("sweep-07 loses 3 files", 0.02).keys == len("sweep-07 loses 3 files")


@pytest.mark.hazard(52)
@pytest.mark.parametrize("each_s", [0.0, 0.00005, FASTEST_S / 4])
def test_what_comes_in_one_burst_counts_as_a_paste(each_s: float) -> None:
    assert typed("sweep-07", each_s).keys < len("sweep-07")


def test_a_line_that_stalls_for_a_while_makes_no_paste_of_what_a_hand_typed() -> None:
    assert typed("sweep-07 loses 3 files", 0.08, held_back=12).keys == 22


def test_what_was_taken_away_is_typed_anew() -> None:
    text = typed("sweep-07", 0.0)
    text.press(events.Key("ctrl+u", None))
    assert (text.text, text.keys) == ("", 0)
    for number, character in enumerate("abc"):
        event = events.Key(character, character)
        event.time = 200.0 + number
        text.press(event)
    assert text.keys == 3
