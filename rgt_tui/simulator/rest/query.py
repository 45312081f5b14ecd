"""A small reader of the GraphQL query language: parses a query and answers it from a tree."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

_WORD: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}()\[\]:,$!=]|[\w.+-]+|#[^\n]*')

Resolver = Callable[[Mapping[str, object]], object]
"""Takes a field's arguments, gives its value."""

Type = dict[str, object]
"""Fields of one object: a value, or a `Resolver`."""


class QueryError(Exception):
    """A query the server does not answer."""


@dataclass(slots=True)
class Selection:
    """A field asked for, and what is asked of it."""

    name: str
    alias: str
    arguments: dict[str, object] = field(default_factory=dict)
    inner: list["Selection"] = field(default_factory=list)


def parse(query: str) -> tuple[str, list[Selection]]:
    """The operation's kind and its selections.

    Raises:
        QueryError: it does not parse.
    """
    tokens = [word for word in _WORD.findall(query) if not word.startswith("#") and word != ","]
    kind = "query"
    if tokens and tokens[0] in {"query", "mutation", "subscription"}:
        kind = tokens[0]
        while tokens and tokens[0] != "{":
            tokens.pop(0)
    tokens.reverse()
    try:
        return kind, _selections(tokens)
    except IndexError:
        raise QueryError("Syntax Error: Unexpected <EOF>.") from None
    except RecursionError:
        raise QueryError("Syntax Error: nested too deeply.") from None


def _selections(tokens: list[str]) -> list[Selection]:
    _expect(tokens, "{")
    found: list[Selection] = []
    while tokens[-1] != "}":
        alias = name = tokens.pop()
        if tokens[-1] == ":":
            tokens.pop()
            name = tokens.pop()
        selection = Selection(name, alias)
        if tokens[-1] == "(":
            tokens.pop()
            selection.arguments = _pairs(tokens, ")")
        if tokens[-1] == "{":
            selection.inner = _selections(tokens)
        found.append(selection)
    tokens.pop()
    return found


def _pairs(tokens: list[str], end: str) -> dict[str, object]:
    pairs: dict[str, object] = {}
    while tokens[-1] != end:
        name = tokens.pop()
        _expect(tokens, ":")
        pairs[name] = _value(tokens)
    tokens.pop()
    return pairs


def _value(tokens: list[str]) -> object:
    word = tokens.pop()
    if word == "{":
        return _pairs(tokens, "}")
    if word == "[":
        items = []
        while tokens[-1] != "]":
            items.append(_value(tokens))
        tokens.pop()
        return items
    try:
        return json.loads(word)
    except ValueError:
        return word


def _expect(tokens: list[str], wanted: str) -> None:
    word = tokens.pop()
    if word != wanted:
        raise QueryError(f'Syntax Error: Expected "{wanted}", found "{word}".')


def resolve(selections: list[Selection], source: Type) -> dict[str, object]:
    """What the selections show of `source`, whose type stands under `__typename`.

    Raises:
        QueryError: a field that is not there, or a selection that does not fit its field.
    """
    shown: dict[str, object] = {}
    for selection in selections:
        if selection.name not in source:
            kind = source["__typename"]
            raise QueryError(f'Cannot query field "{selection.name}" on type "{kind}".')
        value = source[selection.name]
        shown[selection.alias] = _shown(
            selection, value(selection.arguments) if callable(value) else value
        )
    return shown


def _shown(selection: Selection, value: object) -> object:
    is_object = isinstance(value, dict)
    is_list = isinstance(value, list) and any(isinstance(item, dict) for item in value)
    if (is_object or is_list) and not selection.inner:
        raise QueryError(
            f'Field "{selection.name}" must have a selection of subfields.'
            f' Did you mean "{selection.name} {{ ... }}"?'
        )
    if isinstance(value, dict):
        return resolve(selection.inner, value)
    if is_list and isinstance(value, list):
        return [resolve(selection.inner, item) for item in value]
    if selection.inner and value not in (None, []):
        raise QueryError(f'Field "{selection.name}" must not have a selection.')
    return value
