"""Verifiers of checkpoint files: one format a file, standard library only, Python 3.8 and later.

The same code runs here and, sent as one composed file, on a Pod (`_compose`). It never builds an
object that a file describes. Each file declares a `VERIFIER`; its `proves` rows are the table of
what a format can and cannot prove, which the documentation prints.

Levels: `structure` reads headers and tables; `full` reads every byte, checks checksums, walks
pickles inertly, looks for blanked data and hashes; `load` is a framework's own load after that.
"""

from __future__ import annotations

import importlib
import struct
from typing import Callable, Iterable, List, NamedTuple, Optional, Sequence, Tuple, TypeVar

TOOL = "rgt-tui verifiers 11"
"""Changed whenever a verdict may change: a proof names the tool that made it."""

OK, BROKEN, UNKNOWN = "ok", "broken", "unknown"
STRUCTURE, FULL, LOAD = "structure", "full", "load"


NO_FORMAT = "no verifier knows this format"
"""What is said of a file that none matches and that is not named like weights."""


class Broken(Exception):
    """The content cannot be what it should be; the message says what was expected."""


class Unsure(Exception):
    """It cannot be told; the message says why."""


MISFITS = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, struct.error)
"""What bytes that somebody made up may cause in a verifier: it cannot be told what they are."""


def unfollowed(error: BaseException) -> str:
    """What is said of bytes that caused such an error."""
    return f"what it holds cannot be followed ({type(error).__name__})"


class Region(NamedTuple):
    """Bytes that one checksum covers; `crc` is None where the file has none for them."""

    name: str
    start: int
    end: int
    crc: Optional[int]


class Extent(NamedTuple):
    """Bytes of one tensor that nothing protects; `row` is its innermost dimension in bytes."""

    name: str
    start: int
    end: int
    row: int


class Floats(NamedTuple):
    """Bytes of one tensor of floating-point numbers, of a kind that `_numbers` knows."""

    name: str
    start: int
    end: int
    kind: str


Part = TypeVar("Part", Region, Extent, Floats)


def moved(parts: Iterable[Part], by: int) -> List[Part]:
    """Parts of a file that lies within another, by their places in the outer one."""
    return [one._replace(start=one.start + by, end=one.end + by) for one in parts]


class Plan(NamedTuple):
    """What a structure check learnt, and what is left to do when every byte is read.

    `regions` have checksums, `extents` have none. `deep` walks what needs more than one pass and
    gives remarks; it may raise `Broken` or `Unsure`. `warning` makes the verdict unknown. `floats`
    gives the numbers that are looked through for NaN and infinity, after `deep`. `items` are offset
    and length of what a framework loads one by one.
    """

    regions: Tuple[Region, ...] = ()
    extents: Tuple[Extent, ...] = ()
    deep: Optional[Callable[[], str]] = None
    warning: str = ""
    said: str = ""
    floats: Optional[Callable[[], Sequence[Floats]]] = None
    items: Tuple[Tuple[int, int], ...] = ()


class Proves(NamedTuple):
    """One row of the table of what a format can prove at each level, and what none can."""

    structure: str
    full: str
    load: str
    never: str


class Verifier(NamedTuple):
    """One format.

    `matches` sees the first bytes and the file's name; `check` the opened file. `group` is for
    formats of several files: it sees a folder and raises like `check`. `claims` sees an opened file
    that nothing matches, where only files beside it tell what it is.
    """

    name: str
    title: str
    proves: Proves
    rank: int = 50
    matches: Callable[[bytes, str], bool] = lambda head, name: False
    check: Optional[Callable[..., Plan]] = None
    group: Optional[Callable[..., str]] = None
    claims: Optional[Callable[..., bool]] = None


MEMBERS: List[str] = []
"""Names of the family's files where there is no folder to list: set by the composed file."""
_found: List[Verifier] = []


def all_verifiers() -> List[Verifier]:
    """Every verifier, those that look closest at a file first."""
    if not _found:
        import pkgutil  # with what it brings a tenth of a process's start, and no composed file needs it

        names: Iterable[str] = MEMBERS or sorted(m.name for m in pkgutil.iter_modules(__path__))
        files = [importlib.import_module(f"{__name__}.{n}") for n in names if n[0] != "_"]
        _found.extend(file.VERIFIER for file in files)
        _found.sort(key=lambda verifier: (verifier.rank, verifier.name))
    return _found
