"""Frames with a title and a note, and how the blocks about the selected row are arranged. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.panes import Block, Tone
from rgt_tui.ui.layout import Shape
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.lines import (
    BLANK,
    EMPTY,
    UNICODE,
    Glyphs,
    Line,
    Piece,
    fit_line,
    length,
    pieces,
    spread,
    wrap,
)

SMALLEST_BOX: Final = 6
"""Rows below which a second row of boxes would say too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Room on the screen.

    Attributes:
        width, height: in cells.
        glyphs: what frames are drawn with.
    """

    width: int
    height: int
    glyphs: Glyphs = UNICODE


def edge(
    title: Line, note: Line, width: int, glyphs: Glyphs, *, corners: tuple[str, str] | None = None
) -> Line:
    """One edge of a frame, the upper one unless told, with a title at its left, a note at its right."""
    left, right = corners or glyphs.top
    start, end = f"{left}{glyphs.across}", f"{glyphs.across}{right}"
    room = max(0, width - 4)
    if length(note) + 2 > room:
        note = EMPTY
    tail = (BLANK, *note, BLANK) if note else EMPTY
    head = (BLANK, *title, BLANK) if title else EMPTY
    middle = spread(head, tail, room, Piece(glyphs.across, Ink.FRAME))
    return fit_line((Piece(start, Ink.FRAME), *middle, Piece(end, Ink.FRAME)), width, glyphs.cut)


def framed(
    lines: Sequence[Line],
    title: Line,
    note: Line,
    space: Space,
    *,
    corners: tuple[str, str] | None = None,
) -> tuple[Line, ...]:
    """`lines` in a frame that fills the space; what does not fit is left out, and said."""
    inner, room, glyphs = space.width - 4, max(0, space.height - 2), space.glyphs
    side = Piece(glyphs.down, Ink.FRAME)
    body = lines[:room]
    padded = [*body, *[EMPTY] * (room - len(body))]
    return (
        edge(title, note, space.width, glyphs, corners=corners),
        *((side, BLANK, *fit_line(line, inner, glyphs.cut), BLANK, side) for line in padded),
        edge(EMPTY, _more(len(lines) - room), space.width, glyphs, corners=glyphs.bottom),
    )[: space.height]


def _more(missing: int) -> Line:
    """What the lower edge says when lines were left out."""
    return (Piece(f"{missing} more: Enter", Tone.DIM),) if missing > 0 else EMPTY


def arranged(blocks: Sequence[Block], shape: Shape, space: Space) -> tuple[Line, ...]:
    """The blocks about the selected row in the place a layout has for them."""
    if not blocks or not shape.has_boxes:
        return ()
    match shape:
        case Shape.STRIP:
            return _one_box(blocks, space)
        case Shape.SIDES:
            return _grid(blocks, space)
        case _:
            return _stacked(blocks, space)


def _one_box(blocks: Sequence[Block], space: Space) -> tuple[Line, ...]:
    """All blocks in one frame; the first one gives way first, down to half of the room."""
    first, *others = (_wrapped(block, space.width - 4) for block in blocks)
    rest = [line for lines in others for line in lines]
    room = space.height - 2
    kept = max(room - len(rest), room // 2) if rest else len(first)
    title, note = _title(blocks[0]), _note(blocks[0])
    lines = [*_cut_off(first, kept, space), *rest, *first[kept:]]
    return framed(lines, title, note, space, corners=space.glyphs.middle)


def _cut_off(rows: list[Line], kept: int, space: Space) -> list[Line]:
    """The first rows; the last of them says so where the line that it begins goes on below it."""
    head = rows[:kept]
    if not 0 < kept < len(rows) or not _goes_on(rows[kept]):
        return head
    width, mark = space.width - 4, Piece(f" {space.glyphs.cut}", Tone.DIM)
    last = head[-1]
    if length(last) + 2 > width:
        last = fit_line(last, width - 2, space.glyphs.cut)
    return [*head[:-1], (*last, mark)]


def _goes_on(row: Line) -> bool:
    """Whether a row is a later one of a wrapped line: those are indented by a piece of their own."""
    return bool(row) and row[0].text != "" and not row[0].text.strip()


def _grid(blocks: Sequence[Block], space: Space) -> tuple[Line, ...]:
    """Two blocks side by side, and two more below them when there is room."""
    wanted = [blocks[at : at + 2] for at in range(0, len(blocks), 2)]
    rows = wanted[: max(1, space.height // SMALLEST_BOX)]
    share, rest = divmod(space.height, len(rows))
    lines: list[Line] = []
    for index, row in enumerate(rows):
        height = share + (rest if not index else 0)
        lines.extend(_side_by_side(row, replace(space, height=height)))
    return tuple(lines)


def _side_by_side(blocks: Sequence[Block], space: Space) -> tuple[Line, ...]:
    share, rest = divmod(space.width, len(blocks))
    boxes = [
        _box(block, replace(space, width=share + (rest if not index else 0)))
        for index, block in enumerate(blocks)
    ]
    return tuple(tuple(piece for line in row for piece in line) for row in zip(*boxes, strict=True))


def _stacked(blocks: Sequence[Block], space: Space) -> tuple[Line, ...]:
    """Each block in its natural height while there is room; the last one fills what is left."""
    rows: list[Line] = []
    left = space.height
    for index, block in enumerate(blocks):
        following = len(blocks) - index - 1
        wanted = len(_wrapped(block, space.width - 4)) + 2
        height = left if not following else min(wanted, max(3, left - 3 * following))
        if height < 3:
            break
        rows.extend(_box(block, replace(space, height=height)))
        left -= height
    return tuple(rows)


def _box(block: Block, space: Space) -> tuple[Line, ...]:
    return framed(_wrapped(block, space.width - 4), _title(block), _note(block), space)


def _wrapped(block: Block, width: int) -> list[Line]:
    return [row for line in block.lines for row in wrap(pieces(line), width)]


def _title(block: Block) -> Line:
    return (Piece(block.title, Ink.TITLE),)


def _note(block: Block) -> Line:
    return (Piece(block.note, Tone.DIM),) if block.note else EMPTY
