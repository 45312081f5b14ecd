"""Leaving the terminal by signal or by its loss: always at an end within two seconds.

On SIGTERM, SIGINT, SIGQUIT or SIGHUP the app is asked to leave in the usual way, and a timer ends the
process with 128 + signal if it has not by then: in trials with real hang-ups one run in six
needed it, so nothing may depend on the app's unmounting.

The terminal's loss is seen as POLLHUP, by a thread of its own, also where SIGHUP is ignored
(nohup). Only then the standard streams are turned to /dev/null, because a program that reads
or writes a dead terminal spins; a SIGHUP with the terminal alive leaves the terminal clean.
"""

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType
from typing import Final

GRACE_S: Final = 2.0
WATCH_S: Final = 0.25
"""Between looks for POLLHUP; a wait on it alone is not woken by every way a tty hangs up."""
ASKING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
_GONE: Final = select.POLLHUP | select.POLLERR


class Leaving:
    """Watches signals and the terminal; asks the app to leave, then ends the process.

    Args:
        ask: Makes the app exit with the given code; called from any thread, must not block.
        restore: Puts the terminal back, best effort, just before a hard end.
        grace_s: Seconds from the first reason to the hard end.
    """

    def __init__(
        self, *, ask: Callable[[int], None], restore: Callable[[], None], grace_s: float = GRACE_S
    ) -> None:
        self._ask = ask
        self._restore = restore
        self._grace_s = grace_s
        self._has_begun = False
        self._bell = -1
        self.terminal_lost = False

    def install(self) -> None:
        """Take the signals (also if inherited as ignored) and watch the terminal.

        They are kept for the rest of the process: what follows the screen's end, such as
        closing connections, gets the same two seconds.
        """
        listening, self._bell = os.pipe()
        watch = threading.Thread(
            target=self._watch, args=(listening,), name="terminal-watch", daemon=True
        )
        watch.start()
        for number in ASKING:
            signal.signal(number, self._on_signal)

    def begin(self, code: int) -> None:
        """Leave with exit status `code`, now or in two seconds; the first reason counts.

        Called in signal handlers: no lock is taken and no thread started here.
        """
        if not self._has_begun:
            self._has_begun = True
            os.write(self._bell, bytes([code]))
            self._ask(code)

    def lose_terminal(self) -> None:
        """The terminal is gone: nothing of ours may touch it again."""
        if self.terminal_lost:
            return
        self.terminal_lost = True
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        os.close(nothing)
        self.begin(128 + signal.SIGHUP)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # The code is set before the streams are turned away: a hang-up is reported as such.
        self.begin(128 + number)
        if number == signal.SIGHUP and has_hung_up(0):
            self.lose_terminal()

    def _watch(self, listening: int) -> None:
        poller = select.poll()
        poller.register(listening, select.POLLIN)
        terminal = _controlling_terminal()
        poller.register(terminal, 0)
        code, end = 0, float("inf")
        while monotonic() < end:
            for descriptor, event in poller.poll(WATCH_S * 1000):
                if descriptor == listening:
                    [code] = os.read(listening, 1)
                    end = monotonic() + self._grace_s
                    continue
                poller.unregister(terminal)
                if event & _GONE:  # else a system whose poll knows no terminals
                    self.lose_terminal()
        self._end(code)

    def _end(self, code: int) -> None:
        if not self.terminal_lost:
            with contextlib.suppress(Exception):  # the process ends on the next line
                self._restore()
        os._exit(code)


def _controlling_terminal() -> int:
    try:
        return os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return os.dup(0)


def has_hung_up(descriptor: int) -> bool:
    """Has the other side of this terminal gone away?"""
    poller = select.poll()
    poller.register(descriptor, 0)
    return any(event & _GONE for _, event in poller.poll(0))
