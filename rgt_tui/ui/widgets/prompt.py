"""The one field of the main screen: for a filter, or for a command."""

import asyncio
import contextlib
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input
from textual.widgets.input import Selection

from rgt_tui.domain.text import clean

LONGEST: Final = 256
"""Characters a field takes; a paste beyond that is cut."""
SETTLED_S: Final = 2.0
"""How long a key that closes the field waits for those before it."""


class Prompt(Input):
    """A field of one line. Keys that end or change something elsewhere do nothing in it.

    No edit takes the sign before the text away: what is typed next would run as keys of the list.
    Only Esc, and Backspace in an empty field, close it.

    Args:
        kind: what is typed: a filter (`/`) or a command (`:`); stands before the text.
        text: what is in it at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,ctrl+c", "screen.close_prompt", "Close", show=False, tooltip="Close the field."
        ),
        Binding(
            "backspace",
            "rub_out",
            "Rub out",
            show=False,
            tooltip="Take a letter away; close the empty field.",
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

    async def settled(self) -> None:
        """Returns when it has taken in the keys that it was given so far."""
        done = asyncio.Event()
        if self.call_later(done.set):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLED_S):
                    await done.wait()

    def put(self, text: str) -> None:
        """Puts a text into the field, with the cursor behind it."""
        self.value = f"{self.kind}{text}"
        self.cursor_position = len(self.value)

    @property
    def text(self) -> str:
        """What was typed, without the sign that says what it is."""
        return self.value.removeprefix(self.kind)

    def validate_selection(self, selection: Selection) -> Selection:
        """The cursor never stands before the sign."""
        start, end = super().validate_selection(selection)
        least = min(1, len(self.value))
        return Selection(max(least, start), max(least, end))

    def replace(self, text: str, start: int, end: int) -> None:
        """Replaces a part of the text, and never the sign."""
        super().replace(text, max(1, start), max(1, end))

    async def action_rub_out(self) -> None:
        """Takes the letter before the cursor away; closes the field when there is none at all."""
        if self.text:
            self.action_delete_left()
        else:
            await self.run_action("screen.close_prompt")

    def action_nothing(self) -> None:
        """Swallows a key."""

    def _on_paste(self, event: events.Paste) -> None:
        event.text = clean(" ".join(event.text.split()), LONGEST)
