"""The value of a variable that is typed into a question is drawn as stars."""

import pytest

from rgt_tui.ui.screens.typed import TypedText


def drawn(text: str, hides: str = " env.") -> str:
    return "".join(
        piece.text for piece in TypedText(text, len(text)).line(is_focused=False, hides=hides)
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sweep-07 env.HF_TOKEN=hf_x=1", "sweep-07 env.HF_TOKEN=******"),
        ("sweep-07 env.HF_TOKEN=", "sweep-07 env.HF_TOKEN="),
        ("sweep-07 image=a/b:c", "sweep-07 image=a/b:c"),
        ("env.A=b", "env.A=b"),
    ],
)
def test_only_the_value_of_a_variable_is_hidden(text: str, shown: str) -> None:
    assert drawn(text) == f"  > {shown}_"


def test_where_nothing_is_hidden_all_is_drawn() -> None:
    assert drawn("a env.B=c", "") == "  > a env.B=c_"
