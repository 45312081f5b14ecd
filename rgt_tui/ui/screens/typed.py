"""What a person types into a question, key by key."""

from typing import Final

from textual import events

from rgt_tui.domain.records import dataclass
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.lines import Line, Piece

LONGEST: Final = 256
FASTEST_S: Final = 0.004
"""Keys that come closer, all in all, are no hand's: a paste from a terminal that does not mark pastes."""


@dataclass(slots=True)
class TypedText:
    """A line of text that only keys change: a paste is refused by whoever holds it.

    Attributes:
        text: what stands there.
        written: how many keys have written since it was empty.
        first, last: when the first and the last of them came, in seconds of the screen's clock.
    """

    text: str = ""
    written: int = 0
    first: float = 0.0
    last: float = 0.0

    @property
    def keys(self) -> int:
        """How many keys a hand can have pressed in the time it took; one that was late is made up for."""
        return min(self.written, 1 + int((self.last - self.first) / FASTEST_S))

    def press(self, event: events.Key) -> None:
        """Writes a character, or takes the last one or all of them away."""
        if event.key == "backspace":
            self.text = self.text[:-1]
        elif event.key == "ctrl+u":
            self.text, self.written = "", 0
        elif event.is_printable and event.character and len(self.text) < LONGEST:
            self.text += event.character
            self.first = event.time if not self.written else self.first
            self.written, self.last = self.written + 1, event.time

    def line(self, *, is_focused: bool, hides: str = "") -> Line:
        """As it is drawn, with its cursor; a value that `hides` announces as stars."""
        cursor = Piece("_", Ink.SELECTED) if is_focused else Piece("_")
        head, announced, rest = self.text.partition(hides) if hides else (self.text, "", "")
        name, equals, value = rest.partition("=")
        shown = f"{head}{announced}{name}{equals}{'*' * len(value)}"
        return (Piece("  > "), Piece(shown), cursor)
