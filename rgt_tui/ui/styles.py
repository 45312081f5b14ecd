"""Where the stylesheets lie. They are the only home of colours and sizes.

A wheel carries them inside the package; an editable install reads the top-level folder.
"""

from enum import StrEnum
from pathlib import Path
from typing import Final

from rgt_tui.panes import Tone

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_SHEETS: Final = ("app.tcss", "inks.tcss")
THEME: Final = "ansi-dark"
"""The terminal's own sixteen colours: readable on any background, and nothing to convert."""


class Ink(StrEnum):
    """What the screen itself draws, beside the tones of the panes."""

    FRAME = "frame"
    TITLE = "title"
    HEAD = "head"
    KEY = "key"
    CHIP = "chip"
    ALARM = "alarm"
    SELECTED = "selected"


INK_CLASSES: Final = frozenset(f"ink--{ink}" for ink in (*Tone, *Ink))
"""The component class of each tone and ink, as the stylesheet spells it."""


def stylesheets() -> tuple[Path, ...]:
    """The absolute paths of the stylesheets.

    Raises:
        FileNotFoundError: the installation lacks them.
    """
    for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles"):
        if (folder / _SHEETS[0]).is_file():
            return tuple(folder / name for name in _SHEETS)
    raise FileNotFoundError(f"no stylesheets beside {_PACKAGE}: the installation is not whole")
