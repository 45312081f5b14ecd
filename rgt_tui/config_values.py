"""What a setting of the configuration may be: from a TOML value to a checked one."""

import re
import urllib.parse
from decimal import Decimal
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.guard.waivable import NAMES, NEVER

_HOURS_MAX: Final = 10_000
_CADENCE: Final = 'hours, or Pod names with hours: [["train-*", 1], ["*", 6]]'
BASE_URL: Final = "https://api.runpod.io"
"""Origin of REST v2 and GraphQL (RunPod REST v2 document of 2026-08-18, `servers`)."""


_JUMP: Final = re.compile(
    r"(?:[\w.][\w.-]*@)?(?:\[[0-9A-Fa-f:.]+\]|[\w.][\w.-]*)(?::\d{1,5})?", re.ASCII
)


class Unfit(Exception):
    """A value that a setting cannot have; the message says what it expects."""


def origin(value: object) -> str:
    """An `http(s)://host[:port]`, with the `/v2` that some carry taken off.

    Raises:
        Unfit: it is none.
    """
    expected = Unfit(f"an origin such as {BASE_URL!r}, without path, user or password")
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise expected
    try:
        url = urllib.parse.urlsplit(value.strip())
        is_sound = url.hostname and (url.port is None or url.port > 0)
    except ValueError:
        raise expected from None
    path_is_empty = url.path.rstrip("/") in ("", "/v2")
    if not is_sound or url.scheme not in ("http", "https") or "@" in url.netloc or " " in value:
        raise expected
    if url.query or url.fragment or not path_is_empty:
        raise expected
    return f"{url.scheme}://{url.netloc}"


def flag(value: object) -> bool:
    """A yes or a no.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def jump_host(value: object) -> str:
    """Jump hosts on the way to Pods, the first one first.

    Raises:
        Unfit: it is none.
    """
    if value == "":  # as `config print` writes it where there is none
        return ""
    if not isinstance(value, str) or not all(_JUMP.fullmatch(it) for it in value.split(",")):
        raise Unfit("[USER@]HOST[:PORT], several parted by commas")
    return value


def wire(value: object) -> str:
    """How frames reach the terminal.

    Raises:
        Unfit: it is none.
    """
    if value not in ("diff", "stock"):
        raise Unfit('"diff" or "stock"')
    return str(value)


def timeout(value: object) -> float:
    """Seconds.

    Raises:
        Unfit: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 120:
        raise Unfit("a number of seconds from 1 to 120")
    return float(value)


def usd(value: object) -> Decimal:
    """Dollars.

    Raises:
        Unfit: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise Unfit("an amount of dollars greater than 0")
    return Decimal(repr(value))


def profile(value: object) -> str:
    """The name of a section of another file.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Unfit("the name of a section of ~/.runpod/config.toml")
    return value


def globs(value: object) -> tuple[str, ...]:
    """Patterns of files on Pods.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, list) or not all(_is_glob(member) for member in value):
        raise Unfit("a list of file names or absolute paths, in which * stands for anything")
    return tuple(value)


def _is_glob(member: object) -> bool:
    is_text = isinstance(member, str) and member.isprintable() and 0 < len(member) <= 256
    return is_text and bool(str(member).strip("*?/ "))


def cadence(value: object) -> tuple[tuple[str, float], ...]:
    """How often runs are to write a checkpoint: patterns of Pod names, each with its hours.

    Raises:
        Unfit: it is none.
    """
    pairs = value if isinstance(value, list) else [["*", value]]
    return tuple(_hours_of(pair) for pair in pairs)


def _hours_of(pair: object) -> tuple[str, float]:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
        raise Unfit(_CADENCE)
    name, hours = pair
    is_number = isinstance(hours, int | float) and not isinstance(hours, bool)
    if not (is_number and 0 < hours <= _HOURS_MAX and name.isprintable() and 0 < len(name) <= 256):
        raise Unfit(_CADENCE)
    return name, float(hours)


def files(value: object) -> tuple[Path, ...]:
    """Files on this machine.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, list) or not all(_is_path(member) for member in value):
        raise Unfit('a list of file names, absolute or from "~/" on')
    return tuple(Path(_expanded(member)) for member in value)


def file(value: object) -> Path:
    """One file on this machine.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, str) or not _is_path(value):
        raise Unfit('a file name, absolute or from "~/" on')
    return Path(_expanded(value))


def program(value: object) -> tuple[str, ...]:
    """A program and its arguments, each a word of its own: no shell takes them apart.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, list) or not all(map(_is_word, value)):
        raise Unfit('a list such as ["/path/of/program", "argument"]')
    if value and not value[0].strip():
        raise Unfit("a list that begins with a program")
    return tuple(value)


def severity(value: object) -> str:
    """How bad a thing is.

    Raises:
        Unfit: it is none.
    """
    if value not in ("info", "warning", "critical"):
        raise Unfit('"info", "warning" or "critical"')
    return str(value)


def _is_word(member: object) -> bool:
    return isinstance(member, str) and "\0" not in member


def _is_path(member: object) -> bool:
    return isinstance(member, str) and member.isprintable() and member.startswith(("/", "~/"))


def _expanded(name: str) -> str:
    return f"{places.home()}{name[1:]}" if name.startswith("~") else name


def waivable(value: object) -> tuple[str, ...]:
    """Lines of the terminate checklist.

    Raises:
        Unfit: it is none, or names one that is never waived, whatever a file says.
    """
    lines = ", ".join(f'"{name}"' for name in NAMES)
    if not isinstance(value, list) or not all(it in (*NAMES, *NEVER) for it in value):
        raise Unfit(f"a list of {lines}")
    never = next((it for it in value if it in NEVER), None)
    if never is not None:
        raise Unfit(f"a list of {lines} ({never!r} can never be waived)")
    return tuple(dict.fromkeys(value))
