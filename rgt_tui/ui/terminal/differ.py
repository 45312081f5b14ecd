"""The frame differ: a shadow of what the terminal shows, and the shortest text to change it.

Two grids of rows. `wanted` follows every update Textual composes, `shown` only what was handed
to the terminal, so a frame may be withheld at any time (start, stalled terminal) and the next
one pays the whole difference. Rows are immutable and shared between the grids: an untouched
row costs one identity test.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from rgt_tui.ui.terminal.grid import Row, blank_row, cells_of, is_sure, with_runs
from rgt_tui.ui.terminal.pen import PLAIN, change, erases, with_link

ERASE_FROM: Final = 12
"""Spaces in a row from which erasing and jumping (up to 11 bytes) is shorter than writing."""
BRIDGE: Final = 4
"""Equal cells written again rather than jumped over; a jump takes 3 to 5 bytes."""

RESET: Final = "\x1b(B\x0f\x1b[r\x1b[m\x1b[?25l\x1b[?7l"
"""Before a forced repaint: character set, scroll region, pen, cursor, wrapping as we want them."""


class Differ:
    """Turns Textual's composed updates into the bytes that change the terminal.

    Args:
        color_system: Colours the terminal has; others are replaced by their nearest.
        erases: Does the terminal erase with the pen's background (xterm's "bce")?
    """

    def __init__(self, color_system: ColorSystem, *, erases: bool = True) -> None:
        self._color_system = color_system
        self._erases = erases
        self._wanted: list[Row] = []
        self._shown: list[Row | None] = []
        self._doubtful = True

    @property
    def rows(self) -> tuple[Row, ...]:
        """The screen as Textual last composed it, top row first."""
        return tuple(self._wanted)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the wanted screen; zeros before the first update."""
        return (len(self._wanted[0].texts), len(self._wanted)) if self._wanted else (0, 0)

    def take(self, update: LayoutUpdate | ChopsUpdate) -> None:
        """Follow one composed update; a new size makes the whole screen unknown."""
        if isinstance(update, LayoutUpdate):
            self._fit(*update.region.size)
            for y, strips in enumerate(update.strips, update.region.y):
                self._write(y, update.region.x, strips)
            return
        self._fit(update.chop_ends[0][-1] if update.chop_ends else 0, len(update.chops))
        for y, start, end in update.spans:
            for right, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
                if strip is not None and x < end and right > start:
                    self._write(y, x, (strip,))

    def forget(self) -> None:
        """Nothing is known of the terminal's cells: the next frame writes every one."""
        self._shown = [None] * len(self._wanted)

    def distrust(self) -> None:
        """Another program wrote here: the next frame also sets the terminal's modes again."""
        self._doubtful = True
        self.forget()

    def frame(self) -> str:
        """The text that makes the terminal show what is wanted; empty when it does."""
        changed = [
            (y, new, old)
            for y, (new, old) in enumerate(zip(self._wanted, self._shown, strict=True))
            if new is not old
        ]
        if not changed:
            return ""
        brush = _Brush(len(self._wanted[0].texts), erases=self._erases)
        for y, new, old in changed:
            brush.paint_row(y, new, old)
            self._shown[y] = new
        text = (RESET if self._doubtful else "") + brush.finish()
        self._doubtful = False
        return text

    def _fit(self, width: int, height: int) -> None:
        if (width, height) != self.size:
            self._wanted = [blank_row(width)] * height
            self.forget()

    def _write(self, y: int, x: int, strips: Iterable[Strip]) -> None:
        old = self._wanted[y]
        new = with_runs(old, self._runs(x, strips))
        if new != old:
            self._wanted[y] = new if new != self._shown[y] else self._shown[y] or new

    def _runs(self, x: int, strips: Iterable[Strip]) -> Iterator[tuple[int, str, str]]:
        for strip in strips:
            at = x
            for text, style, control in strip:
                if control:
                    continue
                yield at, text, PLAIN if style is None else self._pen(style)
                at += len(cells_of(text)[0])
            x += strip.cell_length

    def _pen(self, style: Style) -> str:
        sgr = Strip.render_ansi(style, self._color_system)
        return with_link(sgr, style.link_id, style.link) if style.link else sgr


class _Brush:
    """Collects the text of one frame; knows where the cursor stands and which pen it holds."""

    def __init__(self, width: int, *, erases: bool) -> None:
        self._out: list[str] = []
        self._erases = erases
        self._width = width
        self._pen = PLAIN
        self._x, self._y = width, -2

    def paint_row(self, y: int, new: Row, old: Row | None) -> None:
        """Write the cells of row `y` that differ; all of them when either row is fragile."""
        if old is None or new.fragile or old.fragile:
            self._paint_cells(y, new, (0, self._width))
            return
        for run in _changed_runs(new, old):
            self._paint_cells(y, new, run)

    def finish(self) -> str:
        """The collected text, ending with the terminal's own pen."""
        self._change_pen(PLAIN)
        return "".join(self._out)

    def _paint_cells(self, y: int, row: Row, run: tuple[int, int]) -> None:
        start, end = run
        self._move(start, y)
        texts, pens = row.texts, row.pens
        x = start
        while x < end:
            stop = x + 1
            while stop < end and pens[stop] == pens[x]:
                stop += 1
            self._change_pen(pens[x])
            if row.fragile:
                self._write_fragile(texts[x:stop], x)
            else:
                self._write(texts[x:stop], x, stop)
            x = stop
        self._x = end

    def _write(self, texts: tuple[str, ...], x: int, end: int) -> None:
        text = "".join(texts)
        words = text.rstrip(" ")
        blanks = len(text) - len(words)
        if blanks < ERASE_FROM or not self._erases or not erases(self._pen):
            self._out.append(text)
        elif end == self._width:
            self._out.append(f"{words}\x1b[K")
        else:
            self._out.append(f"{words}\x1b[{blanks}X\x1b[{blanks}C")

    def _write_fragile(self, texts: tuple[str, ...], x: int) -> None:
        for column, text in enumerate(texts, x):
            self._out.append(text)
            after = column + (2 if texts[column - x + 1 : column - x + 2] == ("",) else 1)
            if text and after < self._width and not is_sure(text):
                self._out.append(f"\x1b[{after + 1}G")

    def _change_pen(self, pen: str) -> None:
        if pen != self._pen:
            self._out.append(change(self._pen, pen))
            self._pen = pen

    def _move(self, x: int, y: int) -> None:
        # Past the last column the cursor's place is the terminal's business: only a carriage
        # return or an absolute move leads out of there.
        if y == self._y and self._x <= x < self._width and self._x < self._width:
            step = x - self._x
            self._out.append("" if not step else f"\x1b[{step if step > 1 else ''}C")
        elif x == 0 and y == self._y + 1:
            self._out.append("\r\n")
        else:
            column = f";{x + 1}" if x else ""
            self._out.append(f"\x1b[{y + 1}{column}H")
        self._x, self._y = x, y


def _changed_runs(new: Row, old: Row) -> list[tuple[int, int]]:
    texts, pens, old_texts, old_pens = new.texts, new.pens, old.texts, old.pens
    runs: list[tuple[int, int]] = []
    for x in range(len(texts)):
        if texts[x] == old_texts[x] and pens[x] == old_pens[x]:
            continue
        if runs:
            start, end = runs[-1]
            if x - end <= BRIDGE and all(pens[i] == pens[end - 1] for i in range(end, x)):
                runs[-1] = (start, x + 1)
                continue
        runs.append((x, x + 1))
    return runs
