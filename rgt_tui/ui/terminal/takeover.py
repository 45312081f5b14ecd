"""Taking the terminal over from the first painted frame, without a flicker.

The bootstrap may already have entered the alternate screen and painted the last known state
(`rgt_tui.splash`). Textual's own entry would clear that on xterm, so the first one is swallowed;
the first live frame then overwrites the painted one cell by cell. The terminal settings to go
back to are those from before the bootstrap, not those Textual finds.
"""

from typing import Final

from textual import constants
from textual.drivers.linux_driver import LinuxDriver

from rgt_tui import splash

ENTER_ALTERNATE_SCREEN: Final = "\x1b[?1049h"
POP_KITTY_KEYS: Final = "\x1b[<u"
LEAVE_MOUSE_PIXELS: Final = "\x1b[?1016l"


class Takeover(LinuxDriver):
    """A driver that enters the alternate screen only if nobody has, and leaves it whole."""

    _is_painted = False

    def start_application_mode(self) -> None:
        """Start; over a painted frame, without entering the alternate screen again."""
        before = splash.hand_over()
        self._is_painted = before is not None
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_painted = False
        if before:
            self.attrs_before = before

    def stop_application_mode(self) -> None:
        """Stop, and leave the one mode that Textual 8.2.8 forgets."""
        if self._mouse_pixels:
            self.write(LEAVE_MOUSE_PIXELS)
            self._mouse_pixels = False
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Write, but for what would disturb: a second entry, a pop of what was never pushed."""
        if self._is_painted and data == ENTER_ALTERNATE_SCREEN:
            return
        if constants.DISABLE_KITTY_KEY and data == POP_KITTY_KEYS:
            return
        super().write(data)
