"""Rows of terminal cells: what Textual wants on the screen, cell by cell.

A row is *fragile* when it holds a character whose width a terminal may judge differently than
Rich does (wide, joined, combining, or from a block outside `_SURE`). A fragile row is never
patched: it is painted again as a unit, with the cursor set after each doubtful character.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, split_graphemes

from rgt_tui.domain.records import dataclass

_SURE: Final = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e"
    "\u20ac\u2190-\u21ff\u2200-\u22ff\u2500-\u25fc\u25ff\u2713\u2717\u2800-\u28ff]*"
)
"""Characters of one cell in every terminal the project was tried in."""
_JOINERS: Final = frozenset("\u200d\ufe0f")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of cells: a text and a pen for each; the right half of a wide cell is ''."""

    texts: tuple[str, ...]
    pens: tuple[str, ...]
    fragile: bool


def blank_row(width: int) -> Row:
    """A row of spaces in the terminal's own look."""
    return Row((" ",) * width, ("",) * width, False)


def with_runs(beneath: Row, runs: Iterable[tuple[int, str, str]]) -> Row:
    """`beneath` with each run (first column, text, pen) written over it.

    What would fall outside the row is cut; half a wide character that stays behind becomes a
    space, as in a terminal.
    """
    width = len(beneath.texts)
    texts, pens = list(beneath.texts), list(beneath.pens)
    fragile = beneath.fragile
    for x, text, pen in runs:
        cells, sure = cells_of(text)
        end = x + len(cells)
        texts[x:end] = cells
        pens[x:end] = [pen] * len(cells)
        fragile = fragile or not sure
    del texts[width:], pens[width:]
    if fragile:
        _mend(texts)
        fragile = not all(map(is_sure, texts))
    return Row(tuple(texts), tuple(pens), fragile)


def cells_of(text: str) -> tuple[Sequence[str], bool]:
    """The cells of `text`, and whether every terminal agrees on their number."""
    if text.isascii() and text.isprintable():
        return text, True
    return _cells_of(text)


@lru_cache(maxsize=2048)
def is_sure(cell: str) -> bool:
    """Is this the text of one cell of undoubted width?"""
    return len(cell) == 1 and _SURE.fullmatch(cell) is not None


@lru_cache(maxsize=8192)
def _cells_of(text: str) -> tuple[tuple[str, ...], bool]:
    if _SURE.fullmatch(text):
        return tuple(text), True
    cells: list[str] = []
    for start, end, width in split_graphemes(text)[0]:
        # The line filter has been here before; this holds for a strip that went round it.
        kept = "".join(c for c in text[start:end] if c.isprintable() or c in _JOINERS)
        if cell_len(kept) == width:
            cells.extend((kept, *[""] * (width - 1)) if width else ())
        else:
            cells.extend(" " * width)
    return tuple(cells), False


@lru_cache(maxsize=4096)
def _is_wide(cell: str) -> bool:
    return len(cell) > 0 and split_graphemes(cell)[1] > 1


def _mend(texts: list[str]) -> None:
    last = len(texts) - 1
    for x, text in enumerate(texts):
        if text == "":
            if x == 0 or not _is_wide(texts[x - 1]):
                texts[x] = " "
        elif _is_wide(text) and (x == last or texts[x + 1] != ""):
            texts[x] = " "
