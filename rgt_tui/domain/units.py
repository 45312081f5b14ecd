"""Sizes, money and time, and how each is shown. Unknown is shown as `?`, never as zero."""

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NewType

PodId = NewType("PodId", str)
"""The service's own id of a Pod; checked by `is_pod_id` before it is put into a URL."""

UNKNOWN: Final = "?"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_STEPS: Final = ("B", "K", "M", "G", "T", "P", "E")
GIB: Final = 1024**3
MIB: Final = 1024**2
KIB: Final = 1024
LARGEST: Final = 2**53
"""The largest figure believed of a remote machine: 8 PiB, and exact as a float and in JSON."""
_DIGITS: Final = 18
_YEAR_9001: Final = 221_876_928_000.0


def is_pod_id(text: str) -> bool:
    """Whether `text` can be a Pod id: 1 to 64 of letters, digits, `_` and `-`."""
    return _ID.match(text) is not None


def whole_number(text: str) -> int | None:
    """The number that plain digits spell, None for all else and beyond `LARGEST`.

    `int` alone raises for thousands of digits, and `str.isdigit` is true for `²`.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= LARGEST else None


def show_bytes(count: int | None) -> str:
    """`count` bytes in at most five columns, powers of 1024 as `df -h` does: `19.6G`, `512`.

    A negative size is no size and shown as unknown.
    """
    if count is None or count < 0:
        return UNKNOWN
    if count >= 999 * GIB**2:
        return ">999E"
    power = min(count.bit_length() // 10, len(_STEPS) - 1)
    value = count / (1 << 10 * power)
    if power and value * 1024 < 1023.95:  # less is shown in the step below
        power -= 1
        value *= 1024
    if not power:
        return f"{count}B"
    step = _STEPS[power]
    return f"{value:.1f}{step}" if value < 99.95 else f"{value:.0f}{step}"


def show_usd(amount: Decimal | None) -> str:
    """Dollars with cents: `2.69`, `1,744.00`; a fraction of a cent keeps what matters."""
    if amount is None:
        return UNKNOWN
    if 0 < abs(amount) < Decimal("0.005"):
        return f"{amount:.4f}"
    return f"{amount:,.2f}"


def show_percent(part: float | None) -> str:
    """A share given in percent, without decimals: `96%`."""
    return UNKNOWN if part is None or not math.isfinite(part) else f"{part:.0f}%"


def show_bar(part: float | None, width: int) -> str:
    """A share given in percent as a bar of `width` cells: `####......`; an unknown one is empty."""
    if part is None or math.isnan(part):
        return "." * width
    full = round(min(max(part, 0.0), 100.0) / 100 * width)
    return "#" * full + "." * (width - full)


def show_duration(seconds: float | None) -> str:
    """A length of time in two units at most: `42s`, `14m`, `9h12m`, `3d04h`."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def show_age(seconds: float | None) -> str:
    """The age of data in steps that a still screen need not repaint: `now`, `10s`, `2m`, `3h`."""
    if seconds is None:
        return "never"
    if seconds < 10:
        return "now"
    if seconds < 60:
        return f"{int(seconds) // 10 * 10}s"
    return show_duration(seconds)


def rfc3339(at: float | None) -> str | None:
    """A Unix time as RFC 3339 in UTC with whole seconds; None stays None, as does what no calendar holds."""
    if at is None:
        return None
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None


def unix_time(text: str) -> float | None:
    """The Unix time of an RFC 3339 text, None when it is not one of the years 1970 to 9000."""
    try:
        moment = datetime.fromisoformat(text)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < _YEAR_9001 else None


def clock_time(at: float) -> str:
    """The wall-clock time of day in the local zone: `12:04:31`; `?` when no calendar holds it."""
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return UNKNOWN


def show_when(at: float, now: float) -> str:
    """A moment in the local zone: `17:23` within a day of `now`, else `12-03 17:23`, else a year."""
    try:
        moment = datetime.fromtimestamp(at).astimezone()
    except (ValueError, OverflowError, OSError):
        return UNKNOWN
    if abs(at - now) < 86_400:
        return moment.strftime("%H:%M")
    return moment.strftime("%b %d %H:%M" if abs(at - now) < 180 * 86_400 else "%Y-%m-%d")
