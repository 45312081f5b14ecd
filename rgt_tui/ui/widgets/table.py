"""The table of every pane: keyed rows, of which only the changed visible ones are repainted.

The cursor is a key, not a number: it stays on its row, and the row on its line of the screen,
when the order shifts. The heading is the first line under the frame.
"""

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from rgt_tui.domain.records import dataclass
from rgt_tui.panes import Cell, Column, Row, Tone
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.boxes import edge
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.columns import GAP, Fitted, fitted
from rgt_tui.ui.widgets.lines import EMPTY, UNICODE, Glyphs, Line, Piece, fit, fit_line
from rgt_tui.ui.widgets.listing import moved, place

MARK = ">"
OLD_MARK = "~"
CHOSEN = "*"
"""Stands before a row that was marked by a person."""
OldCells = tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a table shows.

    Attributes:
        columns: of the pane.
        rows: those shown, in their order.
        old: which cells of a row are old, one flag a column; asked of visible rows only.
        sort: index of the column they are sorted by; None is the pane's own order.
        is_inverted: whether that order is reversed.
        title, note: of the frame.
        alarm: lines above the heading: why nothing live comes.
        instead: lines in place of rows when there are none.
        has_box: whether it has a frame.
        is_open: whether the frame of what stands below closes this one.
        glyphs: what the frame is drawn with.
        marked: the Pods that a person marked.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    old: Callable[[Row], OldCells] = lambda row: ()
    sort: int | None = None
    is_inverted: bool = False
    title: Line = EMPTY
    note: Line = EMPTY
    alarm: tuple[Line, ...] = ()
    instead: tuple[Line, ...] = ()
    has_box: bool = True
    is_open: bool = False
    glyphs: Glyphs = UNICODE
    marked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Painted:
    """A row as it was last made into a line, and what it was made from."""

    row: Row
    looks: tuple[OldCells, bool, bool]
    line: Line


