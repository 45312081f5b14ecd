"""Saving the present frame, to be the first picture of the next start (`rgt_tui.splash`)."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rgt_tui import places, splash
from rgt_tui.ui.terminal.app import TerminalApp
from rgt_tui.ui.terminal.grid import Row, is_sure
from rgt_tui.ui.terminal.pen import PLAIN, change

STAND_IN: Final = "\u00b7"
"""Shown for each cell of a character whose width is in doubt."""


def save(path: Path, app: TerminalApp, *, now: float, stamp_row: int = 0) -> bool:
    """Write the app's screen to `path`, readable by its owner only, replacing it in one step.

    Args:
        path: The file; its folder is created.
        app: An app whose main screen has been painted.
        now: Unix time; its local hours and minutes are the picture's stamp, "as of HH:MM".
        stamp_row: The row at whose right end the stamp goes.

    Returns:
        False if there is nothing to save: no frame yet, or a dialogue over the screen.

    Raises:
        OSError: The file cannot be written.
    """
    rows = app.frame_rows()
    if not rows or len(app.screen_stack) > 1 or not 0 <= stamp_row < len(rows):
        return False
    stamp = time.strftime("as of %H:%M, connecting", time.localtime(now))
    size = f"{len(rows[0].texts)} {len(rows)}"
    head = f"{splash.SCHEMA} {size} {int(now)} {splash.colours()} {stamp_row}"
    text = "\n".join((head, stamp, *map(_line, rows), ""))
    places.write_private(path, text.encode("utf-8", errors="replace"))
    return True


def _line(row: Row) -> str:
    out: list[str] = []
    pen = PLAIN
    for text, wanted in zip(row.texts, _without_links(row.pens), strict=True):
        if wanted != pen:
            out.append(change(pen, wanted))
            pen = wanted
        out.append(text if is_sure(text) else STAND_IN)
    return "".join((*out, change(pen, PLAIN)))


def _without_links(pens: Sequence[str]) -> Iterable[str]:
    return (pen.partition("\0")[0] for pen in pens)
