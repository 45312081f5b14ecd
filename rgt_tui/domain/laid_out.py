"""JSON for people, in pieces: a line for each entry of a list, of which few are in memory at once."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

AT_ONCE: Final = 512
"""Rows of one piece: made one by one they cost twice the time, all at once a kilobyte each."""


def laid_out(table: Mapping[str, Any], indent: str = " ") -> Iterator[str]:
    """The text of a table, whose lists may be iterators that make their entries as they are taken."""
    before = "{\n"
    for name, value in table.items():
        yield f"{before}{indent}{json.dumps(name)}: "
        before = ",\n"
        if isinstance(value, dict):
            yield from laid_out(value, indent + " ")
        elif isinstance(value, list | Iterator) and value:
            yield from _rows(value, indent)
        else:
            yield json.dumps(value)
    yield f"\n{indent[1:]}}}"


def _rows(rows: Iterable[Any], indent: str) -> Iterator[str]:
    left = iter(rows)
    before = f"[\n{indent} "
    while some := list(islice(left, AT_ONCE)):
        yield before + f",\n{indent} ".join(map(json.dumps, some))
        before = f",\n{indent} "
    yield f"[\n{indent}]" if before[0] == "[" else f"\n{indent}]"