class Table(Canvas):
    """Shows a `Listed` and keeps a cursor in it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._listed = Listed(columns=(), rows=())
        self._columns: tuple[Fitted, ...] = ()
        self._painted: dict[str, _Painted] = {}
        self._top = 0
        self.cursor: str | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are listed, in their order."""
        return self._listed.rows

    @property
    def selected(self) -> Row | None:
        """The row under the cursor."""
        rows = self._listed.rows
        return rows[place(rows, self.cursor)] if rows else None

    @property
    def visible_columns(self) -> tuple[int, ...]:
        """Indexes of the columns that fit."""
        return tuple(column.place for column in self._columns)

    @property
    def page(self) -> int:
        """How many rows fit."""
        edges = self._listed.has_box + (self._listed.has_box and not self._listed.is_open)
        taken = 1 + len(self._listed.alarm) + edges
        return max(1, self.size.height - taken)

    def show(self, listed: Listed, cursor: str | None) -> tuple[int, ...]:
        """Shows rows with the cursor on a key; gives the numbers of the repainted lines."""
        before, line = self._listed, self._line_of_cursor()
        if listed.columns != before.columns or listed.has_box != before.has_box:
            self._painted.clear()
        self._listed = listed
        self.cursor = self._kept(before.rows, listed.rows, cursor)
        self._top = place(listed.rows, self.cursor) - line
        return self._repaint()

    def move(self, steps: int) -> str | None:
        """Moves the cursor by rows; gives its key.

        A step over the edge scrolls half a page, so that walking down a long list repaints all
        of it once in many keys; a page keeps the cursor on its line of the screen.
        """
        line = self._line_of_cursor()
        self.cursor = moved(self._listed.rows, self.cursor, steps)
        where = place(self._listed.rows, self.cursor)
        if abs(steps) >= self.page:
            self._top = where - line
        elif not self._top <= where < self._top + self.page:
            self._top = where - self.page // 2
        self._repaint()
        return self.cursor

    def on_resize(self) -> None:
        """Makes every line anew."""
        self._painted.clear()
        self._repaint()

    def _kept(self, before: Sequence[Row], after: Sequence[Row], cursor: str | None) -> str | None:
        """The cursor's key, or that of the row which came into the place of a vanished one."""
        if not after:
            return cursor
        if any(row.key == cursor for row in after):
            return cursor
        return after[min(place(before, cursor), len(after) - 1)].key

    def _line_of_cursor(self) -> int:
        return place(self._listed.rows, self.cursor) - self._top

    def _repaint(self) -> tuple[int, ...]:
        listed = self._listed
        self._columns = self._fit()
        self._keep_cursor_visible()
        rows = listed.rows[self._top : self._top + self.page]
        body = [*listed.alarm, self._heading(), *(self._row(row) for row in rows)]
        if not rows:
            body = [*listed.alarm, EMPTY, *listed.instead]
        return self.paint(self._framed(body) if listed.has_box else body)

    def _fit(self) -> tuple[Fitted, ...]:
        """The columns for this width; old lines are forgotten when they change."""
        inner = self.size.width - (2 if self._listed.has_box else 1)
        columns = fitted(self._listed.columns, inner)
        if columns != self._columns:
            self._painted.clear()
        return columns

    def _keep_cursor_visible(self) -> None:
        where, page = place(self._listed.rows, self.cursor), self.page
        last = max(0, len(self._listed.rows) - page)
        self._top = min(max(0, min(max(self._top, where - page + 1), where)), last)

    def _heading(self) -> Line:
        sort, turned = self._listed.sort, self._listed.is_inverted
        text = ""
        for index, column, width in self._columns:
            mark = ("v" if turned else "^") if index == sort else ""
            gap = " " * GAP
            if mark and cell_len(column.title) >= width:
                gap, mark = mark, ""  # the mark must not cost the title a letter
            text += gap + fit(f"{column.title}{mark}", width, column.align)
        return (Piece(" "), Piece(text, Ink.HEAD))

    def _row(self, row: Row) -> Line:
        is_selected = row.key == self.cursor
        is_marked = row.pod in self._listed.marked
        old = self._listed.old(row)
        made, looks = self._painted.get(row.key), (old, is_selected, is_marked)
        is_same = made is not None and (made.row is row or made.row == row)
        if made is not None and is_same and made.looks == looks:
            return made.line
        line = self._made(row, old, is_selected=is_selected, is_marked=is_marked)
        self._painted[row.key] = _Painted(row, looks, line)
        return line

    def _made(self, row: Row, old: OldCells, *, is_selected: bool, is_marked: bool) -> Line:
        cut = self._listed.glyphs.cut
        cells: list[Piece] = []
        for index, column, width in self._columns:
            is_old = bool(old) and old[index]
            text = _slot(row.cells[index], column, width, is_old=is_old, cut=cut)
            cells.append(Piece(text, Tone.DIM if is_old else row.cells[index].tone))
        if is_marked and cells:
            cells[0] = Piece(CHOSEN + cells[0].text[1:], cells[0].ink)
        if not is_selected:
            return (Piece(" "), *cells)
        return (Piece(MARK, Ink.TITLE), Piece("".join(piece.text for piece in cells), Ink.SELECTED))

    def _framed(self, body: Sequence[Line]) -> list[Line]:
        """The body between edges; a selected row's mark stands in the frame's own column."""
        listed, width = self._listed, self.size.width
        side = Piece(listed.glyphs.down, Ink.FRAME)
        room = max(0, self.size.height - (1 if listed.is_open else 2))
        rows = [*body, *[EMPTY] * (room - len(body))][:room]
        lines = [edge(listed.title, self._note(), width, listed.glyphs)]
        for row in rows:
            first = row[0] if row and row[0].text == MARK else side
            rest = row[1:] if row and row[0].text in (MARK, " ") else row
            lines.append((first, *fit_line(rest, width - 2, listed.glyphs.cut), side))
        if not listed.is_open:
            lines.append(edge(EMPTY, EMPTY, width, listed.glyphs, corners=listed.glyphs.bottom))
        return lines

    def _note(self) -> Line:
        """The note of the frame, with the range of rows when not all are visible."""
        total, page = len(self._listed.rows), self.page
        if total <= page:
            return self._listed.note
        until = min(self._top + page, total)
        reach = Piece(f"{self._top + 1}-{until}/{total}  ", Tone.DIM)
        return (reach, *self._listed.note)


def _slot(cell: Cell, column: Column, width: int, *, is_old: bool, cut: str) -> str:
    """A cell with the gap before it, in which an old value has its mark when it fills the column."""
    if not is_old or not cell.text.strip() or cell.text in ("--", "-", "?"):
        return " " * GAP + fit(cell.text, width, column.align, cut)
    marked = OLD_MARK + cell.text
    if column.align == "right" or cell_len(marked) > width:
        return fit(marked, width + GAP, column.align, cut)
    return " " * GAP + fit(marked, width, "left", cut)
