"""Our `dataclass` against the one of the standard library, class by class."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import field, replace
from typing import Any, ClassVar

import pytest

from rgt_tui.domain import records

Decorator = Callable[..., Any]


def plain(dataclass: Decorator) -> type:
    @dataclass(frozen=True, slots=True)
    class Thing:
        """A thing."""

        name: str
        size: int = 3

    return Thing


def named(dataclass: Decorator) -> type:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Thing:
        called: ClassVar[str] = "thing"
        name: str = "a"
        parts: list[int] = field(default_factory=list)
        size: int

    return Thing


def hidden(dataclass: Decorator) -> type:
    @dataclass(frozen=True, slots=True)
    class Thing:
        name: str
        secret: str = field(default="s", repr=False)
        note: str = field(default="n", compare=False)
        tail: str = field(default="t", kw_only=True)

    return Thing


def derived(dataclass: Decorator) -> type:
    @dataclass(frozen=True, slots=True)
    class Base:
        name: str

    @dataclass(frozen=True, slots=True)
    class Thing(Base):
        size: int = 1

    return Thing


def mutable(dataclass: Decorator) -> type:
    @dataclass(slots=True)
    class Thing:
        name: str
        total: int = field(init=False, default=7)
        twice: str = field(init=False)
        parts: list[int] = field(init=False, default_factory=list)

        def __post_init__(self) -> None:
            self.twice = self.name * 2

    return Thing


def only_itself(dataclass: Decorator) -> type:
    @dataclass(slots=True, eq=False)
    class Thing:
        name: str

    return Thing


def ordered(dataclass: Decorator) -> type:
    @dataclass(frozen=True, slots=True, order=True)
    class Thing:
        name: str

    return Thing


def with_own_repr(dataclass: Decorator) -> type:
    @dataclass(frozen=True, slots=True)
    class Thing:
        name: str

        def __repr__(self) -> str:
            return "hidden"

    return Thing


def empty(dataclass: Decorator) -> type:
    @dataclass(frozen=True, slots=True)
    class Thing:
        """Nothing."""

    return Thing


MAKERS = {
    plain: ({"name": "x"}, {"name": "x", "size": 4}),
    named: ({"size": 1}, {"size": 1, "name": "b", "parts": [1]}),
    hidden: ({"name": "x"}, {"name": "x", "secret": "no", "note": "other", "tail": "u"}),
    derived: ({"name": "x"}, {"name": "x", "size": 2}),
    mutable: ({"name": "x"}, {"name": "y"}),
    only_itself: ({"name": "x"}, {"name": "y"}),
    ordered: ({"name": "x"}, {"name": "y"}),
    with_own_repr: ({"name": "x"}, {"name": "y"}),
    empty: ({}, {}),
}
Case = tuple[Callable[[Decorator], type], tuple[dict[str, Any], dict[str, Any]]]
cases = pytest.mark.parametrize("case", MAKERS.items(), ids=[it.__name__ for it in MAKERS])


def told(make: Callable[[], object]) -> object:
    """The result, or the kind of error and what it says of the fields."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - whatever the twin raises
        return type(error), str(error).partition(".__")[0].rpartition(".")[2]


@cases
def test_objects_say_compare_and_hash_as_those_of_the_standard_library(case: Case) -> None:
    make, (first, second) = case
    ours, theirs = make(records.dataclass), make(dataclasses.dataclass)
    for given in (first, second):
        assert told(lambda it=given: repr(ours(**it))) == told(lambda it=given: repr(theirs(**it)))  # type: ignore[misc]
    for left in (first, second):
        for right in (first, second):
            assert (ours(**left) == ours(**right)) == (theirs(**left) == theirs(**right))
    assert ours(**first) != theirs(**first)
    assert (ours.__hash__ is None) == (theirs.__hash__ is None)
    if make is not only_itself:
        assert told(lambda: hash(ours(**second))) == told(lambda: hash(theirs(**second)))


@cases
def test_they_are_made_alike(case: Case) -> None:
    make, (first, second) = case
    ours, theirs = make(records.dataclass), make(dataclasses.dataclass)
    ours(**first)
    mine, other = (inspect.signature(vars(it)["__init__"]).parameters for it in (ours, theirs))
    assert [(it.name, it.kind) for it in mine.values()] == [
        (it.name, it.kind) for it in other.values()
    ]
    for wrong in ({"no such": 1}, {**second, "no_such": 2}):
        assert isinstance(told(lambda it=wrong: ours(**it)), tuple)  # type: ignore[misc]
    assert [(it.name, it.default) for it in dataclasses.fields(ours)] == [
        (it.name, it.default) for it in dataclasses.fields(theirs)
    ]
    assert ours.__match_args__ == theirs.__match_args__  # type: ignore[attr-defined]
    assert ours.__slots__ == theirs.__slots__  # type: ignore[attr-defined]


@cases
def test_what_is_frozen_stays_so_and_the_rest_does_not(case: Case) -> None:
    make, (first, _) = case
    for name in [it.name for it in dataclasses.fields(make(records.dataclass))]:
        seen = []
        for dataclass in (records.dataclass, dataclasses.dataclass):
            thing = make(dataclass)(**first)
            seen.append(told(lambda it=thing, name=name: setattr(it, name, "new")))  # type: ignore[misc]
            seen.append(told(lambda it=thing, name=name: delattr(it, name)))  # type: ignore[misc]
        assert seen[:2] == seen[2:]


@cases
def test_they_are_copied_and_replaced(case: Case) -> None:
    make, (first, second) = case
    ours = make(records.dataclass)
    thing = ours(**first)
    if "__eq__" in vars(ours):
        assert copy.copy(thing) == copy.deepcopy(thing) == thing
        assert replace(thing, **second) == ours(**second)
    assert dataclasses.asdict(thing) == dataclasses.asdict(make(dataclasses.dataclass)(**first))


def test_nothing_can_be_added_to_what_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'more'"):
        Pickled("x").more = 1  # type: ignore[attr-defined]


def test_a_list_made_for_a_field_is_made_anew() -> None:
    thing = named(records.dataclass)
    assert thing(size=1).parts is not thing(size=1).parts
    given = [1]
    assert thing(size=1, parts=given).parts is given


@records.dataclass(frozen=True, slots=True)
class Pickled:
    """At the top of a module, where pickle finds it."""

    name: str
    size: int = 3


class Heir(Pickled):
    """Has a `__dict__`, and so attributes of its own."""


def test_pickle_brings_it_back() -> None:
    assert pickle.loads(pickle.dumps(Pickled("x"))) == Pickled("x")


def test_an_heir_sets_what_is_its_own_and_no_field() -> None:
    heir = Heir("x")
    heir.more = 1  # type: ignore[attr-defined]
    assert (heir.more, heir.size) == (1, 3)  # type: ignore[attr-defined]
    with pytest.raises(dataclasses.FrozenInstanceError):
        heir.name = "y"  # type: ignore[misc]
    assert heir != Pickled("x")
