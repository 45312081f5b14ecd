"""What a person types into a question, key by key."""

from typing import Final

from textual import events

from rgt_tui.domain.records import dataclass
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.lines import Line, Piece

LONGEST: Final = 256


@dataclass(slots=True)
class TypedText:
    """A line of text that only keys change: a paste is refused by whoever holds it.

    Attributes:
        text: what stands there.
        keys: how many single keys have written since it was empty.
    """

    text: str = ""
    keys: int = 0

    def press(self, event: events.Key) -> None:
        """Writes a character, or takes the last one or all of them away."""
        if event.key == "backspace":
            self.text = self.text[:-1]
        elif event.key == "ctrl+u":
            self.text, self.keys = "", 0
        elif event.is_printable and event.character and len(self.text) < LONGEST:
            self.text += event.character
            self.keys += 1

    def line(self, *, is_focused: bool) -> Line:
        """As it is drawn, with its cursor."""
        cursor = Piece("_", Ink.SELECTED) if is_focused else Piece("_")
        return (Piece("  > "), Piece(self.text), cursor)
