"""The console's terminal driver: lenient input, metered output, clean entry and exit."""

# ruff: noqa: SLF001  # private names of the pinned Textual: `wire.why_stock` and tests watch them

import contextlib
import queue
import signal
import sys
import termios
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Final

from textual import events
from textual.message import Message

from rgt_tui.ui.terminal.input import LenientInput
from rgt_tui.ui.terminal.leaving import Leaving
from rgt_tui.ui.terminal.output import TerminalOutput
from rgt_tui.ui.terminal.takeover import Takeover

if TYPE_CHECKING:
    from textual.app import App

RESTORE: Final = (
    "\x18\x1b[?2026l\x1b[m\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    "\x1b[?1016l\x1b[?1004l\x1b[?2048l\x1b[?7h\x1b[?1049l\x1b[?25h"
)
"""Ends a half-written sequence and every mode a session may have set; for a hard end only."""
END_FRAME: Final = "\x1b[?2026l\x1b[m"
"""Ends what a frame may have begun whose later part was dropped."""
LEAVING_S: Final = 2.0
"""How long a terminal that takes nothing may hold up a quit or a suspension."""
LARGEST: Final = (2000, 1000)
"""Columns and rows beyond which a reported size is a forgery or a fault."""


class ConsoleDriver(LenientInput, Takeover):
    """LinuxDriver with the terminal's faults taken as normal."""

    def __init__(
        self,
        app: "App[object]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.output = TerminalOutput(self._file or sys.stderr)
        self._file = self.output  # type: ignore[assignment]  # all that the writer thread uses
        self.leaving = Leaving(ask=self._ask_to_exit, restore=self._restore_now)
        self._is_entered = False
        self._starts = 0
        self._is_damaged = False
        self._reported: object = None
        self.discarded_input = 0
        self.drops_when_full = False

    @property
    def is_entered(self) -> bool:
        """Is the terminal ours now (neither before the start, nor suspended, nor after)?"""
        return self._is_entered

    @property
    def pending_output(self) -> int:
        """Writes that the terminal has not taken, the one under way included."""
        thread = self._writer_thread
        return (thread._queue.qsize() if thread else 0) + self.output.is_waiting

    def take_damage(self) -> bool:
        """Did something other than our frames change the screen since the last call?"""
        # A plain flag: a signal handler sets it, and would wait for ever for a lock held here.
        damaged, self._is_damaged = self._is_damaged, False
        return damaged

    def start_application_mode(self) -> None:
        """Enter the terminal; from the second time on its content is unknown."""
        if not self._starts:
            self.leaving.install()
        else:
            self._is_damaged = True
        self._starts += 1
        self.output.discard_after(None)
        self._is_entered = True
        super().start_application_mode()
        resized = signal.getsignal(signal.SIGWINCH)

        def damage_first(number: int, frame: FrameType | None) -> None:
            # A terminal that shrank and grew back between two frames reports its old size.
            self._is_damaged = True
            if callable(resized):
                resized(number, frame)

        signal.signal(signal.SIGWINCH, damage_first)

    def stop_application_mode(self) -> None:
        """Leave the terminal; frames it has not taken are dropped."""
        if self._drop_pending():
            self.write(END_FRAME)
        self.output.discard_after(LEAVING_S)
        super().stop_application_mode()
        self._is_entered = False

    def write(self, data: str) -> None:
        """Hand `data` to the writer thread; while suspended, and where dropping is allowed, drop.

        A write to a stopped writer thread, or one more to a full queue, would block the loop.
        """
        thread = self._writer_thread
        if not self._is_entered:
            return
        if self.drops_when_full and thread is not None and thread._queue.full():
            self._is_damaged = True
            return
        super().write(data)

    def process_message(self, message: Message) -> None:
        """Pass a message on, unless it was typed at a picture that is not the present one."""
        if isinstance(message, events.InputEvent) and self.output.is_stale:
            self.discarded_input += 1
            return
        if isinstance(message, events.Paste) and self.output.is_stale:
            self.discarded_input += 1
            return
        if isinstance(message, events.Resize):
            if message.size.width > LARGEST[0] or message.size.height > LARGEST[1]:
                return
            if self._reported not in (None, message.size):
                self._is_damaged = True
            self._reported = message.size
        super().process_message(message)

    def input_ended(self) -> None:
        """No more input: the terminal is gone."""
        if self.input_tty and not self.exit_event.is_set():
            self.leaving.lose_terminal()

    def _drop_pending(self) -> bool:
        thread = self._writer_thread
        dropped = False
        with contextlib.suppress(queue.Empty):
            while thread is not None:
                thread._queue.get_nowait()
                dropped = True
        return dropped

    def _sigtstp_application(self, *_: object) -> None:
        # Textual suspends inside the signal handler, where the writer queue's lock may be held
        # by the very thread that then waits for it; the app does it from its own loop.
        self._later("action_suspend_process")

    def _sigcont_application(self, *_: object) -> None:
        # Continued without our own suspension (kill -STOP, kill -CONT): the shell has set the
        # terminal its own way meanwhile.
        if self._auto_restart and self._is_entered and not self.leaving.terminal_lost:
            self._later("action_enter_again")

    def _later(self, action: str) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(
                lambda: self._app.call_later(getattr(self._app, action))
            )

    def _ask_to_exit(self, code: int) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=code))

    def _restore_now(self) -> None:
        if not self._is_entered:
            return
        if self.attrs_before is not None:
            termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        self.output.write_at_once(RESTORE)
