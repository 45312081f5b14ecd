"""Which layout a terminal of some size gets."""

from enum import StrEnum
from typing import Final


class Shape(StrEnum):
    """A layout; its name is the class that the stylesheet knows."""

    TINY = "tiny"
    """One line a Pod, nothing else: below 60 x 18."""
    BARE = "bare"
    """The list alone, without boxes: below 80 x 24."""
    STRIP = "strip"
    """The list over one strip of details: below 100 columns."""
    SIDES = "sides"
    """The list over the details side by side: below 160 columns."""
    COLUMN = "column"
    """The details in a column at the right."""

    @property
    def has_boxes(self) -> bool:
        """Whether panes have a frame, and details have a place."""
        return self not in (Shape.TINY, Shape.BARE)


TOO_SMALL: Final = "too small for panes"
_STEPS: Final = (
    (60, 18, Shape.TINY),
    (80, 24, Shape.BARE),
    (100, 0, Shape.STRIP),
    (160, 0, Shape.SIDES),
)


def shape_of(width: int, height: int) -> Shape:
    """The layout for a terminal of `width` columns and `height` rows."""
    for columns, rows, shape in _STEPS:
        if width < columns or height < rows:
            return shape
    return Shape.COLUMN
