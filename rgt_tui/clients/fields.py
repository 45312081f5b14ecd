"""Readers of single fields: what is missing or of another shape is None, never a crash or a zero.

The API grows by the week, so unknown fields are not even looked at, unknown words are shown as
sent, and one odd field costs that field alone.
"""

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from ipaddress import ip_address
from typing import Final

from rgt_tui.clients.strict_json import Json
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import unix_time

WHOLE_MAX: Final = 2**53
"""Beyond it JSON readers disagree about integers; nothing the API counts comes near."""
MONEY_MAX: Final = Decimal(10) ** 12
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z", re.ASCII)
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\Z", re.ASCII)

Fields = Mapping[str, Json]


def fields(value: Json) -> Fields | None:
    """The object itself; None for anything else."""
    return value if isinstance(value, dict) else None


def part(record: Fields, name: str) -> Fields:
    """The object in a field; an empty one when it is missing or no object."""
    return fields(record.get(name)) or {}


def items(record: Fields, name: str) -> Sequence[Json] | None:
    """The list in a field; None when it is missing or no list."""
    value = record.get(name)
    return value if isinstance(value, list) else None


def records(record: Fields, name: str) -> tuple[Fields, ...]:
    """The objects of the list in a field; members that are no objects are left out."""
    return tuple(
        found for member in items(record, name) or () if (found := fields(member)) is not None
    )


def text(record: Fields, name: str) -> str | None:
    """The cleaned string in a field."""
    value = record.get(name)
    return clean(value) if isinstance(value, str) else None


def texts(record: Fields, name: str) -> tuple[str, ...] | None:
    """The cleaned strings of the list in a field; None when there is no list."""
    members = items(record, name)
    return (
        None
        if members is None
        else tuple(clean(member) for member in members if isinstance(member, str))
    )


def flag(record: Fields, name: str) -> bool | None:
    """The boolean in a field."""
    value = record.get(name)
    return value if isinstance(value, bool) else None


def whole(record: Fields, name: str) -> int | None:
    """The integer in a field; `3.0` counts as one, a boolean does not."""
    value = record.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) <= WHOLE_MAX else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= WHOLE_MAX else None


def size(record: Fields, name: str) -> int | None:
    """The integer in a field that cannot be negative: a count, a size, a time."""
    value = whole(record, name)
    return value if value is not None and value >= 0 else None


def number(record: Fields, name: str) -> float | None:
    """The finite number in a field."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int):
        return float(value) if abs(value) <= WHOLE_MAX else None
    return value if math.isfinite(value) else None


def usd(record: Fields, name: str) -> Decimal | None:
    """The amount of dollars in a field, as it is written: `0.44`, not its binary neighbour."""
    value = number(record, name)
    if value is None:
        return None
    amount = Decimal(repr(value)) if isinstance(record[name], float) else Decimal(int(value))
    return amount if abs(amount) <= MONEY_MAX else None


def moment(record: Fields, name: str) -> float | None:
    """The Unix time of the RFC 3339 text in a field."""
    value = record.get(name)
    return unix_time(value) if isinstance(value, str) and len(value) <= 40 else None


def tcp_port(record: Fields, name: str) -> int | None:
    """The port number in a field, 1 to 65535."""
    value = whole(record, name)
    return value if value is not None and 1 <= value <= 65535 else None


def host(record: Fields, name: str) -> str | None:
    """The IP address or DNS name in a field. Anything a shell or ssh could read otherwise is None."""
    value = record.get(name)
    if not isinstance(value, str):
        return None
    if _HOST.match(value):
        return value
    try:
        return None if "%" in value else str(ip_address(value))
    except ValueError:
        return None


def user(record: Fields, name: str) -> str | None:
    """The login name in a field: letters, digits, `_`, `.`, `-`, not starting with a dot or dash."""
    value = record.get(name)
    return value if isinstance(value, str) and _USER.match(value) else None
