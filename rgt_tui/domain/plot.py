"""Amounts over time as columns of plain characters: reads the same without colour and without UTF-8."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rgt_tui.domain.units import show_usd

STEPS: Final = " .:#"
"""Empty, a third, two thirds and full of one cell."""
UNKNOWN_CELL: Final = "?"
ZERO_CELL: Final = "_"
_NICE: Final = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


def columns(
    values: Sequence[Decimal | None], height: int, start: str = "", end: str = ""
) -> tuple[str, ...]:
    """A column for each value, with the amount at the top of the scale and a line of times below.

    Args:
        values: oldest first; None is unknown and drawn as `?`, which is not nothing.
        height: rows of the columns, at least 1.
        start: what stands below the first column.
        end: what stands below the last column.
    """
    top = ceiling(max((value for value in values if value is not None), default=Decimal(0)))
    label = f"${show_usd(top)}"
    margin = len(label)
    rows = []
    for row in range(height, 0, -1):
        name = label if row == height else "$0" if row == 1 else ""
        cells = "".join(_cell(value, top, row, height) for value in values)
        rows.append(f"{name:>{margin}} |{cells}".rstrip())
    space = len(values) - len(start) - len(end)
    rows.append(f"{'':>{margin}}  {start}{' ' * max(1, space)}{end}".rstrip())
    return tuple(rows)


def ceiling(value: Decimal) -> Decimal:
    """The least of 1, 2, 5, 10, ... times a power of ten that is not less than `value`."""
    if value <= 0:
        return Decimal(1)
    power = Decimal(10) ** value.adjusted()
    return next(step * power for step in _NICE if step * power >= value)


def _cell(value: Decimal | None, top: Decimal, row: int, height: int) -> str:
    """What one column shows in one row, counted from 1 at the bottom."""
    if value is None:
        return UNKNOWN_CELL if row == 1 else " "
    full = len(STEPS) - 1
    filled = round(max(value, Decimal(0)) / top * height * full) - (row - 1) * full
    if row == 1 and filled <= 0:
        return ZERO_CELL if value <= 0 else STEPS[1]
    return STEPS[min(full, max(0, filled))]
