"""Frozen dataclasses as JSON and back, by their type hints.

Knows what domain values are made of: str, int, float, bool, None, Decimal, enums, NewTypes,
Literals, unions, tuples and dataclasses of these. What is missing takes its default, or None
where that is allowed, so that a value written by another version costs one field and not all.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, Final

from rgt_tui.clients.strict_json import Json
from rgt_tui.domain.text import clean

Keep = Callable[[str, str, object], object]
"""Given class name, field name and value: the value to write; None leaves the field out."""
WHOLE_MAX: Final = 2**63
_DIGITS_MAX: Final = 40
_UNIONS: Final = (typing.Union, types.UnionType)


class Misfit(Exception):
    """A value that is none of its type; the message says where, never what."""


def encode(value: object, keep: Keep = lambda owner, name, value: value) -> Json:
    """A value as JSON.

    Args:
        value: of the types named above.
        keep: asked for each field of each dataclass.

    Raises:
        Misfit: something that has no place in a file, a `Secret` for instance.
    """
    match value:
        case None | bool() | Enum():
            return value.value if isinstance(value, Enum) else value
        case str() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case Decimal() if value.is_finite():
            return str(value)
        case tuple():
            return [encode(member, keep) for member in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return _encode_fields(value, keep)
    raise Misfit(f"a {type(value).__name__} is not written")


def decode(kind: Any, found: Json) -> Any:
    """The value of a type hint that JSON stands for.

    Raises:
        Misfit: it stands for none.
    """
    kind = getattr(kind, "__supertype__", kind)
    origin = typing.get_origin(kind)
    if origin in _UNIONS:
        return _decode_union(typing.get_args(kind), found)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind), found)
    if origin is typing.Literal:
        return _checked(found, found in typing.get_args(kind), kind)
    if isinstance(kind, type):
        return _decode_plain(kind, found)
    raise Misfit(f"{kind!r} is not read")


def _encode_fields(value: object, keep: Keep) -> dict[str, Json]:
    owner = type(value).__name__
    written = {}
    for field in dataclasses.fields(value):  # type: ignore[arg-type]  # it is a dataclass, asked above
        kept = keep(owner, field.name, getattr(value, field.name))
        if kept is not None:
            written[field.name] = encode(kept, keep)
    return written


def _decode_plain(kind: type, found: Json) -> Any:
    if dataclasses.is_dataclass(kind):
        return _decode_fields(kind, found)
    if issubclass(kind, Enum):
        return _decode_enum(kind, found)
    if kind is str and isinstance(found, str):
        return clean(found)
    if kind is float and isinstance(found, int | float) and not isinstance(found, bool):
        return _checked(float(found) if abs(found) < WHOLE_MAX else math.nan, True, kind)
    if kind is int and isinstance(found, int) and not isinstance(found, bool):
        return _checked(found, abs(found) < WHOLE_MAX, kind)
    if kind is Decimal and isinstance(found, str) and len(found) <= _DIGITS_MAX:
        return _decode_decimal(found)
    if kind in (bool, types.NoneType) and isinstance(found, kind):
        return found
    raise Misfit(f"no {kind.__name__}")


def _decode_fields(kind: type, found: Json) -> Any:
    if not isinstance(found, Mapping):
        raise Misfit(f"no {kind.__name__}")
    values = {}
    for name, (hint, is_needed) in _fields_of(kind).items():
        if name in found:
            try:
                values[name] = decode(hint, found[name])
            except Misfit as error:
                raise Misfit(f"{kind.__name__}.{name}: {error}") from None
        elif is_needed and types.NoneType in typing.get_args(hint):
            values[name] = None
        elif is_needed:
            raise Misfit(f"{kind.__name__}.{name} is missing")
    return kind(**values)


@cache
def _fields_of(kind: type) -> dict[str, tuple[Any, bool]]:
    """The hint of each field, and whether it has no default."""
    hints = typing.get_type_hints(kind)
    nothing = dataclasses.MISSING
    return {
        field.name: (
            hints[field.name],
            field.default is nothing and field.default_factory is nothing,
        )
        for field in dataclasses.fields(kind)
        if field.init
    }


def _decode_union(hints: tuple[Any, ...], found: Json) -> Any:
    for hint in hints:
        try:
            return decode(hint, found)
        except Misfit:
            continue
    raise Misfit("none of its types")


def _decode_tuple(hints: tuple[Any, ...], found: Json) -> tuple[Any, ...]:
    if not isinstance(found, list):
        raise Misfit("no list")
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(decode(hints[0], member) for member in found)
    if len(hints) != len(found):
        raise Misfit(f"not {len(hints)} members")
    return tuple(decode(hint, member) for hint, member in zip(hints, found, strict=True))


def _decode_enum(kind: type[Enum], found: Json) -> Enum:
    try:
        return kind(found)
    except ValueError:
        raise Misfit(f"no {kind.__name__}") from None


def _decode_decimal(found: str) -> Decimal:
    try:
        value = Decimal(found)
    except InvalidOperation:
        raise Misfit("no Decimal") from None
    return Decimal(_checked(value, value.is_finite(), Decimal))


def _checked(value: Any, is_fit: bool, kind: Any) -> Any:
    if not is_fit or (isinstance(value, float) and not math.isfinite(value)):
        raise Misfit(f"no {getattr(kind, '__name__', 'known word')}")
    return value
