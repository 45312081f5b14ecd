"""Which rows of a pane are shown, in what order, and where the cursor stands. Pure."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Column, Row

_NUMBER: Final = re.compile(r"<?-?([\d,]+(?:\.\d+)?)")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)([BKMGTPE])\b")
_DURATION: Final = re.compile(r"<?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?\Z")
_SECONDS: Final = (86400, 3600, 60, 1)
_NOTHING: Final = ("", "?", "-", "--")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a person looks at a pane; kept for each pane while the console is open.

    Attributes:
        sort: index of the column; None is the pane's own order.
        is_inverted: whether that order is reversed.
        text: of the filter: words that must all be there, `!word` that must not.
        faults_only: whether only rows of Pods with an open symptom are shown.
    """

    sort: int | None = None
    is_inverted: bool = False
    text: str = ""
    faults_only: bool = False


def shown(rows: Sequence[Row], view: View, faulty: Collection[PodId]) -> tuple[Row, ...]:
    """The rows of a view, in its order.

    Args:
        rows: all rows, in the pane's own order.
        view: how they are looked at.
        faulty: the Pods with a symptom that is present.
    """
    words = view.text.casefold().split()
    kept = [row for row in rows if _passes(row, words)]
    if view.faults_only:
        kept = [row for row in kept if _is_faulty(row, faulty)]
    if view.sort is not None:
        kept = _sorted(kept, view.sort, view.is_inverted)
    elif view.is_inverted:
        kept.reverse()
    return tuple(kept)


def next_sort(columns: Sequence[Column], visible: Sequence[int], view: View) -> int | None:
    """The column to sort by after the present one: each visible one, then the pane's own order."""
    order: list[int | None] = [*(i for i in range(len(columns)) if i in visible), None]
    where = order.index(view.sort) if view.sort in order else -1
    return order[(where + 1) % len(order)]


def moved(rows: Sequence[Row], cursor: str | None, steps: int) -> str | None:
    """The key `steps` rows from the cursor, stopping at the ends; None when there is no row."""
    if not rows:
        return None
    return rows[min(max(0, place(rows, cursor) + steps), len(rows) - 1)].key


def place(rows: Sequence[Row], cursor: str | None) -> int:
    """The index of the cursor's row; 0 when it is not among the rows."""
    return next((index for index, row in enumerate(rows) if row.key == cursor), 0)


def sort_value(text: str) -> tuple[int, float, str]:
    """A cell's text as something to sort by: numbers, sizes and durations before other words.

    Unknown (`?`) and absent (`--`) values are class 2, so that they come last.
    """
    word = text.strip().lstrip("~")
    if word in _NOTHING:
        return 2, 0.0, word
    duration = _DURATION.match(word.rstrip("!*"))
    if duration is not None and any(duration.groups()):
        parts = zip(duration.groups(), _SECONDS, strict=True)
        return 0, float(sum(int(part) * unit for part, unit in parts if part)), ""
    size = _SIZE.match(word)
    if size is not None:
        return 0, float(size[1]) * 1024.0 ** "BKMGTPE".index(size[2]), ""
    number = _NUMBER.match(word)
    if number is not None:
        return 0, float(number[1].replace(",", "")), ""
    return 1, 0.0, word.casefold()


def _is_faulty(row: Row, faulty: Collection[PodId]) -> bool:
    return row.pod in faulty if row.is_fault is None else row.is_fault


def _passes(row: Row, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = " ".join(cell.text for cell in row.cells).casefold()
    return all(
        (word[1:] not in text) if len(word) > 1 and word[0] == "!" else word in text
        for word in words
    )


def _sorted(rows: Sequence[Row], column: int, is_inverted: bool) -> list[Row]:
    """By one column; what is unknown stays last in either direction."""
    keyed = [(sort_value(row.cells[column].text), row) for row in rows]
    known = sorted((k for k in keyed if k[0][0] != 2), key=lambda k: k[0], reverse=is_inverted)
    return [row for _, row in (*known, *(k for k in keyed if k[0][0] == 2))]
