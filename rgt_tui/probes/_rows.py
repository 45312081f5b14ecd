"""Reads the lines of a section: a word that says what the line is, then its values."""

from collections.abc import Iterator

from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import whole_number
from rgt_tui.probes import BadSection, Section

NEWLINE: str = "\x01"
"""Stands on the wire for a line end within a name."""


def rows(section: Section) -> Iterator[tuple[str, str]]:
    """The first word of each line and what follows it; lines of one word are passed over."""
    for line in decode(section.output).split("\n"):
        word, _, rest = line.partition(" ")
        if word and rest:
            yield word, rest


def need(section: Section, seen: bool, what: str, limit_s: int) -> None:
    """Demands that something was told.

    Raises:
        BadSection: nothing was; says whether it took too long, and what the host said instead.
    """
    if seen:
        return
    if section.timed_out:
        raise BadSection(f"{what} did not answer within {limit_s} s")
    said = clean(decode(section.output).strip() or "nothing", 200)
    raise BadSection(f"{what} could not be read; the host said: {said}")


def number(text: str, least: float, most: float) -> float | None:
    """The number a text spells, from `least` to `most`; None for all else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if least <= value <= most else None


def whole(text: str) -> int | None:
    """The number that plain digits spell, blanks around them allowed."""
    return whole_number(text.strip())


def name(text: str, limit: int = 400) -> str:
    """A name of the remote machine, safe to show; a line end in it is seen as an escape."""
    return clean(text.replace(NEWLINE, "\n"), limit)
