"""JSON without surprises: what two readers could read differently is not read at all."""

import json
from typing import Any, NoReturn

Json = Any
"""A decoded JSON value. Only the field readers of this package look inside."""


class BadJson(ValueError):
    """The text is not JSON, or JSON with a meaning that depends on its reader."""


def parse(raw: bytes) -> Json:
    """The value of a JSON text in UTF-8; bytes that are not UTF-8 become U+FFFD.

    Raises:
        BadJson: not JSON; NaN or Infinity; a key given twice; nested deeper than the
            interpreter can follow; an integer of thousands of digits.
    """
    text = raw.decode("utf-8-sig", errors="replace")
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError as error:
        raise BadJson("nested too deep") from error
    except BadJson:
        raise
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON at character {error.pos}: {error.msg}") from error
    except ValueError as error:
        raise BadJson("a number too long to read") from error


def _refuse_constant(word: str) -> NoReturn:
    raise BadJson(f"{word} is not a JSON number")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadJson("a key is given twice in one object")
    return fields
