"""Which columns of a pane fit, and how wide each is. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from rgt_tui.panes import Column

NARROW: Final = 48
"""Cells below which words give way to numbers: no column of words is wider than `WORDS` there."""
WORDS: Final = 12
GAP = 1
"""Cells before each column; a value that is old has its `~` there."""


class Fitted(NamedTuple):
    """A column that is shown: its place in the pane, and its width in cells without the gap."""

    place: int
    column: Column
    width: int


def fitted(columns: Sequence[Column], width: int) -> tuple[Fitted, ...]:
    """The columns that fit into `width` cells, the greatest rank dropped first; one always stays.

    A dropped one comes back where the others leave room for it. What is left of the width goes to
    the column that grows.
    """
    if width < NARROW:
        columns = [_without_excess(column) for column in columns]
    kept = list(range(len(columns)))
    while len(kept) > 1 and _taken(columns, kept) > width:
        kept.remove(max(kept, key=lambda index: columns[index].rank))
    dropped = (index for index in range(len(columns)) if index not in kept)
    for index in sorted(dropped, key=lambda index: columns[index].rank):
        if _taken(columns, [*kept, index]) <= width:
            kept = sorted([*kept, index])
    spare = width - _taken(columns, kept)
    return tuple(
        Fitted(
            index,
            columns[index],
            max(1, columns[index].width + _extra(columns[index], spare, kept)),
        )
        for index in kept
    )


def _without_excess(column: Column) -> Column:
    return replace(column, width=min(column.width, WORDS)) if column.align == "left" else column


def _taken(columns: Sequence[Column], kept: Sequence[int]) -> int:
    return sum(columns[index].width + GAP for index in kept)


def _extra(column: Column, spare: int, kept: Sequence[int]) -> int:
    """All the spare cells for the column that grows; the only column left gives way as well."""
    if len(kept) == 1:
        return spare
    return max(0, spare) if column.grows else 0
