"""What went wrong and what to do about it, on one line."""

import re
from pathlib import Path
from typing import Final

import pytest

import rgt_tui
from rgt_tui.domain.errors import NotSent
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.sentences import sentences

_JOINED: Final = re.compile(r"\{[\w.]*\.hint\}")
"""A hint put into a text by hand."""


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            ("it refused the connection", "Check the network"),
            "it refused the connection. Check the network",
        ),
        (("It broke.", "Again!", "Look"), "It broke. Again! Look"),
        (("nothing to do", ""), "nothing to do"),
        (("", " only a hint "), "only a hint"),
        ((), ""),
    ],
    ids=["a stop is added", "never two", "no hint", "no error", "nothing"],
)
def test_sentences_are_told_apart(parts: tuple[str, ...], said: str) -> None:
    assert sentences(*parts) == said


def test_an_error_and_a_failed_read_are_told_alike() -> None:
    told = "the API did not answer. Check the network"
    assert NotSent("the API did not answer", hint="Check the network").told == told
    assert Failed("the API did not answer", 0.0, hint="Check the network").told == told


def test_no_hint_is_joined_by_hand() -> None:
    package = Path(rgt_tui.__file__).parent
    found = [
        f"{file.relative_to(package)}: {line.strip()}"
        for file in package.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if _JOINED.search(line)
    ]
    assert found == []
