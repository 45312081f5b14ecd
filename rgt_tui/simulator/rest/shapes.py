"""Shapes of JSON bodies, written by hand from the specification.

A shape takes a value and where it stands, and gives each violation in words. Unknown keys are
violations unless a shape says otherwise: REST v2 closes its request bodies.
"""

import re
from collections.abc import Callable, Iterator, Mapping

Shape = Callable[[object, str], Iterator[str]]


def text(*, at_least: int = 0, pattern: str | None = None) -> Shape:
    r"""A string of at least so many characters, in which `pattern` is found.

    JSON Schema writes patterns in ECMA-262: `\d` is ASCII, `\s` includes U+FEFF and not U+001C,
    `$` is the very end. The pattern is given in that form.
    """
    compiled = re.compile(_from_ecma(pattern), re.ASCII) if pattern is not None else None

    def check(value: object, where: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{where}: must be a string"
        elif len(value) < at_least:
            yield f"{where}: must have at least {at_least} character"
        elif compiled is not None and not compiled.search(value):
            yield f"{where}: does not match {pattern}"

    return check


def integer(*, at_least: int | None = None, at_most: int | None = None) -> Shape:
    """A whole number within bounds; 3.0 is whole, true is not a number."""

    def check(value: object, where: str) -> Iterator[str]:
        if isinstance(value, bool) or not _is_whole(value):
            yield f"{where}: must be an integer"
        elif isinstance(value, int | float):
            if at_least is not None and value < at_least:
                yield f"{where}: must be at least {at_least}"
            if at_most is not None and value > at_most:
                yield f"{where}: must be at most {at_most}"

    return check


def boolean() -> Shape:
    """True or false."""

    def check(value: object, where: str) -> Iterator[str]:
        if not isinstance(value, bool):
            yield f"{where}: must be a boolean"

    return check


def choice(*allowed: str) -> Shape:
    """One of the words of an enum."""

    def check(value: object, where: str) -> Iterator[str]:
        if not isinstance(value, str) or value not in allowed:
            yield f"{where}: must be one of {', '.join(allowed)}"

    return check


def nullable(shape: Shape) -> Shape:
    """Null, or what `shape` takes."""

    def check(value: object, where: str) -> Iterator[str]:
        if value is not None:
            yield from shape(value, where)

    return check


def array(item: Shape, *, at_most: int | None = None) -> Shape:
    """A list of items of one shape."""

    def check(value: object, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{where}: must be an array"
            return
        if at_most is not None and len(value) > at_most:
            yield f"{where}: must have at most {at_most} items"
        for index, element in enumerate(value):
            yield from item(element, f"{where}[{index}]")

    return check


def mapping(item: Shape) -> Shape:
    """An object with any keys and values of one shape."""

    def check(value: object, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: must be an object"
            return
        for key, element in value.items():
            yield from item(element, f"{where}.{key}")

    return check


def record(
    fields: Mapping[str, Shape], *, required: tuple[str, ...] = (), at_least: int = 0
) -> Shape:
    """An object with these fields and no others."""

    def check(value: object, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: must be an object"
            return
        if len(value) < at_least:
            yield f"{where}: must have at least {at_least} property"
        for name in required:
            if name not in value:
                yield f"{where}: missing required property {name}"
        for name, element in value.items():
            shape = fields.get(name)
            if shape is None:
                yield f"{where}: unknown property {name}"
            else:
                yield from shape(element, f"{where}.{name}")

    return check


def _from_ecma(pattern: str) -> str:
    spaces = r"\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
    return pattern.replace(r"\s", spaces).replace("$", r"\Z")


def _is_whole(value: object) -> bool:
    if isinstance(value, int):
        return True
    return isinstance(value, float) and value.is_integer()
