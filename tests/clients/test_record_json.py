"""Dataclasses as JSON and back."""

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, NewType, Optional

import pytest

from rgt_tui.clients.record_json import Misfit, decode, encode
from rgt_tui.domain.secret import Secret

Id = NewType("Id", str)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    id: Id
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    name: str
    parts: tuple[Part, ...] = ()
    pair: tuple[int, str] = (0, "")
    price: Decimal | None = None
    colour: Colour = Colour.RED
    word: Literal["a", "b"] = "a"
    old_style: Optional[float] = None  # noqa: UP045  # the older spelling must work too
    is_on: bool = False


FULL = Whole(
    name="n\u00e4me",
    parts=(Part(Id("x"), 3), Part(Id("y"), None)),
    pair=(7, "seven"),
    price=Decimal("0.440"),
    colour=Colour.RED,
    word="b",
    old_style=1.5,
    is_on=True,
)


@dataclass(frozen=True)
class Holder:
    key: Secret


def test_a_value_survives_the_way_through_json_text() -> None:
    assert decode(Whole, json.loads(json.dumps(encode(FULL)))) == FULL


def test_money_keeps_its_digits() -> None:
    assert str(decode(Decimal, encode(Decimal("0.440")))) == "0.440"


def test_a_missing_field_takes_its_default_or_none() -> None:
    assert decode(Whole, {"name": "n"}) == Whole(name="n")
    assert decode(Part, {"id": "x"}) == Part(Id("x"), None)


def test_an_unknown_field_is_passed_by() -> None:
    assert decode(Part, {"id": "x", "size": 1, "shape": "round"}) == Part(Id("x"), 1)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Whole, {}),
        (Whole, []),
        (Whole, None),
        (Whole, {"name": 3}),
        (Whole, {"name": "n", "pair": [1]}),
        (Whole, {"name": "n", "parts": {"id": "x"}}),
        (Whole, {"name": "n", "colour": "blue"}),
        (Whole, {"name": "n", "colour": []}),
        (Whole, {"name": "n", "word": "c"}),
        (Whole, {"name": "n", "is_on": 1}),
        (Part, {"id": "x", "size": True}),
        (Part, {"id": "x", "size": 1.0}),
        (Part, {"id": "x", "size": 10**30}),
        (float, 10**400),
        (Decimal, "NaN"),
        (Decimal, "1e"),
        (Decimal, "9" * 41),
        (Decimal, 0.1),
        (dict[str, str], {}),
        (Secret, "x"),
    ],
)
def test_what_is_of_another_shape_is_refused_and_crashes_nothing(kind: Any, found: Any) -> None:
    with pytest.raises(Misfit):
        decode(kind, found)


def test_the_place_of_a_misfit_is_named_but_not_its_content() -> None:
    with pytest.raises(Misfit, match=r"Whole\.parts: Part\.size: none of its types") as caught:
        decode(Whole, {"name": "n", "parts": [{"id": "x", "size": "hunter2"}]})
    assert "hunter2" not in str(caught.value)


def test_text_is_cleaned_on_its_way_in() -> None:
    assert decode(str, "a\x1b[31m") == "a\\x1b[31m"


@pytest.mark.parametrize("value", [Holder(Secret("k")), float("nan"), {"a": 1}, Decimal("inf")])
def test_what_has_no_place_in_a_file_is_refused(value: object) -> None:
    with pytest.raises(Misfit):
        encode(value)


def test_the_caller_may_keep_fields_back() -> None:
    written = encode(Part(Id("x"), 3), lambda owner, name, v: None if name == "size" else v)
    assert written == {"id": "x"}
