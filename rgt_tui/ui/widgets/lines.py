"""Lines of text with ink: fitted, wrapped and joined by the cells they take on a screen."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from rgt_tui.domain.records import dataclass
from rgt_tui.panes import Cell, Tone
from rgt_tui.ui.styles import Ink


class Piece(NamedTuple):
    """Text in one ink."""

    text: str
    ink: Tone | Ink = Tone.PLAIN


Line = tuple[Piece, ...]
EMPTY: Final[Line] = ()
BLANK: Final = Piece(" ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The signs a frame is drawn with.

    Attributes:
        top, middle, bottom: left and right ends of a frame's edges.
        cut: ends a text that did not fit.
    """

    across: str
    down: str
    top: tuple[str, str]
    middle: tuple[str, str]
    bottom: tuple[str, str]
    cut: str


UNICODE: Final = Glyphs(
    across="─", down="│", top=("┌", "┐"), middle=("├", "┤"), bottom=("└", "┘"), cut="…"
)
ASCII: Final = Glyphs(
    across="-", down="|", top=("+", "+"), middle=("+", "+"), bottom=("+", "+"), cut=">"
)


def glyphs_for(encoding: str | None) -> Glyphs:
    """The signs that a terminal of this encoding can show."""
    return UNICODE if "utf" in (encoding or "").lower() else ASCII


def fit(text: str, width: int, align: Literal["left", "right"] = "left", cut: str = "…") -> str:
    """`text` in exactly `width` cells: padded, or cut with a sign that says so."""
    if text.isascii():
        if len(text) <= width:
            return text.rjust(width) if align == "right" else text.ljust(width)
        return (text[: width - 1] + cut)[:width] if width > 0 else ""
    cells = cell_len(text)
    if cells <= width:
        pad = " " * (width - cells)
        return pad + text if align == "right" else text + pad
    return set_cell_size(text, width - 1) + cut if width > 0 else ""


def pieces(cells: Iterable[Cell]) -> Line:
    """A pane's line as pieces."""
    return tuple(Piece(cell.text, cell.tone) for cell in cells)


def length(line: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def fit_line(line: Line, width: int, cut: str = "…") -> Line:
    """`line` in exactly `width` cells; what does not fit is cut in its own ink."""
    kept: list[Piece] = []
    left = width
    for index, piece in enumerate(line):
        cells = cell_len(piece.text)
        if cells > left or (cells == left and length(line[index + 1 :]) > 0):
            kept.append(Piece(fit(piece.text + "  ", left, cut=cut), piece.ink))
            return tuple(kept)
        kept.append(piece)
        left -= cells
    return (*kept, Piece(" " * left)) if left else tuple(kept)


def spread(left: Line, right: Line, width: int, fill: Piece = BLANK) -> Line:
    """`left` and `right` at the two edges of `width` cells, `fill` between; the right one stays."""
    room = width - length(right)
    if room < 0:
        return fit_line(right, width)
    if length(left) > room:
        left = fit_line(left, room)
    gap = room - length(left)
    return (*left, Piece(fill.text * gap, fill.ink), *right) if gap else (*left, *right)


def wrap(line: Line, width: int) -> Iterator[Line]:
    """`line` broken at spaces into lines of at most `width` cells; later ones are indented.

    A word longer than a line is broken where the line ends, so that nothing is lost.
    """
    if width < 8 or length(line) <= width:
        yield line
        return
    row: list[Piece] = []
    used = start = 0
    indent = min(_leading(line) + 2, width // 2)
    for whole, ink in _words(line):
        word = whole
        while used + cell_len(word.rstrip()) > width:
            if used > start:
                yield _without_tail(row)
                row, used, start = [Piece(" " * indent)], indent, indent
                word = word.lstrip()
            else:
                head, word = _split(word, width - used)
                row.append(Piece(head, ink))
                used = width
        row.append(Piece(word, ink))
        used += cell_len(word)
    if used > start:
        yield _without_tail(row)


def _without_tail(row: list[Piece]) -> Line:
    """A row without the spaces after its last word, which may lie beyond the edge."""
    *rest, last = row
    return (*rest, Piece(last.text.rstrip(), last.ink))


def _leading(line: Line) -> int:
    text = line[0].text if line else ""
    return len(text) - len(text.lstrip())


def _words(line: Line) -> Iterator[tuple[str, Tone | Ink]]:
    """Each word with the spaces after it."""
    for piece in line:
        word = ""
        for character in piece.text:
            if word.endswith(" ") and character != " ":
                yield word, piece.ink
                word = ""
            word += character
        if word:
            yield word, piece.ink


def _split(word: str, width: int) -> tuple[str, str]:
    head = ""
    used = 0
    for character in word:
        used += cell_len(character)
        if used > width and head:
            break
        head += character
    return head, word[len(head) :]
