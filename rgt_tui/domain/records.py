"""`dataclass` for classes that are made at the start: the same class, at a tenth of the price.

The one of the standard library compiles seven methods for each frozen class, 0.5 ms a class on
Python 3.11; the first picture needs 170 classes and makes objects of a third of them. Here a
method is compiled when it is called first. What this does not cover (`order`, no slots, methods
of the class's own) goes to the standard library.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """As `dataclasses.dataclass`."""
        if cls is None:
            return lambda found: dataclass(found, **options)
        own = _OWN.intersection(vars(cls))
        if own or not options.get("slots") or not _COVERED.issuperset(options):
            return dataclasses.dataclass(cls, **options)
        return _made(cls, **options)


_OWN: Final = frozenset(
    {"__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__", "__getstate__"}
)
"""Methods that a class may have of its own; the standard library knows the rules for them."""
_COVERED: Final = frozenset({"frozen", "slots", "kw_only", "eq"})
_ABSENT: Final = object()


def _made(
    cls: type, *, slots: bool, frozen: bool = False, kw_only: bool = False, eq: bool = True
) -> type:
    cls.__doc__ = cls.__doc__ or cls.__name__  # else its signature is worked out
    made: type = dataclasses.dataclass(
        cls, init=False, repr=False, eq=False, slots=slots, kw_only=kw_only
    )
    _put(made, "__init__", _at_first(made, "__init__", _init))
    _put(made, "__repr__", _repr)
    if eq:
        _put(made, "__eq__", _at_first(made, "__eq__", _eq))
        _put(made, "__hash__", _at_first(made, "__hash__", _hash) if frozen else None)
    if frozen:
        for name in ("__setattr__", "__delattr__"):
            _put(made, name, _locked(made, name))
        _put(made, "__getstate__", _getstate)
        _put(made, "__setstate__", _setstate)
    return made


def _put(made: type, name: str, method: object) -> None:
    setattr(made, name, method)


def _at_first(
    made: type, name: str, write: Callable[[type, dict[str, object]], str]
) -> Callable[..., Any]:
    """A method that puts the real one, whose text `write` gives, into its own place."""

    def first(self: object, *args: object, **named: object) -> Any:
        known: dict[str, object] = {}
        exec(write(made, known), known)  # noqa: S102 - made of the names of fields
        real: Any = known[name]
        real.__qualname__ = f"{made.__qualname__}.{name}"
        _put(made, name, real)
        return real(self, *args, **named)

    return first


def _init(made: type, known: dict[str, object]) -> str:
    usual, named, body = ["self"], list[str](), list[str]()
    for field in dataclasses.fields(made):
        name = value = field.name
        asked = name
        known[f"_set_{name}"] = getattr(made, name).__set__
        if field.default is not dataclasses.MISSING:
            known[f"_{name}"] = field.default
            asked, value = f"{name}=_{name}", name if field.init else f"_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            known.update({f"_{name}": field.default_factory, "_absent": _ABSENT})
            asked = f"{name}=_absent"
            value = f"_{name}() if {name} is _absent else {name}" if field.init else f"_{name}()"
        elif not field.init:
            continue
        if field.init:
            (named if field.kw_only else usual).append(asked)
        body.append(f" _set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()")
    star = ["*", *named] if named else []
    return "\n".join([f"def __init__({', '.join(usual + star)}):", *(body or [" pass"])])


def _eq(made: type, known: dict[str, object]) -> str:
    return (
        "def __eq__(self, other):\n"
        " if other.__class__ is not self.__class__: return NotImplemented\n"
        f" return {_values(made, 'self')} == {_values(made, 'other')}"
    )


def _hash(made: type, known: dict[str, object]) -> str:
    return f"def __hash__(self):\n return hash({_values(made, 'self')})"


def _values(made: type, whose: str) -> str:
    """What objects are compared by, as the text of a tuple."""
    names = [field.name for field in dataclasses.fields(made) if field.compare]
    return "(" + "".join(f"{whose}.{name}, " for name in names) + ")"


def _repr(self: Any) -> str:
    said = (f"{it.name}={getattr(self, it.name)!r}" for it in dataclasses.fields(self) if it.repr)
    return f"{type(self).__qualname__}({', '.join(said)})"


def _locked(made: type, name: str) -> Callable[..., None]:
    def locked(self: object, field: str, *value: object) -> None:
        if type(self) is made or field in made.__dataclass_fields__:  # type: ignore[attr-defined]
            does = "assign to" if value else "delete"
            raise dataclasses.FrozenInstanceError(f"cannot {does} field {field!r}")
        getattr(super(made, self), name)(field, *value)

    return locked


def _getstate(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
