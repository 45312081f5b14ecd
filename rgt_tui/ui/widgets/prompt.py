"""The one field of the main screen: for a filter, or for a command."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from rgt_tui.domain.text import clean

LONGEST = 256
"""Characters a field takes; a paste beyond that is cut."""


class Prompt(Input):
    """A field of one line. Keys that end or change something elsewhere do nothing in it.

    Args:
        kind: what is typed: a filter (`/`) or a command (`:`); stands before the text.
        text: what is in it at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,ctrl+c", "screen.close_prompt", "Close", show=False, tooltip="Close the field."
        ),
        Binding(
            "tab,right", "screen.complete", "Complete", show=False, tooltip="Take the first match."
        ),
        Binding(
            "ctrl+d,ctrl+k,ctrl+x", "nothing", "Nothing", show=False, tooltip="Does nothing here."
        ),
    ]

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(
            f"{kind}{text}",
            id="prompt",
            compact=True,
            select_on_focus=False,
            max_length=LONGEST,
        )
        self.cursor_blink = False
        self.kind = kind

    def put(self, text: str) -> None:
        """Puts a text into the field, with the cursor behind it."""
        self.value = f"{self.kind}{text}"
        self.cursor_position = len(self.value)

    @property
    def text(self) -> str:
        """What was typed, without the sign that says what it is."""
        return self.value.removeprefix(self.kind)

    def action_nothing(self) -> None:
        """Swallows a key."""

    def _on_paste(self, event: events.Paste) -> None:
        event.text = clean(" ".join(event.text.split()), LONGEST)
